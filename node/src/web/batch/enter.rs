//! The rows of a list, one after the other with others of the node's work between them.

use std::collections::VecDeque;
use std::io;

use daiban_domain::words;
use tokio::sync::oneshot;

use super::tray::Given;
use crate::list::{Entering, Faults, RowFault, Taken, Tally, told};
use crate::replica::{Answer, Listed, Refusal};
use crate::shell::Handle;
use crate::web::lang::Lang;

/// Rows on their way at the same time: enough to fill a commit, and nobody else waits long.
const IN_FLIGHT_MAX: usize = 256;

/// What became of the rows of a list.
#[derive(Default)]
pub(super) struct Found {
    pub(super) tally: Tally,
    /// Rows that are not entered, by their place in the list.
    pub(super) faulty: Vec<(usize, Vec<RowFault>)>,
    /// Why the rest was not looked at.
    pub(super) broken_off: Option<Refusal>,
}

/// The row's place in the list, and the answer for it; none, if its cells cannot be read.
type Pending = (usize, Option<oneshot::Receiver<Result<Answer, Refusal>>>);

/// Enters the rows, or says what entering them would do.
pub(super) async fn run(handle: &Handle, given: &Given, rehearse: bool) -> Found {
    let listed = Listed { rehearse, again: given.again };
    let mut entering = Entering::new(&given.item, given.by.clone(), given.submit, listed);
    let mut faulty = Vec::new();
    let all = all(handle, given, &mut entering, &mut faulty).await;
    Found { tally: entering.tally(), faulty, broken_off: all.err() }
}

async fn all(
    handle: &Handle,
    given: &Given,
    entering: &mut Entering,
    faulty: &mut Vec<(usize, Vec<RowFault>)>,
) -> Result<(), Refusal> {
    let mut pending: VecDeque<Pending> = VecDeque::new();
    for (at, meant) in given.rows.iter().enumerate() {
        if pending.len() >= IN_FLIGHT_MAX {
            first(given, entering, &mut pending, faulty).await?;
        }
        let asked = match &meant.fields {
            Err(_) => None,
            Ok(fields) => {
                let submitted = handle.submit(entering.command(fields.clone())).await;
                Some(submitted.ok_or_else(stopping)?)
            }
        };
        pending.push_back((at, asked));
    }
    while !pending.is_empty() {
        first(given, entering, &mut pending, faulty).await?;
    }
    Ok(())
}

/// Takes the answer for the row that waits longest.
async fn first(
    given: &Given,
    entering: &mut Entering,
    pending: &mut VecDeque<Pending>,
    faulty: &mut Vec<(usize, Vec<RowFault>)>,
) -> Result<(), Refusal> {
    let Some((at, asked)) = pending.pop_front() else { return Ok(()) };
    let meant = &given.rows[at];
    let faults = match (asked, &meant.fields) {
        (Some(asked), _) => {
            let answer = asked.await.map_err(|_| stopping())?;
            let taken = answer.and_then(|answer| {
                Taken::of(&answer).ok_or_else(|| Refusal::internal("an answer about no row"))
            });
            entering.answered(meant.line, taken)?
        }
        (None, fields) => {
            entering.unread();
            fields.as_ref().err().cloned().unwrap_or_default()
        }
    };
    if !faults.is_empty() {
        faulty.push((at, faults));
    }
    Ok(())
}

fn stopping() -> Refusal {
    Refusal::internal(words::node_stopping())
}

impl Found {
    /// The faulty rows as a file that is mended and given again.
    pub(super) fn errors(&self, given: &Given, lang: Lang, mark: &str) -> io::Result<Vec<u8>> {
        let mut file = Faults::begin(Vec::new(), &given.columns.titles, mark)?;
        for (at, faults) in &self.faulty {
            let row = &given.rows[*at];
            let (fault, remedy) = told(faults);
            file.add(row.line, &row.texts, lang.of(&fault), lang.of(&remedy))?;
        }
        file.finish()
    }
}
