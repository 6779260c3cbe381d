//! Whether a directory file fits the tree, and its issuer.

use daiban_sync::id::OfficeCode;

use super::fault::{DirectoryFault, fault};
use super::{Becomes, OfficeChange};
use crate::office::OfficeTree;
use crate::words::{self, Said};

type Row = (usize, OfficeChange);

/// A fault's column, problem and remedy.
type Found = (&'static str, Said, Said);

/// Whatever is wrong with `rows`, given the tree, the changes that are known and the issuer.
pub fn check(
    rows: &[Row],
    tree: &OfficeTree,
    known: &[OfficeChange],
    issuer: OfficeCode,
) -> Vec<DirectoryFault> {
    let mut faults = Vec::new();
    for (at, (line, change)) in rows.iter().enumerate() {
        // Of the same day what stands above has happened already.
        let before = |(other, (_, earlier)): &(usize, &Row)| {
            earlier.from < change.from || (earlier.from == change.from && *other < at)
        };
        let earlier = rows.iter().enumerate().filter(before).map(|(_, (_, change))| change);
        let then = tree.clone().on(change.from, known.iter().chain(earlier));
        let after =
            tree.clone().on(change.from, known.iter().chain(rows.iter().map(|(_, change)| change)));
        let found = scope(change, issuer)
            .or_else(|| subject(change, &then))
            .or_else(|| target(change, &then, &after))
            .or_else(|| orphans(change, &after));
        faults.extend(found.map(|(field, problem, remedy)| fault(*line, field, problem, remedy)));
    }
    faults
}

/// An office disposes of those below it, and of no others.
fn scope(change: &OfficeChange, issuer: OfficeCode) -> Option<Found> {
    let below = |office: OfficeCode| office.is_within(issuer) && office != issuer;
    let codes = [("code", Some(change.code)), ("to", change.becomes.successor())];
    let (field, office) = codes
        .into_iter()
        .find_map(|(field, office)| Some((field, office.filter(|office| !below(*office))?)))?;
    Some((field, words::not_below(office, issuer), words::have_it_published_above()))
}

fn subject(change: &OfficeChange, then: &OfficeTree) -> Option<Found> {
    let code = change.code;
    match (&change.becomes, then.get(code)) {
        (Becomes::Added { .. }, Some(_)) => {
            Some(("code", words::code_taken(code), words::give_a_new_code()))
        }
        (Becomes::Added { .. }, None) => None,
        (_, None) => Some(("code", words::no_such_office(code), words::look_office_up())),
        (_, Some(_)) if !then.is_open(code) => {
            Some(("code", words::closed_already(code), words::leave_the_row_out()))
        }
        _ => None,
    }
}

fn target(change: &OfficeChange, then: &OfficeTree, after: &OfficeTree) -> Option<Found> {
    let parent_is_open =
        |office: OfficeCode| office.parent().is_none_or(|parent| after.is_open(parent));
    match change.becomes {
        Becomes::Added { .. } if !parent_is_open(change.code) => {
            Some(("code", words::nothing_above(change.code), words::add_the_one_above()))
        }
        Becomes::Merged { into: to } | Becomes::Moved { to } if to.tier() != change.code.tier() => {
            Some(("to", words::other_tier(to, change.code), words::name_the_same_tier()))
        }
        Becomes::Merged { into } if into == change.code || !after.is_open(into) => {
            Some(("to", words::no_open_office(into), words::look_office_up()))
        }
        Becomes::Moved { to } if then.get(to).is_some() => {
            Some(("to", words::code_taken(to), words::give_a_new_code()))
        }
        Becomes::Moved { to } if !parent_is_open(to) => {
            Some(("to", words::nothing_above(to), words::add_the_one_above()))
        }
        _ => None,
    }
}

/// Nobody is left below an office that is no more.
fn orphans(change: &OfficeChange, after: &OfficeTree) -> Option<Found> {
    let left = after.children(change.code).next().filter(|_| change.becomes.ends())?;
    Some(("code", words::offices_left_below(change.code, left.code), words::see_to_them_first()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::office::directory::parse;
    use crate::shipped;

    /// Rows with the column and a part of the fault that they have when the county publishes them.
    const FAULTY: &[(&str, &str, &str)] = &[
        ("330382000000,renamed,新名,2026-09-01", "code", "330382000000"),
        ("341602001001,closed,,2026-09-01", "code", "341602001001"),
        ("330382001001,merged,330381001001,2026-09-01", "to", "330381001001"),
        ("330382001001,added,新村,2026-09-01", "code", "330382001001"),
        ("330382001999,closed,,2026-09-01", "code", "330382001999"),
        ("330382999001,added,新村,2026-09-01", "code", "330382999001"),
        ("330382001001,merged,330382002000,2026-09-01", "to", "330382002000"),
        ("330382001001,merged,330382001001,2026-09-01", "to", "330382001001"),
        ("330382001001,moved,330382001002,2026-09-01", "to", "330382001002"),
        ("330382001001,moved,330382999001,2026-09-01", "to", "330382999001"),
        ("330382001000,closed,,2026-09-01", "code", "330382001001"),
    ];

    #[test]
    fn each_fault_is_named_with_its_column() {
        let tree = shipped::offices();
        for (row, field, part) in FAULTY {
            let rows = parse(&format!("code,change,to,from\n{row}")).unwrap();
            let faults = check(&rows, &tree, &[], "330382000000".parse().unwrap());
            assert_eq!(faults.len(), 1, "{row}: {faults:?}");
            assert_eq!((faults[0].line, faults[0].field), (2, *field), "{row}");
            assert!(faults[0].problem.en.contains(part), "{row}: {}", faults[0].problem);
        }
    }

    #[test]
    fn a_row_sees_what_stands_above_it_and_what_is_known() {
        let (tree, county) = (shipped::offices(), "330382000000".parse().unwrap());
        let rows = |text: &str| parse(&format!("code,change,to,from\n{text}")).unwrap();
        let twice = rows("330382001001,closed,,2026-09-01\n330382001001,closed,,2026-09-01");
        let faults = check(&twice, &tree, &[], county);
        assert_eq!(faults.iter().map(|fault| fault.line).collect::<Vec<_>>(), [3]);
        let known = [twice[0].1.clone()];
        assert_eq!(check(&twice[..1], &tree, &known, county).len(), 1);
        let new = rows("330382900000,added,新镇,2026-09-01\n330382900001,added,新村,2026-09-01");
        assert_eq!(check(&new, &tree, &[], county), vec![]);
    }
}
