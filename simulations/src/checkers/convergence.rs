//! In the end everybody who holds a channel holds the same, and makes the same of it.

use std::collections::BTreeMap;

use daiban_domain::act::CaseId;
use daiban_domain::authority::Authority;
use daiban_domain::case::{Author, Case};
use daiban_domain::fold::CaseState;
use daiban_domain::jurisdiction::Jurisdiction;
use daiban_domain::payload;
use daiban_node::replica::{Law, Replica};
use daiban_sync::channel::Channel;
use daiban_sync::frontier::Scope;
use daiban_sync::id::{Millis, OfficeCode};

use super::{Checker, Verdict, authority};
use crate::node::Node;

/// The cheap question: do two offices, one right above the other, agree, with nothing left to do?
/// Equal along every edge is equal everywhere.
pub(crate) fn differ(
    upper: (OfficeCode, &Replica),
    lower: (OfficeCode, &Replica),
) -> Option<String> {
    let scope = Scope { ours: upper.0, theirs: lower.0 };
    let [above, below] = [upper.1, lower.1].map(|replica| scope.heads(replica.store().tips()));
    let pairs = above.iter().chain(&below);
    let differing = pairs.map(|(log, _)| log).find(|log| above.get(log) != below.get(log))?;
    let len = |heads: &daiban_sync::frontier::Heads| heads.get(differing).map(|head| head.len);
    let (log, upper, lower) = (differing.short(), upper.0, lower.0);
    Some(format!("log {log}: {upper} holds {:?}, {lower} holds {:?}", len(&above), len(&below)))
}

/// Whether a node still has something to do: to commit, to show, to fetch, to be signed for.
pub(crate) fn unfinished(office: OfficeCode, replica: &Replica, now: Millis) -> Option<String> {
    let status = replica.status(now);
    if !replica.is_idle() || status.views_behind {
        return Some(format!("office {office} is not done with what it received"));
    }
    let unsigned = status.above.iter().find(|above| above.missing > 0)?;
    let (above, missing) = (unsigned.office, unsigned.missing);
    Some(format!("office {office} has no receipt of {above} for {missing} entries"))
}

/// A blob that an office misses and another one has.
pub(crate) fn missing_blob(node: &Node, all: &[Node]) -> Option<String> {
    let references = node.kept.blob_references.iter();
    let missing = references.filter(|(blob, _)| !node.kept.blobs.contains(blob));
    missing.filter(|(_, channel)| channel.is_held_by(node.office)).find_map(|(blob, channel)| {
        let holds =
            |other: &&Node| channel.is_held_by(other.office) && other.kept.blobs.contains(blob);
        let holders: Vec<_> = all.iter().filter(holds).map(|other| other.office).collect();
        let (office, blob) = (node.office, blob.short());
        (!holders.is_empty())
            .then(|| format!("office {office} misses blob {blob}, {holders:?} have it"))
    })
}

/// What every office makes of every case, by office.
pub(crate) fn check_cases(
    nodes: &[(OfficeCode, &Replica)],
    cases: &BTreeMap<CaseId, Channel>,
) -> Verdict {
    let failed = |sentence| (Checker::Convergence, sentence);
    for (&id, channel) in cases {
        let mut first: Option<(OfficeCode, Case, CaseState)> = None;
        for &(office, replica) in nodes.iter().filter(|(office, _)| channel.is_held_by(*office)) {
            let case = replica.case(id).map_err(|error| failed(error.to_string()))?;
            let case =
                case.ok_or_else(|| failed(format!("office {office} does not show case {id}")))?;
            let rebuilt = from_entries(id, *channel, replica);
            let state = state(&case, replica.law());
            if !same_form(&case, &rebuilt) || state != self::state(&rebuilt, replica.law()) {
                return Err(failed(format!(
                    "office {office} shows case {id} otherwise than its entries say"
                )));
            }
            let Some(state) = state else {
                return Err(failed(format!("office {office} cannot fold case {id}")));
            };
            check_authority(&case, &state, replica.law())?;
            match &first {
                Some((other, theirs, their_state))
                    if !same_form(&case, theirs) || state != *their_state =>
                {
                    return Err(failed(format!(
                        "offices {office} and {other} make different things of case {id}"
                    )));
                }
                Some(_) => {}
                None => first = Some((office, case, state)),
            }
        }
    }
    Ok(())
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
        for (_, entry) in store.entries(log, 0).filter_map(Result::ok) {
            let Some(bytes) = entry.payload.bytes() else { continue };
            if payload::subject(bytes) == Some(id) {
                // What has no effect has none here either.
                let _ = case.apply(entry.kind, bytes, author, entry.at);
            }
        }
    }
    case
}
