//! In the end everybody who holds a channel holds the same, and makes the same of it.

use std::collections::BTreeMap;

use daiban_domain::act::CaseId;
use daiban_domain::authority::Authority;
use daiban_domain::case::{Author, Case};
use daiban_domain::clock::Clock;
use daiban_domain::fold::CaseState;
use daiban_domain::jurisdiction::Jurisdiction;
use daiban_domain::payload;
use daiban_node::replica::{Law, Replica};
use daiban_sync::channel::Channel;
use daiban_sync::head::Head;
use daiban_sync::id::{LogId, Millis, OfficeCode};

use super::deadlines::{self, Closed};
use super::{Checker, Verdict, authority, pinning};
use crate::kept::Kept;

/// A log that two holders of its channel do not hold alike; `None` if there is none.
pub(crate) fn differ(replicas: &[(OfficeCode, &Replica)]) -> Option<String> {
    let places: BTreeMap<OfficeCode, &Replica> = replicas.iter().copied().collect();
    let mut logs: BTreeMap<LogId, (Channel, Head, OfficeCode)> = BTreeMap::new();
    for (office, replica) in replicas {
        for (&log, tip) in replica.store().tips() {
            logs.entry(log).or_insert((tip.channel, tip.head, *office));
        }
    }
    logs.into_iter().find_map(|(log, (channel, head, first))| {
        let holds = |replica: &Replica| replica.store().tips().get(&log).map(|tip| tip.head);
        let mut holders = holders(&channel, &places);
        let (other, held) = holders.find_map(|(office, replica)| {
            let held = holds(replica);
            (held != Some(head)).then_some((office, held.map(|head| head.len)))
        })?;
        let (log, len) = (log.short(), head.len);
        Some(format!("log {log} of {channel}: {first} holds {len}, {other} holds {held:?}"))
    })
}

/// Who must hold a channel.
fn holders<'a>(
    channel: &Channel,
    places: &'a BTreeMap<OfficeCode, &'a Replica>,
) -> Box<dyn Iterator<Item = (OfficeCode, &'a Replica)> + 'a> {
    let found = |office: OfficeCode| Some((office, *places.get(&office)?));
    match *channel {
        Channel::Cases { origin, handler } => {
            let lines = origin.line().chain(handler.into_iter().flat_map(OfficeCode::line));
            Box::new(lines.filter_map(found))
        }
        Channel::Notices { issuer } => {
            let below = places.range(issuer.subtree()).map(|(office, replica)| (*office, *replica));
            Box::new(issuer.line().skip(1).filter_map(found).chain(below))
        }
    }
}

/// Whether a node still has something to do: to commit, to show, to fetch, to be signed for.
pub(crate) fn unfinished(
    office: OfficeCode,
    replica: &Replica,
    is_there: impl Fn(OfficeCode) -> bool,
    now: Millis,
) -> Option<String> {
    let status = replica.status(now);
    if !replica.is_idle() || status.views_behind {
        return Some(format!("office {office} is not done with what it received"));
    }
    let unsigned = status.above.iter().find(|a| a.missing > 0 && is_there(a.office))?;
    let (above, missing) = (unsigned.office, unsigned.missing);
    Some(format!("office {office} has no receipt of {above} for {missing} entries"))
}

/// A blob that an office misses and another one has.
pub(crate) fn missing_blob(
    (office, kept): (OfficeCode, &Kept),
    all: &[(OfficeCode, &Kept)],
) -> Option<String> {
    let references = kept.blob_references.iter();
    let missing = references.filter(|(blob, _)| !kept.blobs.contains(blob));
    missing.filter(|(_, channels)| channels.iter().any(|c| c.is_held_by(office))).find_map(
        |(blob, channels)| {
            let shares = |other: OfficeCode| {
                let both = |c: &Channel| c.is_held_by(office) && c.is_held_by(other);
                channels.iter().any(both)
            };
            let holds =
                |(other, kept): &&(OfficeCode, &Kept)| shares(*other) && kept.blobs.contains(blob);
            let holders: Vec<_> = all.iter().filter(holds).map(|(other, _)| *other).collect();
            let blob = blob.short();
            (!holders.is_empty())
                .then(|| format!("office {office} misses blob {blob}, {holders:?} have it"))
        },
    )
}

/// What every office makes of these cases, by office.
pub(crate) fn check_cases(
    nodes: &[(OfficeCode, &Replica)],
    cases: &BTreeMap<CaseId, Channel>,
) -> Verdict {
    let closed = Closed::shipped();
    let places: BTreeMap<OfficeCode, &Replica> = nodes.iter().copied().collect();
    for (&id, channel) in cases {
        let mut first: Option<Seen> = None;
        for (office, replica) in holders(channel, &places) {
            let seen = see(office, id, *channel, replica)?;
            match &first {
                None => {
                    check_one(&seen, replica.law(), &closed)?;
                    first = Some(seen);
                }
                Some(other) if !seen.is_same(other) => {
                    let (one, other) = (seen.office, other.office);
                    return Err(failed(format!(
                        "offices {one} and {other} make different things of case {id}"
                    )));
                }
                Some(_) => {}
            }
        }
    }
    Ok(())
}

/// What an office makes of a case.
struct Seen {
    office: OfficeCode,
    case: Case,
    state: CaseState,
    clocks: Vec<Clock>,
}

impl Seen {
    fn is_same(&self, other: &Self) -> bool {
        same_form(&self.case, &other.case)
            && self.state == other.state
            && self.clocks == other.clocks
    }
}

fn see(
    office: OfficeCode,
    id: CaseId,
    channel: Channel,
    replica: &Replica,
) -> Result<Seen, (Checker, String)> {
    let case = replica.case(id).map_err(|error| failed(error.to_string()))?;
    let case = case.ok_or_else(|| failed(format!("office {office} does not show case {id}")))?;
    let law = replica.law();
    let rebuilt = from_entries(id, channel, replica);
    let state = state(&case, law);
    if !same_form(&case, &rebuilt) || state != self::state(&rebuilt, law) {
        let sentence = format!("office {office} shows case {id} otherwise than its entries say");
        return Err(failed(sentence));
    }
    let state = state.ok_or_else(|| failed(format!("office {office} cannot fold case {id}")))?;
    let clocks = case.clocks(&law.catalog, &law.calendar, &Authority::default());
    Ok(Seen { office, case, state, clocks: clocks.unwrap_or_default() })
}

/// What is checked of a case once, because all make the same of it.
fn check_one(seen: &Seen, law: &Law, closed: &Closed) -> Verdict {
    check_authority(&seen.case, &seen.state, law)?;
    pinning::check(&seen.case, &seen.state)?;
    deadlines::check(&seen.case, &seen.clocks, closed)
}

fn failed(sentence: String) -> (Checker, String) {
    (Checker::Convergence, sentence)
}

fn check_authority(case: &Case, state: &CaseState, law: &Law) -> Verdict {
    let item = case.item(&law.catalog, &law.calendar, &Authority::default());
    item.map_or(Ok(()), |item| authority::check(case, state, item))
}

fn state(case: &Case, law: &Law) -> Option<CaseState> {
    case.state(&law.catalog, &law.calendar, &Authority::default())
}

fn same_form(a: &Case, b: &Case) -> bool {
    a.form().heads() == b.form().heads() && a.form().fields() == b.form().fields()
}

/// The case anew, from the entries alone and with the logs in another order.
fn from_entries(id: CaseId, channel: Channel, replica: &Replica) -> Case {
    let store = replica.store();
    let of = Jurisdiction::of(&channel).expect("cases stand in channels of cases");
    let mut case = Case::new(id, of);
    for (&log, tip) in store.tips().iter().rev().filter(|(_, tip)| tip.channel == channel) {
        let author = Author { node: tip.author, office: tip.office, incarnation: tip.incarnation };
        for (seq, entry) in store.entries(log, 0).filter_map(Result::ok) {
            if !replica.standings().accepts(log, seq, tip) {
                continue;
            }
            let Some(bytes) = entry.payload.bytes() else { continue };
            if payload::subject(bytes) == Some(id) {
                // What has no effect has none here either.
                let _ = case.apply(entry.kind, bytes, author, entry.at);
            }
        }
    }
    case
}
