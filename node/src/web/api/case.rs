//! One case.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use daiban_domain::act::{ActId, Outcome, Pin, SignedAct};
use daiban_domain::calendar::Date;
use daiban_domain::catalog::Action;
use daiban_domain::clock::{Card, Due, Given};
use daiban_domain::fold::{CaseState, DecisionState, StageState, StageView, Times};
use daiban_domain::form::FieldConflict;
use daiban_domain::organ::OrganCode;
use daiban_domain::schema;
use daiban_domain::words::{self, Said};
use daiban_sync::id::{BlobId, Millis, OfficeCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::caller::Opened;
use super::cases::CaseLine;
use super::problem::Problem;
use super::take::Body;
use crate::replica::{Answer, ClockView, Command, Refusal, Safety};
use crate::shell::{clock, files};
use crate::web::Web;
use crate::web::case::Masked;

/// A case as its page shows it.
#[derive(Serialize, JsonSchema)]
pub(super) struct Case {
    summary: CaseLine,
    /// In the order of the item; numbers of people show their ends only.
    form: Vec<CaseField>,
    conflicts: Vec<CaseConflict>,
    /// What was asked of the applicant and is still to come.
    correction: Vec<String>,
    materials: Vec<CaseMaterial>,
    /// Keys of materials that are required now and not there.
    missing_materials: Vec<String>,
    acts: Vec<CaseAct>,
    stages: Vec<CaseStage>,
    times: Times,
    promised: Due,
    statutory: Due,
    decision: CaseDecision,
    /// Cards that were given up to today.
    cards: Vec<Given>,
    /// Which offices above hold all of it, safe on their disks.
    safety: Vec<Safety>,
    /// A decision that is taken over this answer sends it back.
    pin: Pin,
    /// A newer version of the item, to which the draft may go over.
    newer: Option<u32>,
}

#[derive(Serialize, JsonSchema)]
struct CaseField {
    key: String,
    label: String,
    /// Text, a number, or yes or no; amounts in cents.
    value: Value,
}

/// A field that people wrote at the same time.
#[derive(Serialize, JsonSchema)]
struct CaseConflict {
    key: String,
    label: String,
    values: Vec<Value>,
}

#[derive(Serialize, JsonSchema)]
struct CaseMaterial {
    key: String,
    name: String,
    #[schemars(with = "schema::BlobId")]
    blob: String,
    file: String,
    media: String,
    bytes: u64,
    /// Its file is here.
    is_held: bool,
}

#[derive(Serialize, JsonSchema)]
struct CaseAct {
    id: ActId,
    #[schemars(with = "schema::Millis")]
    at: Millis,
    words: Said,
    /// What it says beyond its kind.
    said: Said,
    #[schemars(with = "schema::OfficeCode")]
    office: OfficeCode,
    organ: Option<OrganCode>,
    by: String,
}

#[derive(Serialize, JsonSchema)]
struct CaseStage {
    seq: u8,
    action: Action,
    organ: OrganCode,
    #[schemars(with = "schema::OfficeCode")]
    office: OfficeCode,
    state: StageState,
    due: Due,
}

#[derive(Serialize, JsonSchema)]
struct CaseDecision {
    state: DecisionState,
    outcome: Option<Outcome>,
    by: Option<String>,
    organ: Option<OrganCode>,
    /// Fields that have changed since.
    changed: Vec<String>,
}

/// Why whole numbers are needed.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WhyWhole {
    why: String,
}

/// The clocks of a case.
#[derive(Serialize, JsonSchema)]
pub(super) struct CaseClocks {
    card: Card,
    clocks: Vec<CaseClock>,
}

#[derive(Serialize, JsonSchema)]
struct CaseClock {
    name: Said,
    #[schemars(with = "schema::OfficeCode")]
    office: OfficeCode,
    organ: Option<OrganCode>,
    limit: Said,
    source: Said,
    due: Due,
    /// Days that have counted, and that are left.
    used: u16,
    left: Option<u16>,
    card: Card,
    steps: Vec<ClockStep>,
}

/// Days in a row that are reckoned alike.
#[derive(Serialize, JsonSchema)]
struct ClockStep {
    from: Date,
    to: Date,
    counts: bool,
    words: Said,
}

/// `GET /v1/cases/{case}`
pub(super) async fn show(case: Opened) -> Result<Json<Case>, Problem> {
    shown(&case, false)
}

/// `POST /v1/cases/{case}/whole`
pub(super) async fn whole(
    State(web): State<Web>,
    case: Opened,
    Body(WhyWhole { why }): Body<WhyWhole>,
) -> Result<Json<Case>, Problem> {
    let why = why.trim();
    if why.is_empty() {
        return Err(Problem::input(words::case_why_needed()));
    }
    let looked = web.audit.look(clock::now(), &case.caller.account.id, &case.name, why);
    looked.map_err(Refusal::not_written)?;
    shown(&case, true)
}

/// `GET /v1/cases/{case}/clocks`
pub(super) async fn clocks(
    State(web): State<Web>,
    case: Opened,
) -> Result<Json<CaseClocks>, Problem> {
    match web.ask(Command::CaseClock { case: case.name }).await? {
        Answer::Clock(view) => Ok(Json(CaseClocks::from(*view))),
        _ => Err(Problem::stopping()),
    }
}

/// `GET /v1/cases/{case}/materials/{blob}`
pub(super) async fn file(
    State(web): State<Web>,
    case: Opened,
    Path((_, blob)): Path<(String, String)>,
) -> Result<Bytes, Problem> {
    let absent = || Problem::not_found(words::case_on_its_way(), words::wait_for_materials());
    let held = case.found.view.file(&blob).ok_or_else(absent)?;
    let content = files::read(&web.handle, held.id).await?;
    content.map(Bytes::from).ok_or_else(absent)
}

fn shown(case: &Opened, whole: bool) -> Result<Json<Case>, Problem> {
    let (view, masked) = (&case.found.view, Masked::of(&case.found, whole));
    let unopened = || Problem::not_found(words::not_opened(), words::wait_for_sync());
    let state = view.state.as_ref().ok_or_else(unopened)?;
    let label = |key: &str| {
        let field = case.found.item.as_ref().and_then(|item| item.field(key));
        field.map_or_else(|| key.to_owned(), |field| field.label.clone())
    };
    let field = |(key, value): (&str, &Value)| CaseField {
        key: key.to_owned(),
        label: label(key),
        value: masked.value(key, value),
    };
    let conflict = |conflict: &FieldConflict| CaseConflict {
        key: conflict.field.clone(),
        label: label(&conflict.field),
        values: conflict
            .versions
            .iter()
            .map(|version| masked.value(&conflict.field, &serde_json::json!(version.value)))
            .collect(),
    };
    let act = |act: &SignedAct| CaseAct {
        id: act.id,
        at: act.at.millis(),
        words: act.act.kind.words(),
        said: masked.said_by(&act.act.kind),
        office: act.office,
        organ: act.act.organ,
        by: act.act.officer.name.clone(),
    };
    Ok(Json(Case {
        form: masked.filled().into_iter().map(field).collect(),
        conflicts: state.conflicts.iter().map(conflict).collect(),
        correction: state.correction.clone(),
        materials: materials(state, &view.held),
        missing_materials: state.missing_materials.clone(),
        acts: view.acts.iter().map(act).collect(),
        stages: state.stages.iter().map(CaseStage::from).collect(),
        times: state.times,
        promised: state.deadlines.promised.clone(),
        statutory: state.deadlines.statutory.clone(),
        decision: CaseDecision::of(state),
        cards: view.cards.clone(),
        safety: view.safety.clone(),
        pin: state.pin.clone(),
        newer: view.newer,
        summary: CaseLine::of(view.summary.clone()),
    }))
}

fn materials(state: &CaseState, held: &[BlobId]) -> Vec<CaseMaterial> {
    let materials = state.materials.iter().map(|material| CaseMaterial {
        key: material.key.clone(),
        name: material.name.clone(),
        blob: material.blob.id.to_string(),
        file: material.blob.name.clone(),
        media: material.blob.media.clone(),
        bytes: material.blob.size,
        is_held: held.contains(&material.blob.id),
    });
    materials.collect()
}

impl From<&StageView> for CaseStage {
    fn from(stage: &StageView) -> Self {
        let StageView { seq, action, organ, office, .. } = *stage;
        Self { seq, action, organ, office, state: stage.state.clone(), due: stage.due.clone() }
    }
}

impl CaseDecision {
    fn of(state: &CaseState) -> Self {
        let decision = &state.decision;
        Self {
            state: decision.state,
            outcome: decision.outcome.clone(),
            by: decision.by.clone(),
            organ: decision.organ,
            changed: decision.difference.iter().map(|change| change.field.clone()).collect(),
        }
    }
}

impl From<ClockView> for CaseClocks {
    fn from(view: ClockView) -> Self {
        let clocks = view.clocks.into_iter().map(|today| CaseClock {
            limit: today.clock.limit.words(),
            name: today.clock.name,
            office: today.clock.office,
            organ: today.clock.organ,
            source: today.clock.source,
            due: today.clock.due,
            used: today.standing.used,
            left: today.standing.left,
            card: today.standing.card,
            steps: today
                .clock
                .steps
                .into_iter()
                .map(|step| ClockStep {
                    from: step.from,
                    to: step.to,
                    counts: step.counts,
                    words: step.words,
                })
                .collect(),
        });
        Self { card: view.card, clocks: clocks.collect() }
    }
}
