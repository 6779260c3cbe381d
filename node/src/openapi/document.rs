//! The document itself.

use serde_json::{Map, Value, json};

use super::parts::{Schemas, Shape};
use super::{Operation, ShapeOf, Who};
use crate::shell::machine_operations;
use crate::web::Problem;
use crate::web::operations;

/// Changes when a program that was written for the one before has to be changed.
const VERSION: &str = "1";
const ABOUT: &str = "What programs ask of an office. Requests of `session` are made by somebody with \
    an account and are let in and masked as at the pages; requests of `machine` come from the command \
    line beside the node. See docs/api.md.";

/// The HTTP API of a node as OpenAPI 3.1.
pub fn document() -> Value {
    let mut schemas = Schemas::new();
    let mut paths: Map<String, Value> = Map::new();
    for operation in operations().into_iter().chain(machine_operations()) {
        let methods = paths.entry(operation.path).or_insert_with(|| json!({}));
        methods[operation.method.as_str().to_lowercase()] = described(&operation, &mut schemas);
    }
    let problem = schemas.written::<Problem>();
    json!({
        "openapi": "3.1.1",
        "info": {
            "title": "daiban",
            "version": VERSION,
            "description": ABOUT,
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "schemas": schemas.named(),
            "responses": { "Refused": {
                "description": "Why nothing was done, and what to do",
                "content": { "application/json": { "schema": problem } },
            } },
            "securitySchemes": {
                "session": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The token of POST /v1/session. Cookies are not looked at.",
                },
                "machine": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The token of admin.json in the data directory.",
                },
            },
        },
    })
}

fn described(operation: &Operation, schemas: &mut Schemas) -> Value {
    let Shape { parameters, body, mut answers } = match operation.shape {
        ShapeOf::Handler(shape) => shape(schemas),
        ShapeOf::Media(takes, gives) => Shape::of_media(takes, gives),
    };
    let refused = match operation.who {
        Who::Machine => json!({ "description": "Why nothing was done, in JSON or as text" }),
        _ => json!({ "$ref": "#/components/responses/Refused" }),
    };
    for statuses in ["4XX", "5XX"] {
        answers.insert(statuses.to_owned(), refused.clone());
    }
    let named = names(operation.path).map(|name| {
        json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } })
    });
    let mut described = json!({
        "operationId": id(operation),
        "summary": operation.summary,
        "security": match operation.who {
            Who::Everybody => json!([]),
            Who::Account => json!([{ "session": [] }]),
            Who::Machine => json!([{ "machine": [] }]),
        },
        "parameters": named.chain(parameters).collect::<Vec<_>>(),
        "responses": answers,
    });
    if let Some(body) = body {
        described["requestBody"] = body;
    }
    described
}

/// What stands in braces in a path.
fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

/// `GET /v1/cases/{case}/clocks`: `getCasesCaseClocks`
fn id(operation: &Operation) -> String {
    let words = operation.path.trim_start_matches("/v1").split(['/', '{', '}', '.']);
    let capital = |word: &str| {
        let mut chars = word.chars();
        chars.next().map(|first| first.to_uppercase().chain(chars).collect::<String>())
    };
    let method = operation.method.as_str().to_lowercase();
    words.filter_map(capital).fold(method, |id, word| id + &word)
}
