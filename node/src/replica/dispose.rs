//! What an office does about nodes below it: suspend, reinstate, revoke, and accept what a revoked
//! one wrote.

use std::collections::BTreeMap;
use std::fmt::Display;

use daiban_domain::act::CaseId;
use daiban_domain::calendar::Date;
use daiban_domain::notice::Notice;
use daiban_domain::payload;
use daiban_domain::standing::Standing;
use daiban_domain::words::{self, Said};
use daiban_sync::entry::Kind;
use daiban_sync::id::{LogId, Millis, NodeKey, OfficeCode};
use daiban_sync::run::Tip;
use serde::{Deserialize, Serialize};

use super::answer::Answer;
use super::io::CommandId;
use super::law::Consequence;
use super::refusal::{Refusal, RefusalKind};
use super::{CaseView, Replica};

/// Entries of a log that are read at once.
const ENTRIES_MAX: usize = 1_000;

/// What is done about a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "do")]
pub enum Disposal {
    Suspend,
    Reinstate,
    Revoke,
    /// Entries of a log of a revoked node take effect, up to this number; all without one.
    Accept {
        /// The beginning of the log's name.
        log: String,
        #[serde(default)]
        upto: Option<u64>,
    },
}

/// A node of an office below.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NodeView {
    /// Its key, in hex.
    pub node: String,
    pub office: OfficeCode,
    pub standing: StandingView,
    /// In words.
    pub stands: Said,
    /// A session with it is up.
    pub live: bool,
    pub entries: u64,
    /// Its logs of which not everything counts.
    pub unaccepted: Vec<UnacceptedLog>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StandingView {
    Good,
    Suspended,
    Revoked,
}

/// A log of which not everything counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnacceptedLog {
    /// Its name, in hex.
    pub log: String,
    /// Entries that count.
    pub accepted: u64,
    /// Entries that are here.
    pub held: u64,
}

/// What a revoked node wrote beyond what counts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UnacceptedView {
    pub node: NodeView,
    pub log: UnacceptedLog,
    pub entries: Vec<UnacceptedEntry>,
    /// The cases that these entries are about, as they would be if all of them counted.
    pub cases: Vec<CaseView>,
}

/// An entry that does not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnacceptedEntry {
    /// Accepting up to this number makes it count.
    pub upto: u64,
    pub at: Millis,
    pub case: CaseId,
    pub words: Said,
}

impl Replica {
    pub(super) fn dispose(
        &mut self,
        now: Millis,
        id: CommandId,
        (node, reason): (&str, &str),
        disposal: Disposal,
        rehearse: bool,
    ) -> Result<(), Refusal> {
        let (node, office) = self.node_named(node)?;
        let (notice, effects) = self.disposition(node, office, disposal, reason.trim())?;
        if reason.trim().is_empty() {
            return Err(refused(words::reason_expected(), words::say_why()));
        }
        let effects = effects.into_iter().map(|words| Consequence::new(node, words)).collect();
        let answer = Answer::Published { effects, rehearsed: rehearse };
        if rehearse {
            self.answer(id, answer);
            return Ok(());
        }
        self.issue(now, id, &notice, answer)
    }

    fn disposition(
        &self,
        node: NodeKey,
        office: OfficeCode,
        disposal: Disposal,
        reason: &str,
    ) -> Result<(Notice, Vec<Said>), Refusal> {
        let ours = self.config.office;
        let standing = self.standings().of_node(node, office);
        let is_ours = |by: OfficeCode| by.is_within(ours);
        let reason = reason.to_owned();
        match (disposal, &standing) {
            (Disposal::Suspend, Standing::Good) => {
                let said = vec![words::node_suspended(node, &reason), words::suspension_waits()];
                Ok((Notice::Suspended { node, reason }, said))
            }
            (Disposal::Reinstate, Standing::Suspended { by, .. }) if is_ours(*by) => {
                let said = vec![words::node_reinstated(node, &reason)];
                Ok((Notice::Reinstated { node, reason }, said))
            }
            (Disposal::Revoke, Standing::Good | Standing::Suspended { .. }) => {
                let accepted = self.held_of(node);
                let entries = accepted.iter().map(|(_, len)| len).sum();
                let keeps = words::revocation_keeps(entries, accepted.len());
                let said = vec![words::node_revoked(node, &reason), keeps];
                Ok((Notice::Revoked { node, accepted, reason }, said))
            }
            (Disposal::Accept { log, upto }, Standing::Revoked { by, .. }) if *by == ours => {
                let (log, tip) = self.log_of(node, &log)?;
                let Some(from) = self.standings().limit(log, &tip).filter(|l| *l < tip.head.len)
                else {
                    return Err(refused(words::nothing_to_accept(), words::see_nodes()));
                };
                let upto = upto.unwrap_or(tip.head.len);
                if !(from + 1..=tip.head.len).contains(&upto) {
                    let sentence = words::accept_upto_expected(from + 1, tip.head.len, upto);
                    return Err(refused(sentence, words::see_nodes()));
                }
                let said = vec![words::acceptance_takes(upto - from)];
                Ok((Notice::Revoked { node, accepted: vec![(log, upto)], reason }, said))
            }
            (_, Standing::Suspended { by, .. } | Standing::Revoked { by, .. }) => {
                let sentence = words::node_stands_so(&said(&standing));
                Err(refused(sentence, words::ask_office_above(&self.named(*by))))
            }
            (_, Standing::Good) => {
                Err(refused(words::node_stands_so(&said(&standing)), words::see_nodes()))
            }
        }
    }

    /// What is here of a node's logs.
    fn held_of(&self, node: NodeKey) -> Vec<(LogId, u64)> {
        self.logs_by(node).map(|(log, tip)| (log, tip.head.len)).collect()
    }

    fn logs_by(&self, node: NodeKey) -> impl Iterator<Item = (LogId, &Tip)> {
        let all = self.store.tips().iter().map(|(&log, tip)| (log, tip));
        all.filter(move |(_, tip)| tip.author == node)
    }

    /// The node below whose key begins so.
    fn node_named(&self, typed: &str) -> Result<(NodeKey, OfficeCode), Refusal> {
        let (node, office) = one_named(self.offices.iter(), typed).map_err(|found| {
            let sentence = match found {
                0 => words::node_expected(typed),
                count => words::node_ambiguous(typed, count),
            };
            Refusal::new(RefusalKind::NotFound, sentence, words::see_nodes())
        })?;
        let (ours, office) = (self.config.office, *office);
        if office == ours || !office.is_within(ours) {
            return Err(refused(words::node_not_below(office), words::see_nodes()));
        }
        Ok((*node, office))
    }

    fn log_of(&self, node: NodeKey, typed: &str) -> Result<(LogId, Tip), Refusal> {
        let logs: BTreeMap<LogId, Tip> = self.logs_by(node).map(|(log, tip)| (log, *tip)).collect();
        one_named(logs.iter(), typed).map(|(log, tip)| (*log, *tip)).map_err(|_| {
            Refusal::new(RefusalKind::NotFound, words::log_expected(typed), words::see_nodes())
        })
    }

    /// The nodes of an office below, or of all.
    pub(super) fn nodes(&self, of: Option<OfficeCode>) -> Answer {
        let ours = self.config.office;
        let below = self.offices.iter().filter(|(_, office)| {
            **office != ours && office.is_within(ours) && of.is_none_or(|of| of == **office)
        });
        let mut nodes: Vec<_> =
            below.map(|(&node, &office)| self.node_view(node, office)).collect();
        nodes.sort_by_key(|view| view.office);
        Answer::Nodes { nodes }
    }

    fn node_view(&self, node: NodeKey, office: OfficeCode) -> NodeView {
        let standing = self.standings().of_node(node, office);
        let logs = self.logs_by(node);
        let unaccepted = logs.filter_map(|(log, tip)| self.unaccepted_of(log, tip)).collect();
        NodeView {
            node: node.to_string(),
            office,
            stands: said(&standing),
            standing: match standing {
                Standing::Good => StandingView::Good,
                Standing::Suspended { .. } => StandingView::Suspended,
                Standing::Revoked { .. } => StandingView::Revoked,
            },
            live: self.links.values().any(|link| link.key == node && link.session.is_live()),
            entries: self.logs_by(node).map(|(_, tip)| tip.head.len).sum(),
            unaccepted,
        }
    }

    fn unaccepted_of(&self, log: LogId, tip: &Tip) -> Option<UnacceptedLog> {
        let (limit, held) = (self.standings().limit(log, tip)?, tip.head.len);
        (limit < held).then(|| UnacceptedLog { log: log.to_string(), accepted: limit, held })
    }

    /// What a log says beyond what counts, and what the cases would be with it.
    pub(super) fn unaccepted(&self, now: Millis, typed: &str) -> Result<Answer, Refusal> {
        let nothing =
            || Refusal::new(RefusalKind::NotFound, words::nothing_to_accept(), words::see_nodes());
        let tips = self.store.tips();
        let (&log, &tip) = one_named(tips.iter(), typed).map_err(|_| nothing())?;
        let of_log = self.unaccepted_of(log, &tip).ok_or_else(nothing)?;
        let entries: Vec<_> = self.said_beyond(log, of_log.accepted).take(ENTRIES_MAX).collect();
        let mut ids: Vec<_> = entries.iter().map(|entry| entry.case).collect();
        ids.sort_unstable();
        ids.dedup();
        let cases = self.cases_with(&ids, log, &tip);
        let today = Date::at(now);
        Ok(Answer::Unaccepted(Box::new(UnacceptedView {
            node: self.node_view(tip.author, tip.office),
            log: of_log,
            entries,
            cases: cases.iter().map(|kept| self.case_view(today, kept)).collect(),
        })))
    }

    fn said_beyond(&self, log: LogId, from: u64) -> impl Iterator<Item = UnacceptedEntry> {
        let entries = self.store.entries(log, from).filter_map(Result::ok);
        entries.filter_map(|(seq, entry)| {
            let bytes = entry.payload.bytes()?;
            let words = match entry.kind {
                Kind::Act => payload::read_act(bytes).ok()?.1.kind.words(),
                Kind::FormChange => words::form_was_changed(),
                Kind::Genesis | Kind::Notice => return None,
            };
            let (case, at) = (payload::subject(bytes)?, entry.at.millis());
            Some(UnacceptedEntry { upto: seq + 1, at, case, words })
        })
    }
}

/// The only one whose name in hex begins so.
///
/// # Errors
/// How many there are instead.
fn one_named<K: Display, V>(
    all: impl Iterator<Item = (K, V)>,
    typed: &str,
) -> Result<(K, V), usize> {
    let typed = typed.trim().to_ascii_lowercase();
    let is_so = |name: &K| !typed.is_empty() && name.to_string().starts_with(&typed);
    let mut found: Vec<_> = all.filter(|(name, _)| is_so(name)).collect();
    match found.len() {
        1 => Ok(found.remove(0)),
        count => Err(count),
    }
}

fn said(standing: &Standing) -> Said {
    match standing {
        Standing::Good => words::standing_good(),
        Standing::Suspended { by, reason } => words::standing_suspended(*by, reason),
        Standing::Revoked { by, reason } => words::standing_revoked(*by, reason),
    }
}

fn refused(sentence: Said, remedy: Said) -> Refusal {
    Refusal::new(RefusalKind::Input, sentence, remedy)
}
