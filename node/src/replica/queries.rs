//! Questions: answered from what is durable and in the views.

use std::collections::BTreeMap;

use daiban_domain::act::CaseId;
use daiban_domain::calendar::Date;
use daiban_domain::case::Case;
use daiban_domain::case_number::CaseNumber;
use daiban_domain::clock::{self, Clock};
use daiban_domain::licence::HolderId;
use daiban_domain::receipt_number::ReceiptNumber;
use daiban_domain::words::{self, Said};
use daiban_sync::id::{LogId, Millis, OfficeCode};

use super::answer::{
    AboveView, Answer, CaseView, ClockToday, ClockView, PeerView, QuarantineView, Safety,
    StatusView,
};
use super::cases::no_such_case;
use super::command::Command;
use super::kept::{Kept, Marks};
use super::links::shown;
use super::new_case::item_of;
use super::refusal::{Refusal, RefusalKind};
use super::view::Shown;
use super::{Replica, keys};

/// Quarantined entries in one answer.
const QUARANTINE_MAX: usize = 1_000;

impl Replica {
    pub(super) fn query(&self, now: Millis, query: Command) -> Result<Answer, Refusal> {
        match query {
            Command::ShowCase { case } => {
                let id = self.find_case(&case)?;
                let kept = self.load(id).map_err(Refusal::internal)?.ok_or_else(no_such_case)?;
                Ok(Answer::Case(Box::new(self.case_view(Date::at(now), &kept))))
            }
            Command::CaseMaterials { case } => {
                let id = self.find_case(&case)?;
                let kept = self.load(id).map_err(Refusal::internal)?.ok_or_else(no_such_case)?;
                let receipt = kept.case.receipt();
                let materials = self.choices(&kept.case, Date::at(now))?;
                Ok(Answer::Materials { receipt, materials, training: self.config.training })
            }
            Command::CaseClock { case } => {
                let id = self.find_case(&case)?;
                let kept = self.load(id).map_err(Refusal::internal)?.ok_or_else(no_such_case)?;
                Ok(Answer::Clock(Box::new(self.clock_view(Date::at(now), &kept))))
            }
            Command::Licences { holder } => {
                let licences = self.licences_of(HolderId::of(&holder));
                Ok(Answer::Licences { licences: licences.map_err(Refusal::internal)? })
            }
            Command::ShowItem { item } => {
                let item = item_of(&self.law.catalog, &item, None, Date::at(now))?;
                Ok(Answer::Item(Box::new(item.into())))
            }
            Command::Migration { case } => {
                let id = self.find_case(&case)?;
                let kept = self.load(id).map_err(Refusal::internal)?.ok_or_else(no_such_case)?;
                let desk = self.law.desk(self.config.training);
                Ok(Answer::Migration(Box::new(desk.migration(&kept.case, Date::at(now))?)))
            }
            Command::Notices => Ok(self.notices()),
            Command::Directory => {
                let changes = self.law.office_changes().cloned().collect();
                Ok(Answer::Directory { changes })
            }
            Command::NumberLeases => Ok(self.leases()),
            Command::NumberLedger { item, day, office } => {
                self.ledger(&item, day.unwrap_or(Date::at(now)), office)
            }
            Command::Status => Ok(Answer::Status(Box::new(self.status(now)))),
            Command::Alarms => {
                let said = self.alarms.iter().map(|(at, a)| (*at, a.clone(), a.said()));
                Ok(Answer::Alarms { alarms: said.collect() })
            }
            Command::Quarantine => self.quarantine(),
            Command::Nodes { office } => Ok(self.nodes(office)),
            Command::Unaccepted { log } => self.unaccepted(now, &log),
            Command::Board => Ok(Answer::Board(Box::new(self.board(now)))),
            Command::Raised => Ok(Answer::Raised { alarms: self.raised() }),
            Command::AlarmEvents { office } => self.alarm_events(office),
            _ => Err(Refusal::internal("a command that is no question")),
        }
    }

    /// The case with this receipt or case number, or this id in hex.
    pub(super) fn find_case(&self, name: &str) -> Result<CaseId, Refusal> {
        let name = name.trim().to_ascii_uppercase();
        if name.len() == 32
            && let Ok(bytes) = hex::decode(&name)
            && let Ok(id) = bytes.try_into()
        {
            return Ok(CaseId(id));
        }
        if CaseNumber::is_like(&name) {
            let number = name.parse().map_err(misread)?;
            let found = self.numbered_case(&number).map_err(Refusal::internal)?;
            return found.ok_or_else(no_such_case);
        }
        let number: ReceiptNumber = name.parse().map_err(misread)?;
        let stored = self.store.view_get(&keys::receipt(&number)).map_err(Refusal::internal)?;
        stored.and_then(|id| id.try_into().ok()).map(CaseId).ok_or_else(no_such_case)
    }

    pub(super) fn case_view(&self, today: Date, kept: &Kept) -> CaseView {
        let (law, case) = (&self.law, &kept.case);
        let state = case.state(&law.catalog, &law.calendar, &law.authority);
        CaseView {
            summary: case.summary(state.as_ref()),
            form: case.form().to_json(),
            labels: self.labels(case),
            acts: {
                let mut acts: Vec<_> = case.acts().cloned().collect();
                acts.sort_by_key(|act| (act.at, act.id));
                acts
            },
            held: self.held_materials(case),
            safety: self.safety(case.of.origin, &kept.marks),
            cards: self.clocks(case).iter().filter_map(|clock| clock.given(today)).collect(),
            newer: self.law.desk(self.config.training).newer(case, today).map(|item| item.version),
            training: self.config.training,
            state,
        }
    }

    fn labels(&self, case: &Case) -> BTreeMap<String, String> {
        let law = &self.law;
        let opened = case.opened_item().and_then(|(code, version)| law.catalog.get(code, version));
        let pinned = case.item(&law.catalog, &law.calendar, &law.authority);
        let mut labels = BTreeMap::new();
        for item in [opened, pinned].into_iter().flatten() {
            labels.extend(item.fields.iter().map(|f| (f.key.clone(), f.label.clone())));
            labels.extend(item.materials.iter().map(|m| (m.key.clone(), m.name.clone())));
        }
        labels
    }

    fn clock_view(&self, today: Date, kept: &Kept) -> ClockView {
        let (law, case) = (&self.law, &kept.case);
        let state = case.state(&law.catalog, &law.calendar, &law.authority);
        let on_day = |clock: Clock| ClockToday {
            standing: clock.standing(today, &law.calendar, clock::WARN_BEFORE_DAYS),
            clock,
        };
        let clocks: Vec<_> = self.clocks(case).into_iter().map(on_day).collect();
        ClockView {
            summary: case.summary(state.as_ref()),
            times: state.map(|state| state.times),
            today,
            card: clock::card_of(clocks.iter().map(|today| (&today.clock.kind, today.standing))),
            cards: clocks.iter().filter_map(|known| known.clock.given(today)).collect(),
            clocks,
            training: self.config.training,
        }
    }

    fn clocks(&self, case: &Case) -> Vec<Clock> {
        let law = &self.law;
        case.clocks(&law.catalog, &law.calendar, &law.authority).unwrap_or_default()
    }

    /// The offices on the case's line, from the origin up, and whether each is known to hold all
    /// of the case that is here.
    fn safety(&self, origin: OfficeCode, marks: &Marks) -> Vec<Safety> {
        let ours = self.config.office;
        let safe = |office: OfficeCode| {
            office == ours || marks.iter().all(|(&log, &mark)| self.receipted(log, office) >= mark)
        };
        let above = origin.line().filter(|office| ours.is_within(*office));
        above.map(|office| Safety { office, tier: office.tier(), safe: safe(office) }).collect()
    }

    pub(super) fn receipted(&self, log: LogId, office: OfficeCode) -> u64 {
        self.store.receipts().get(&(log, office)).map_or(0, |receipt| receipt.head.len)
    }

    fn quarantine(&self) -> Result<Answer, Refusal> {
        let stored = self
            .store
            .view_scan(keys::QUARANTINE, &[], QUARANTINE_MAX)
            .map_err(Refusal::internal)?;
        let entries = stored.into_iter().filter_map(|(key, reason)| {
            Some(QuarantineView {
                log: LogId(key.get(1..33)?.try_into().ok()?),
                seq: u64::from_be_bytes(key.get(33..)?.try_into().ok()?),
                reason: String::from_utf8_lossy(&reason).into_owned(),
            })
        });
        Ok(Answer::Quarantine { entries: entries.collect() })
    }

    /// How the node is.
    pub fn status(&self, now: Millis) -> StatusView {
        let tips = self.store.tips();
        StatusView {
            office: self.config.office,
            node: self.author.node.short(),
            incarnation: self.author.incarnation,
            now,
            logs: tips.len(),
            entries: tips.values().map(|tip| tip.head.len).sum(),
            cases: self.case_count,
            views_behind: !self.shows_all(),
            blobs_wanted: self.wants.len(),
            quarantined: self.quarantine_count,
            numbers_waiting: self.numbers.waiting(),
            evidence: self.store.evidence().len(),
            damaged: self.damaged(),
            latched: self.writes_nothing().map(str::to_owned),
            space: self.space.words(),
            peers: self.peers(),
            above: self.above(),
            counters: self.counters,
            training: self.config.training,
        }
    }

    /// What is on the disk and cannot be read.
    fn damaged(&self) -> Vec<String> {
        let ranges = self.store.damaged_ranges().into_iter().map(|range| range.to_string());
        let blobs = self.store.damaged_blobs().unwrap_or_default().into_iter();
        ranges.chain(blobs.map(|blob| format!("file {blob} is damaged"))).collect()
    }

    fn peers(&self) -> Vec<PeerView> {
        let source = shown!(self);
        let view = |peer: &super::links::Link| {
            let (backlog_logs, backlog_entries) = peer.session.backlog(&source);
            PeerView {
                office: peer.office,
                node: peer.key.short(),
                live: peer.session.is_live(),
                since: peer.since,
                heard: peer.heard,
                clock_ahead_ms: peer.clock_ahead_ms,
                backlog_logs,
                backlog_entries,
            }
        };
        self.links.values().map(view).collect()
    }

    fn above(&self) -> Vec<AboveView> {
        self.config.office.line().skip(1).map(|office| self.signed_by(office)).collect()
    }

    /// How much of what is here an office above has signed for.
    pub(super) fn signed_by(&self, office: OfficeCode) -> AboveView {
        let logs = self.store.tips().iter().filter(|(_, t)| t.channel.is_receipted_by(office));
        let (receipted, held) = logs.fold((0, 0), |(receipted, held), (&log, tip)| {
            (receipted + self.receipted(log, office).min(tip.head.len), held + tip.head.len)
        });
        AboveView { office, receipted, missing: held - receipted }
    }
}

/// A number that was not copied as it stands on the paper.
fn misread(error: impl std::fmt::Display) -> Refusal {
    let said = error.to_string();
    let sentence = Said::of_data(said.as_str(), said.as_str());
    Refusal::new(RefusalKind::Input, sentence, words::check_receipt())
}
