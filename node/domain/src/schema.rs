//! What our own texts and numbers look like in JSON, for the document of the HTTP API. Everything else
//! says it by deriving [`JsonSchema`].

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::calendar::Date;
use crate::case_number::CaseNumber;
use crate::organ::OrganCode;
use crate::receipt_number::{self, ReceiptNumber};

/// [`daiban_sync::id::OfficeCode`]
#[derive(Debug)]
pub struct OfficeCode;

/// [`daiban_sync::id::Millis`]
#[derive(Debug)]
pub struct Millis;

/// [`daiban_sync::id::BlobId`]
#[derive(Debug)]
pub struct BlobId;

/// So many bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: usize) -> Schema {
    json_schema!({ "type": "string", "pattern": format!("^[0-9a-f]{{{}}}$", 2 * bytes) })
}

macro_rules! schemas {
    ($($type:ty, $name:literal: $schema:tt)+) => {$(
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    )+};
}
schemas! {
    OfficeCode, "OfficeCode": {
        "type": "string",
        "pattern": "^[0-9]{12}$",
        "description": "The division code of an office",
        "examples": ["330382001208"],
    }
    Millis, "Millis": {
        "type": "integer",
        "minimum": 0,
        "description": "Milliseconds since 1970-01-01T00:00:00Z",
    }
    BlobId, "BlobId": {
        "type": "string",
        "pattern": "^[0-9a-f]{64}$",
        "description": "BLAKE3 of a file's content",
    }
    Date, "Date": {
        "type": "string",
        "format": "date",
        "description": "A day in China",
    }
    OrganCode, "OrganCode": {
        "type": "string",
        "pattern": "^[A-Z]{2,3}$",
        "description": "The short code of an organ; `daiban office organs` lists them",
        "examples": ["RS"],
    }
    ReceiptNumber, "ReceiptNumber": {
        "type": "string",
        "minLength": receipt_number::LEN,
        "maxLength": receipt_number::LEN,
        "description": "On the receipt; its last character checks the others",
    }
    CaseNumber, "CaseNumber": {
        "type": "string",
        "minLength": CaseNumber::LEN,
        "maxLength": CaseNumber::LEN,
        "description": "The legal number of a case",
    }
}
