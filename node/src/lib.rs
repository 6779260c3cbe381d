//! A running office.

pub mod accounts;
pub mod bundle;
pub mod identity;
pub mod list;
mod openapi;
mod owned_file;
pub mod settings;
pub mod telemetry;
pub mod transport;

pub mod replica;
pub mod shell;
pub mod store;
mod web;

pub use openapi::document as openapi_document;
