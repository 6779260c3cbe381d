//! Entering an application.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use daiban_domain::form::Fields;
use daiban_domain::words;
use schemars::JsonSchema;
use serde::Deserialize;

use super::act::Saved;
use super::caller::{Caller, Opened};
use super::problem::Problem;
use super::take::{Asked, Body};
use crate::accounts::Role;
use crate::replica::{Answer, Attachment, Command, ItemView};
use crate::shell::files;
use crate::web::Web;
use crate::web::case::READERS;

/// A new application.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewCase {
    /// The code of the item.
    item: String,
    fields: Fields,
    /// Why it is applied for though the same was applied for before.
    again: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangedFields {
    /// What is not named stays as it is.
    fields: Fields,
}

/// One of the values of a conflict.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChosenVersion {
    field: String,
    /// Its place among the versions, from 0.
    version: usize,
}

/// Which material it is.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Material {
    /// The material's key in the item, such as `ID`.
    key: String,
    /// The file's name.
    #[serde(default)]
    name: String,
}

/// `GET /v1/items/{item}`
pub(super) async fn item(
    State(web): State<Web>,
    caller: Caller,
    Path(item): Path<String>,
) -> Result<Json<ItemView>, Problem> {
    caller.must_be(&READERS)?;
    match web.ask(Command::ShowItem { item }).await? {
        Answer::Item(item) => Ok(Json(*item)),
        _ => Err(Problem::stopping()),
    }
}

/// `POST /v1/cases`
pub(super) async fn open(
    State(web): State<Web>,
    caller: Caller,
    Body(NewCase { item, fields, again }): Body<NewCase>,
) -> Result<Json<Saved>, Problem> {
    caller.must_be(&[Role::Agent])?;
    let command = Command::NewCase {
        item,
        version: None,
        fields,
        materials: Vec::new(),
        submit: false,
        by: caller.account.officer(),
        handler: None,
        listed: None,
        reuse: Vec::new(),
        again,
    };
    web.saved(command).await
}

/// `PATCH /v1/cases/{case}/form`
pub(super) async fn change(
    State(web): State<Web>,
    case: Opened,
    Body(ChangedFields { fields }): Body<ChangedFields>,
) -> Result<Json<Saved>, Problem> {
    case.caller.must_be(&[Role::Agent])?;
    web.saved(Command::EditCase { case: case.name, fields, by: case.caller.account.officer() })
        .await
}

/// `POST /v1/cases/{case}/settle`
pub(super) async fn settle(
    State(web): State<Web>,
    case: Opened,
    Body(ChosenVersion { field, version }): Body<ChosenVersion>,
) -> Result<Json<Saved>, Problem> {
    case.caller.must_be(&[Role::Agent, Role::Officer])?;
    let value = case.found.view.version_of(&field, version);
    let value = value.ok_or_else(|| Problem::input(words::choose_one()))?;
    let by = case.caller.account.officer();
    let fields = Fields::from([(field, value)]);
    web.saved(Command::EditCase { case: case.name, fields, by }).await
}

/// `POST /v1/cases/{case}/materials`
pub(super) async fn attach(
    State(web): State<Web>,
    case: Opened,
    Asked(Material { key, name }): Asked<Material>,
    content: Bytes,
) -> Result<Json<Saved>, Problem> {
    case.caller.must_be(&[Role::Agent])?;
    let blob = files::store(&web.handle, &web.materials, name, content.to_vec()).await?;
    let material = Attachment { key, blob };
    web.saved(Command::Attach { case: case.name, material, by: case.caller.account.officer() })
        .await
}
