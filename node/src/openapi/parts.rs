//! What the parts of a handler say of a request and of its answer.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::NoContent;
use schemars::generate::{Contract, SchemaSettings};
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

const JSON: &str = "application/json";

/// A request and its answer, as the document has them.
#[derive(Default)]
pub(crate) struct Shape {
    pub(super) parameters: Vec<Value>,
    pub(super) body: Option<Value>,
    pub(super) answers: Map<String, Value>,
}

impl Shape {
    pub(super) fn of_media(takes: &str, gives: &str) -> Self {
        let mut shape = Self::default();
        if !takes.is_empty() {
            shape.body = Some(body(takes, &json!({})));
        }
        shape.answer(gives, &json!({}));
        shape
    }

    fn answer(&mut self, media: &str, schema: &Value) {
        let answer = json!({ "description": "Done", "content": { media: { "schema": schema } } });
        self.answers.insert("200".to_owned(), answer);
    }
}

fn body(media: &str, schema: &Value) -> Value {
    json!({ "required": true, "content": { media: { "schema": schema } } })
}

/// The types that the document names, as they are read and as they are written.
pub(crate) struct Schemas {
    read: SchemaGenerator,
    written: SchemaGenerator,
}

impl Schemas {
    pub(super) fn new() -> Self {
        let generator = |contract: Contract| {
            let settings = SchemaSettings::draft2020_12().with(|settings| {
                settings.definitions_path = "/components/schemas".into();
                settings.meta_schema = None;
                settings.contract = contract;
            });
            settings.into_generator()
        };
        Self { read: generator(Contract::Deserialize), written: generator(Contract::Serialize) }
    }

    /// All of them by name.
    ///
    /// # Panics
    /// If a name means two things.
    pub(super) fn named(mut self) -> Map<String, Value> {
        let mut named = self.read.take_definitions(true);
        for (name, schema) in self.written.take_definitions(true) {
            let known = named.entry(name.clone()).or_insert_with(|| schema.clone());
            assert_eq!(*known, schema, "{name} is read and written differently: name it twice");
        }
        named
    }

    pub(super) fn written<T: JsonSchema>(&mut self) -> Value {
        self.written.subschema_for::<T>().to_value()
    }
}

/// Something that a handler takes.
pub(crate) trait Part {
    fn add(_shape: &mut Shape, _schemas: &mut Schemas) {}
}

/// What is asked for in the query, or sent as JSON.
pub(crate) trait Taken {
    type Of: JsonSchema;
    const IN_QUERY: bool;
}

/// Something that a handler answers.
pub(crate) trait Given {
    fn add(shape: &mut Shape, schemas: &mut Schemas);
}

impl<S> Part for State<S> {}
impl<T> Part for Path<T> {}

impl Part for Bytes {
    fn add(shape: &mut Shape, _: &mut Schemas) {
        shape.body = Some(body("application/octet-stream", &json!({})));
    }
}

impl<T: Taken> Part for T {
    fn add(shape: &mut Shape, schemas: &mut Schemas) {
        if !T::IN_QUERY {
            let schema = schemas.read.subschema_for::<T::Of>().to_value();
            shape.body = Some(body(JSON, &schema));
            return;
        }
        let object = T::Of::json_schema(&mut schemas.read).to_value();
        let required = object["required"].as_array().cloned().unwrap_or_default();
        for (name, schema) in object["properties"].as_object().into_iter().flatten() {
            shape.parameters.push(json!({
                "name": name,
                "in": "query",
                "required": required.contains(&name.as_str().into()),
                "schema": said_or_left_out(schema),
            }));
        }
    }
}

/// A query leaves out what it does not say: it has no `null`.
fn said_or_left_out(schema: &Value) -> Value {
    let mut schema = schema.clone();
    if let Some(types) = schema["type"].as_array() {
        schema["type"] = types[0].clone();
    }
    if let Some([only, Value::Object(null)]) = schema["anyOf"].as_array().map(Vec::as_slice)
        && null.get("type") == Some(&"null".into())
    {
        let described = schema.get("description").cloned();
        schema = only.clone();
        if let Some(words) = described {
            schema["description"] = words;
        }
    }
    schema
}

impl<T: JsonSchema> Given for Json<T> {
    fn add(shape: &mut Shape, schemas: &mut Schemas) {
        let schema = schemas.written::<T>();
        shape.answer(JSON, &schema);
    }
}

impl Given for NoContent {
    fn add(shape: &mut Shape, _: &mut Schemas) {
        shape.answers.insert("204".to_owned(), json!({ "description": "Done" }));
    }
}

impl Given for Bytes {
    fn add(shape: &mut Shape, _: &mut Schemas) {
        shape.answer("application/octet-stream", &json!({}));
    }
}

impl<T: Given, E> Given for Result<T, E> {
    fn add(shape: &mut Shape, schemas: &mut Schemas) {
        T::add(shape, schemas);
    }
}

/// A handler, by the types of its parts.
pub(crate) trait Described<D> {
    fn describe(schemas: &mut Schemas) -> Shape;
}

macro_rules! described {
    ($($part:ident)*) => {
        impl<F, Answering, Answer, $($part),*> Described<(Answer, $($part,)*)> for F
        where
            F: FnOnce($($part),*) -> Answering,
            Answering: Future<Output = Answer>,
            Answer: Given,
            $($part: Part,)*
        {
            fn describe(schemas: &mut Schemas) -> Shape {
                let mut shape = Shape::default();
                $($part::add(&mut shape, schemas);)*
                Answer::add(&mut shape, schemas);
                shape
            }
        }
    };
}
described!();
described!(A);
described!(A B);
described!(A B C);
described!(A B C D);
