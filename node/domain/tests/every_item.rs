//! Every shipped item from its first act to its last: an exhaustive walk, within bounds, over what
//! anybody can do next.

#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{START_MS, node_of};
use daiban_domain::act::{
    Act, ActId, ActKind, BlobRef, CaseId, Handover, OfficerRef, Opinion, Outcome, SignedAct,
};
use daiban_domain::authority::Authority;
use daiban_domain::calendar::Calendar;
use daiban_domain::catalog::{Action, Catalog, Item, Silence};
use daiban_domain::clock::{CardFate, ClockKind, Due};
use daiban_domain::fold::{CaseState, Law, NextAct, StageState, Status, fold};
use daiban_domain::form::{Form, actor_for};
use daiban_domain::jurisdiction::Jurisdiction;
use daiban_domain::receipt_number::ReceiptNumber;
use daiban_domain::{payload, sample, shipped};
use daiban_sync::id::{BlobId, Hlc, Incarnation, Millis, OfficeCode, Tier};

const CASE: CaseId = CaseId([7; 16]);
/// Corrections, pauses, extensions, refused reviews, recorded silences, complaints, bad ratings and
/// appeals in one life.
const DETOURS_MAX: usize = 2;
/// Sixty days: beyond every limit that silence waits for.
const LONG_MS: u64 = 60 * 86_400_000;

/// A case that can be continued in several ways.
#[derive(Clone)]
struct Life {
    acts: Vec<SignedAct>,
    now_ms: u64,
    detours: usize,
}

struct Walk<'a> {
    item: &'a Item,
    catalog: &'a Catalog,
    calendar: &'a Calendar,
    authority: &'a Authority,
    form: Form,
    of: Jurisdiction,
}

impl<'a> Walk<'a> {
    fn new(item: &'a Item, tier: Tier, law: &'a (Catalog, Calendar, Authority)) -> Self {
        let (catalog, calendar, authority) = law;
        let village = OfficeCode::new(330_382_001_001).unwrap();
        let origin = village.at_tier(tier).unwrap();
        let actor = actor_for(node_of(origin), CASE, Incarnation(1));
        let fields = sample::complete(item, village);
        let (form, _) = Form::create(&actor, &fields, Millis(START_MS));
        let handler = sample::handler(item, origin, &shipped::offices());
        let of = Jurisdiction { origin, handler };
        Self { item, catalog, calendar, authority, form, of }
    }

    fn state(&self, life: &Life) -> CaseState {
        let law = Law {
            item: self.item,
            catalog: self.catalog,
            calendar: self.calendar,
            authority: self.authority,
        };
        fold(law, self.of, &self.form, &life.acts)
    }

    /// Opened, with every material that the item knows.
    fn opened(&self) -> Life {
        let mut life = Life { acts: Vec::new(), now_ms: START_MS, detours: 0 };
        let day = "2026-03-02".parse().unwrap();
        let opened = ActKind::Opened {
            item: self.item.code.clone(),
            version: self.item.version,
            receipt: ReceiptNumber::make(self.of.origin, day, 1, 2).unwrap(),
            origin: self.of.origin,
        };
        self.sign(&mut life, self.of.origin, None, opened);
        for rule in &self.item.materials {
            let name = format!("{}.jpg", rule.key);
            let blob = BlobRef { id: BlobId([1; 32]), size: 9, media: "image/jpeg".into(), name };
            let attached = ActKind::MaterialAttached { key: rule.key.clone(), blob };
            self.sign(&mut life, self.of.origin, None, attached);
        }
        life
    }

    fn sign(
        &self,
        life: &mut Life,
        office: OfficeCode,
        organ: Option<daiban_domain::organ::OrganCode>,
        kind: ActKind,
    ) -> ActId {
        life.now_ms += 60_000;
        let officer = OfficerRef { name: "王".into(), id: "w".into() };
        let nonce = (life.acts.len() as u64).to_be_bytes();
        let act = Act { officer, organ, nonce, kind };
        let author = node_of(office);
        let id = ActId::of(author, &payload::act(CASE, &act));
        life.acts.push(SignedAct { id, author, office, at: Hlc(life.now_ms << 16), act });
        id
    }

    /// What may come after this state by one of its next acts.
    fn after(&self, life: &Life, state: &CaseState, next: &NextAct) -> Vec<(Life, CaseState)> {
        let kinds = self.kinds(state, next);
        assert!(!kinds.is_empty(), "{}: nobody knows how to {}", self.item.code, next.verb);
        let mut lives = Vec::new();
        for (kind, is_detour) in kinds {
            let waits = matches!(kind, ActKind::SilenceRecorded { .. });
            let mut longer = life.clone();
            longer.detours += usize::from(is_detour);
            longer.now_ms += if waits { LONG_MS } else { 0 };
            if longer.detours > DETOURS_MAX {
                continue;
            }
            let id = self.sign(&mut longer, next.office, next.organ, kind.clone());
            let then = self.must_take(&longer, id, &kind);
            lives.push((longer, then));
        }
        lives
    }

    /// What the fold offers as next it also lets take effect.
    fn must_take(&self, life: &Life, id: ActId, kind: &ActKind) -> CaseState {
        let state = self.state(life);
        if let Some(ignored) = state.ignored.iter().find(|ignored| ignored.act == id) {
            panic!("{}: {kind:?} was next and is refused: {}", self.item.code, ignored.why);
        }
        state
    }

    /// The statements that a verb stands for here, and whether each is a detour.
    fn kinds(&self, state: &CaseState, next: &NextAct) -> Vec<(ActKind, bool)> {
        let reasons = || vec!["理由".to_owned()];
        let text = || "情况属实".to_owned();
        let pinned = || state.pin.clone();
        match next.verb {
            "submit" => vec![(ActKind::Submitted, false)],
            "withdraw" => vec![(ActKind::Withdrawn { reason: text() }, false)],
            "accept" => vec![(ActKind::Accepted, false)],
            "refuse" => vec![(ActKind::Refused { reasons: reasons() }, false)],
            "request-correction" => {
                vec![(ActKind::CorrectionRequested { items: reasons() }, true)]
            }
            "correct" => vec![(ActKind::Corrected { note: text() }, false)],
            "first-check" => vec![(ActKind::FirstChecked { note: text() }, false)],
            "refer" => {
                let organs = self.item.stages.iter().map(|stage| stage.organ).collect();
                vec![(ActKind::Referred { organs }, false)]
            }
            "survey" => vec![(ActKind::Surveyed { findings: text() }, false)],
            "publicise" => vec![(ActKind::Publicised { days: 7, objections: vec![] }, false)],
            "review" => vec![
                (ActKind::Reviewed { opinion: Opinion::Agree }, false),
                (ActKind::Reviewed { opinion: Opinion::Disagree { reasons: reasons() } }, true),
            ],
            "record-silence" => self.silent(state),
            "resume" => vec![(ActKind::Resumed, false)],
            "decide" => self.decisions(state),
            "confirm" => vec![(ActKind::Confirmed { pinned: pinned() }, false)],
            "issue" => vec![(ActKind::Issued { certificate: text() }, false)],
            "pay" => vec![(ActKind::Paid { amount_cent: Some(100) }, false)],
            "deliver" => {
                let how = Handover::Post { tracking: "EA123456789CN".into() };
                vec![(ActKind::Delivered { how }, false)]
            }
            "rectify" => vec![(ActKind::Rectified { measures: text() }, false)],
            "answer-complaint" => {
                let complaint = state.redress.first_open_complaint().unwrap();
                vec![(ActKind::ComplaintAnswered { complaint, answer: text() }, false)]
            }
            "withdraw-card" => {
                vec![(ActKind::CardWithdrawn { card: appealed(state), reason: text() }, false)]
            }
            "refuse-appeal" => {
                vec![(ActKind::AppealRefused { card: appealed(state), reason: text() }, false)]
            }
            "close" => vec![(ActKind::Closed, false)],
            _ => vec![],
        }
    }

    /// Granting where no organ that must agree has said no, refusing always.
    fn decisions(&self, state: &CaseState) -> Vec<(ActKind, bool)> {
        let pinned = || state.pin.clone();
        let refused = Outcome::Refused { reasons: vec!["不符合条件".into()] };
        let forbidden = self.item.stages.iter().zip(&state.stages).any(|(stage, view)| {
            let no = matches!(
                &view.state,
                StageState::Done { opinion: Some(Opinion::Disagree { .. }), .. }
            );
            no && stage.join != daiban_domain::catalog::Join::Lead
        });
        let mut kinds = vec![(ActKind::Decided { outcome: refused, pinned: pinned() }, false)];
        if !forbidden {
            let granted = Outcome::Granted;
            kinds.push((ActKind::Decided { outcome: granted, pinned: pinned() }, false));
        }
        kinds
    }

    /// Silence of the organs whose time runs: not while the applicant owes them, or whom they wait
    /// for, a correction.
    fn silent(&self, state: &CaseState) -> Vec<(ActKind, bool)> {
        let stages = || self.item.stages.iter().zip(&state.stages);
        let asking = || stages().filter(|(_, v)| matches!(v.state, StageState::Correcting { .. }));
        let open = stages().filter(|(stage, view)| {
            let held = asking().any(|(other, _)| other.pauses_others || other.seq < stage.seq);
            matches!(view.state, StageState::Open { .. })
                && stage.on_silence == Silence::DeemedAgreed
                && !held
        });
        open.map(|(stage, _)| (ActKind::SilenceRecorded { organ: stage.organ }, true)).collect()
    }

    /// Special procedures and the extension, which the fold allows without listing them as next.
    fn aside(&self, life: &Life, state: &CaseState) -> Vec<(Life, CaseState)> {
        let lead = &state.stages[self.item.deciding_stage()];
        let running = state.times.accepted.is_some() && state.times.decided.is_none();
        let open = matches!(state.status, Status::Accepted | Status::InProgress);
        if !running || !open || life.detours >= DETOURS_MAX {
            return Vec::new();
        }
        let pause = self
            .item
            .special_procedures
            .first()
            .map(|procedure| ActKind::Paused { procedure: procedure.clone(), declared_days: 10 });
        let extend = self
            .item
            .extension
            .as_ref()
            .map(|_| ActKind::Extended { reason: "情况复杂".into() });
        let add = |kind: ActKind| {
            let mut longer = Life { detours: life.detours + 1, ..life.clone() };
            let id = self.sign(&mut longer, lead.office, Some(lead.organ), kind);
            let then = self.state(&longer);
            let taken = then.ignored.iter().all(|ignored| ignored.act != id);
            taken.then_some((longer, then))
        };
        pause.into_iter().chain(extend).filter_map(add).collect()
    }

    /// A complaint, a bad rating, an appeal against the card of a broken promise: whoever may say
    /// them, may say them now.
    fn redress(&self, life: &Life, state: &CaseState) -> Vec<(Life, CaseState)> {
        if life.detours >= DETOURS_MAX || state.times.received.is_none() {
            return Vec::new();
        }
        let counter = (self.of.origin, None);
        let lead = &state.stages[self.item.deciding_stage()];
        let lead = (lead.office, Some(lead.organ));
        let mut said = vec![(0, counter, ActKind::Complained { text: "太慢".into() })];
        if state.redress.ratings.is_empty()
            && (state.times.decided.is_some() || state.status.is_final())
        {
            let rated = ActKind::Rated { stars: 1, comment: "太慢".into() };
            said.push((0, counter, rated));
        }
        if let Due::On { date } = state.deadlines.promised
            && state.redress.appeals.is_empty()
        {
            let first_late_day = date.next().since("1970-01-01".parse().unwrap());
            let late_ms = u64::try_from(first_late_day).unwrap() * 86_400_000;
            let reason = "专家评审未计入".to_owned();
            let appeal = ActKind::CardAppealed { card: ClockKind::Promised, reason };
            said.push((late_ms, lead, appeal));
        }
        let say = |(from_ms, (office, organ), kind): (u64, _, ActKind)| {
            let mut longer = Life { detours: life.detours + 1, ..life.clone() };
            let was_late = longer.now_ms > from_ms;
            longer.now_ms = longer.now_ms.max(from_ms);
            let id = self.sign(&mut longer, office, organ, kind.clone());
            let taken = was_late && matches!(kind, ActKind::CardAppealed { .. });
            let then = if taken { self.state(&longer) } else { self.must_take(&longer, id, &kind) };
            (longer, then)
        };
        said.into_iter().map(say).collect()
    }

    /// What tells two states apart, whenever and by whom it came about.
    fn key(&self, life: &Life, state: &CaseState) -> String {
        let stage = |view: &daiban_domain::fold::StageView| match &view.state {
            StageState::Done { opinion: Some(Opinion::Disagree { .. }), .. } => 'n',
            StageState::Done { .. } => 'd',
            StageState::DeemedAgreed { .. } => 's',
            StageState::Open { .. } => 'o',
            StageState::Correcting { .. } => 'c',
            StageState::Skipped => 'x',
            StageState::Later => '-',
        };
        let stages: String = state.stages.iter().map(stage).collect();
        let next: Vec<_> = state.next.iter().map(|n| (n.verb, n.organ, n.office)).collect();
        let detour = |act: &SignedAct| match &act.act.kind {
            ActKind::CorrectionRequested { .. } => Some('c'),
            ActKind::Paused { .. } => Some('p'),
            ActKind::Extended { .. } => Some('e'),
            ActKind::Complained { .. } => Some('k'),
            ActKind::Rated { .. } => Some('r'),
            ActKind::CardAppealed { .. } => Some('a'),
            _ => None,
        };
        let mut detours: Vec<char> = life.acts.iter().filter_map(detour).collect();
        detours.sort_unstable();
        format!("{:?} {stages} {next:?} {} {detours:?}", state.status, life.detours)
    }

    /// Every reachable state with those that follow it.
    fn all(&self) -> BTreeMap<String, (Status, BTreeSet<String>)> {
        let first = self.opened();
        let state = self.state(&first);
        let mut open = vec![(self.key(&first, &state), first, state)];
        let mut seen: BTreeMap<String, (Status, BTreeSet<String>)> = BTreeMap::new();
        while let Some((key, life, state)) = open.pop() {
            if seen.contains_key(&key) {
                continue;
            }
            let ended = state.status.is_final();
            assert!(
                ended || !state.next.is_empty(),
                "{}: nobody goes on from {key}",
                self.item.code
            );
            let mut follow = self.aside(&life, &state);
            follow.extend(self.redress(&life, &state));
            for next in &state.next {
                follow.extend(self.after(&life, &state, next));
            }
            let keyed =
                follow.into_iter().map(|(life, state)| (self.key(&life, &state), life, state));
            let keyed: Vec<_> = keyed.collect();
            let keys = keyed.iter().map(|(key, ..)| key.clone()).collect();
            seen.insert(key, (state.status, keys));
            open.extend(keyed.into_iter().filter(|(key, ..)| !seen.contains_key(key)));
        }
        seen
    }
}

fn appealed(state: &CaseState) -> ClockKind {
    let open = state.redress.appeals.iter().find(|appeal| appeal.fate == CardFate::Appealed);
    open.unwrap().card.clone()
}

/// The states from which an end can be reached without the applicant giving up.
fn ending(graph: &BTreeMap<String, (Status, BTreeSet<String>)>) -> BTreeSet<&String> {
    let is_end = |status: Status| status.is_final() && status != Status::Withdrawn;
    let ends = graph.iter().filter(|(_, (status, _))| is_end(*status));
    let mut good: BTreeSet<&String> = ends.map(|(key, _)| key).collect();
    loop {
        let more: Vec<_> = graph
            .iter()
            .filter(|(key, (_, follow))| {
                !good.contains(key) && follow.iter().any(|next| good.contains(next))
            })
            .map(|(key, _)| key)
            .collect();
        if more.is_empty() {
            return good;
        }
        good.extend(more);
    }
}

fn check_item(item: &Item) {
    let law = (shipped::catalog(), shipped::calendar(), Authority::default());
    for tier in &item.accept_tiers {
        let graph = Walk::new(item, *tier, &law).all();
        let closes = graph.values().any(|(status, _)| *status == Status::Closed);
        assert!(closes, "{} from {tier:?}", item.code);
        let good = ending(&graph);
        for (key, (status, _)) in &graph {
            let given_up = *status == Status::Withdrawn;
            assert!(given_up || good.contains(key), "{}: stuck in {key}", item.code);
        }
    }
}

/// Four tests, so that two cores walk at once.
fn check_every(remainder: usize) {
    let catalog = shipped::catalog();
    catalog.iter().skip(remainder).step_by(4).for_each(check_item);
}

#[test]
fn no_item_gets_stuck_first_quarter() {
    check_every(0);
}

#[test]
fn no_item_gets_stuck_second_quarter() {
    check_every(1);
}

#[test]
fn no_item_gets_stuck_third_quarter() {
    check_every(2);
}

#[test]
fn no_item_gets_stuck_fourth_quarter() {
    check_every(3);
}

#[test]
fn every_reference_resolves() {
    let catalog = shipped::catalog();
    for item in catalog.iter() {
        let code = &item.code;
        assert!(!item.accept_tiers.is_empty() && !item.source.is_empty(), "{code}");
        let is_for_people = !item.delivery.is_empty() && !item.materials.is_empty();
        assert!(is_for_people || item.elsewhere, "{code}");
        assert!(item.dedupe_key.iter().all(|key| key == "code" || item.field(key).is_some()));
        assert_eq!(item.stages[0].action, Action::Collect, "{code}");
        assert!(item.stages.iter().all(|stage| stage.organ.is_known()), "{code}");
        let lowest = item.accept_tiers.iter().max().unwrap();
        assert!(item.stages.iter().all(|stage| stage.tier <= *lowest || *lowest < Tier::Village));
        assert_eq!(catalog.search(&item.initials).filter(|found| found.code == *code).count(), 1);
    }
}
