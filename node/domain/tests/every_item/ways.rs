//! What may be said at each state.

use daiban_domain::act::{ActId, ActKind, BlobRef, Handover, Opinion, Outcome};
use daiban_domain::catalog::{Action, Join, Silence};
use daiban_domain::clock::{CardFate, ClockKind, Due};
use daiban_domain::fold::{CaseState, NextAct, StageState, StageView, Status};
use daiban_domain::organ::OrganCode;
use daiban_domain::receipt_number::ReceiptNumber;
use daiban_sync::id::{BlobId, OfficeCode};

use crate::walk::{DETOURS_MAX, Life, Walk};

impl Walk<'_> {
    /// The statements that a verb stands for here, and whether each is a detour.
    pub(crate) fn kinds(&self, state: &CaseState, next: &NextAct) -> Vec<(ActKind, bool)> {
        let reasons = || vec!["理由".to_owned()];
        let text = || "情况属实".to_owned();
        let pinned = || state.pin.clone();
        match &*next.verb {
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
                let organs = state.stages.iter().map(|stage| stage.organ).collect();
                vec![(ActKind::Referred { organs }, false)]
            }
            "survey" => vec![(ActKind::Surveyed { findings: text() }, false)],
            "publicise" => vec![(ActKind::Publicised { days: 7, objections: vec![] }, false)],
            "review" => {
                let no = Opinion::Disagree { reasons: reasons() };
                let forward = (Opinion::AgreeForward, false);
                let forwards = Some(forward).filter(|_| self.may_forward(next));
                let opinions = [(Opinion::Agree, false), (no, true)].into_iter().chain(forwards);
                opinions.map(|(opinion, odd)| (ActKind::Reviewed { opinion }, odd)).collect()
            }
            "record-silence" => self.silent(state),
            "resume" => vec![(ActKind::Resumed, false)],
            "decide" => self.decisions(state),
            "confirm" => vec![(ActKind::Confirmed { pinned: pinned() }, false)],
            "reconfirm" => stale(state, next).map(|kind| (kind, false)).collect(),
            "issue" => vec![(ActKind::Issued { certificate: text() }, false)],
            "pay" => vec![(ActKind::Paid { amount_cent: Some(100) }, false)],
            "deliver" => {
                let how = Handover::Post { tracking: "EA123456789CN".into() };
                vec![(ActKind::Delivered { how }, false)]
            }
            "rectify" => vec![(ActKind::Rectified { measures: text() }, false)],
            "answer-complaint" => {
                let complaint = state.redress.first_open_complaint().unwrap().act;
                vec![(ActKind::ComplaintAnswered { complaint, answer: text() }, false)]
            }
            "answer-question" => {
                let question = state.redress.first_open_question().unwrap().act;
                vec![(ActKind::QuestionAnswered { question, answer: text() }, false)]
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

    /// Whether the organ has a later stage that may be left out.
    fn may_forward(&self, next: &NextAct) -> bool {
        self.item.stages.iter().any(|stage| {
            stage.optional && Some(stage.organ) == next.organ && stage.tier < next.office.tier()
        })
    }

    /// Granting where no organ that must agree has said no, refusing always.
    fn decisions(&self, state: &CaseState) -> Vec<(ActKind, bool)> {
        let pinned = || state.pin.clone();
        let refused = Outcome::Refused { reasons: vec!["不符合条件".into()] };
        let disagrees = |view: &StageView| {
            let no = Opinion::Disagree { reasons: vec!["理由".into()] };
            matches!(&view.state, StageState::Done { opinion: Some(o), .. } if *o == no)
        };
        let agree = state.stages.iter().filter(|view| {
            matches!(view.state, StageState::Done { opinion: Some(_), .. }) && !disagrees(view)
        });
        let agreeing = agree.count();
        let forbidden =
            self.item.stages.iter().zip(&state.stages).any(|(stage, view)| match stage.join {
                Join::All => disagrees(view),
                Join::Lead => false,
                Join::Quorum(needed) => agreeing < usize::from(needed),
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
        open.map(|(_, view)| (ActKind::SilenceRecorded { organ: view.organ }, true)).collect()
    }

    /// Special procedures and the extension, which the fold allows without listing them as next.
    pub(crate) fn aside(&self, life: &Life, state: &CaseState) -> Vec<(Life, CaseState)> {
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

    /// A complaint, a question (before anything else, it leads nowhere), a bad rating, an appeal against the card of a broken promise: whoever may say
    /// them, may say them now.
    pub(crate) fn redress(&self, life: &Life, state: &CaseState) -> Vec<(Life, CaseState)> {
        if life.detours >= DETOURS_MAX || state.times.received.is_none() {
            return Vec::new();
        }
        let counter = (self.of.origin, None);
        let lead = &state.stages[self.item.deciding_stage()];
        let lead = (lead.office, Some(lead.organ));
        let mut said = vec![(0, counter, ActKind::Complained { text: "太慢".into() })];
        if life.detours == 0 {
            said.push((0, counter, ActKind::Asked { text: "还缺什么".into() }));
        }
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

    /// What happens seldom, once in a life and beside nothing else: a stage is passed on, a village
    /// on another line is asked and answers, a file comes after the decision, the case is voided.
    pub(crate) fn rarer(&self, life: &Life, state: &CaseState) -> Vec<(Life, CaseState)> {
        let lead = &state.stages[self.item.deciding_stage()];
        let lead = (lead.office, Some(lead.organ));
        let mut said: Vec<(Actor, ActKind)> = Vec::new();
        if state.times.received.is_some() && !state.status.is_final() {
            said.push((lead, ActKind::Voided { reason: "重复申请".into() }));
        }
        let asked = state.help.iter().filter(|help| help.answer.is_none());
        said.extend(asked.map(|help| (lead, told(help.receipt))));
        if life.detours == 0 {
            said.extend(self.passed_on(state));
            said.push((lead, asking()));
            let decided = state.times.decided.is_some();
            let late = self.item.materials.first().filter(|_| decided);
            said.extend(late.map(|rule| ((self.of.origin, None), late_file(&rule.key))));
        }
        let say = |((office, organ), kind): (Actor, ActKind)| {
            let mut longer = Life { detours: DETOURS_MAX, ..life.clone() };
            let id = self.sign(&mut longer, office, organ, kind);
            let then = self.state(&longer);
            then.ignored.iter().all(|ignored| ignored.act != id).then_some((longer, then))
        };
        said.into_iter().filter_map(say).collect()
    }

    /// Each stage whose turn it is, to an organ that has none.
    fn passed_on(&self, state: &CaseState) -> Vec<(Actor, ActKind)> {
        let to: OrganCode = ["SL", "WJ", "TW"]
            .into_iter()
            .map(|code| code.parse().unwrap())
            .find(|to| self.item.stages.iter().all(|stage| stage.organ != *to))
            .unwrap();
        let open = |view: &&StageView| {
            matches!(view.state, StageState::Open { .. }) && view.action != Action::Collect
        };
        let pass = |view: &StageView| {
            let transferred = ActKind::Transferred { to, reason: "属该部门职责".into() };
            ((view.office, Some(view.organ)), transferred)
        };
        state.stages.iter().filter(open).map(pass).collect()
    }
}

/// An office and its organ.
type Actor = (OfficeCode, Option<OrganCode>);

fn asking() -> ActKind {
    let (help, handler) = (help_receipt(), "330382002000".parse().unwrap());
    ActKind::HelpAsked { help, handler, question: "是否在当地居住".into() }
}

fn told(help: ReceiptNumber) -> ActKind {
    ActKind::HelpRecorded { help, findings: "属实".into() }
}

fn help_receipt() -> ReceiptNumber {
    let village = "330382001001".parse().unwrap();
    ReceiptNumber::make(village, "2026-03-02".parse().unwrap(), 2, 2).unwrap()
}

fn late_file(key: &str) -> ActKind {
    let name = format!("{key}-2.jpg");
    let blob = BlobRef { id: BlobId([2; 32]), size: 9, media: "image/jpeg".into(), name };
    ActKind::MaterialAttached { key: key.to_owned(), blob }
}

/// What this organ has to say again, because it had not seen all.
fn stale<'a>(state: &'a CaseState, next: &'a NextAct) -> impl Iterator<Item = ActKind> + 'a {
    let own = state
        .stages
        .iter()
        .filter(|view| (view.office, Some(view.organ)) == (next.office, next.organ));
    let acts = own.filter_map(|view| match view.state {
        StageState::Done { act, .. } => Some(act),
        _ => None,
    });
    let stale = acts.filter(|act: &ActId| state.decision.stale_acts.contains(act));
    stale.map(|decision| ActKind::Reconfirmed { decision, pinned: state.pin.clone() })
}

fn appealed(state: &CaseState) -> ClockKind {
    let open = state.redress.appeals.iter().find(|appeal| appeal.fate == CardFate::Appealed);
    open.unwrap().card.clone()
}
