//! The walk: every state that can follow another, once.

use std::collections::{BTreeMap, BTreeSet};

use daiban_domain::act::{Act, ActId, ActKind, BlobRef, CaseId, OfficerRef, Opinion, SignedAct};
use daiban_domain::authority::Authority;
use daiban_domain::calendar::Calendar;
use daiban_domain::catalog::{Catalog, Item};
use daiban_domain::fold::{CaseState, Law, NextAct, StageState, Status, fold};
use daiban_domain::form::{Form, actor_for};
use daiban_domain::jurisdiction::Jurisdiction;
use daiban_domain::organ::OrganCode;
use daiban_domain::receipt_number::ReceiptNumber;
use daiban_domain::{payload, sample, shipped};
use daiban_sync::id::{BlobId, Hlc, Incarnation, Millis, OfficeCode, Tier};

use crate::common::{START_MS, node_of};

const CASE: CaseId = CaseId([7; 16]);
/// Corrections, pauses, extensions, refused reviews, recorded silences, complaints, bad ratings and
/// appeals in one life. Of what is rarer, one alone.
pub(crate) const DETOURS_MAX: usize = 2;
/// Sixty days: beyond every limit that silence waits for.
const LONG_MS: u64 = 60 * 86_400_000;

/// A case that can be continued in several ways.
#[derive(Clone)]
pub(crate) struct Life {
    pub(crate) acts: Vec<SignedAct>,
    pub(crate) now_ms: u64,
    pub(crate) detours: usize,
}

pub(crate) struct Walk<'a> {
    pub(crate) item: &'a Item,
    catalog: &'a Catalog,
    calendar: &'a Calendar,
    authority: &'a Authority,
    form: Form,
    pub(crate) of: Jurisdiction,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(item: &'a Item, tier: Tier, law: &'a (Catalog, Calendar, Authority)) -> Self {
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

    pub(crate) fn state(&self, life: &Life) -> CaseState {
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

    pub(crate) fn sign(
        &self,
        life: &mut Life,
        office: OfficeCode,
        organ: Option<OrganCode>,
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
    pub(crate) fn after(
        &self,
        life: &Life,
        state: &CaseState,
        next: &NextAct,
    ) -> Vec<(Life, CaseState)> {
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
    pub(crate) fn must_take(&self, life: &Life, id: ActId, kind: &ActKind) -> CaseState {
        let state = self.state(life);
        if let Some(ignored) = state.ignored.iter().find(|ignored| ignored.act == id) {
            panic!("{}: {kind:?} was next and is refused: {}", self.item.code, ignored.why);
        }
        state
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
        let next: Vec<_> = state.next.iter().map(|n| (n.verb.clone(), n.organ, n.office)).collect();
        let detour = |act: &SignedAct| match &act.act.kind {
            ActKind::CorrectionRequested { .. } => Some('c'),
            ActKind::Paused { .. } => Some('p'),
            ActKind::Extended { .. } => Some('e'),
            ActKind::Complained { .. } => Some('k'),
            ActKind::Asked { .. } => Some('q'),
            ActKind::Rated { .. } => Some('r'),
            ActKind::CardAppealed { .. } => Some('a'),
            ActKind::Transferred { .. } => Some('t'),
            ActKind::HelpAsked { .. } => Some('h'),
            ActKind::HelpRecorded { .. } => Some('f'),
            _ => None,
        };
        let mut detours: Vec<char> = life.acts.iter().filter_map(detour).collect();
        detours.sort_unstable();
        format!("{:?} {stages} {next:?} {} {detours:?}", state.status, life.detours)
    }

    /// Every reachable state with those that follow it.
    pub(crate) fn all(&self) -> BTreeMap<String, (Status, BTreeSet<String>)> {
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
            follow.extend(self.rarer(&life, &state));
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
