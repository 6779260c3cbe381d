//! A case as the views keep it.

use std::collections::BTreeMap;

use daiban_domain::act::CaseId;
use daiban_domain::case::Case;
use daiban_sync::channel::Channel;
use daiban_sync::id::LogId;

use super::{Replica, keys};
use crate::store::ViewError;

/// For each log the number of the last entry about a case, plus one: what an office must hold to
/// hold all of the case.
pub(super) type Marks = BTreeMap<LogId, u64>;

/// A case as the views keep it.
pub(super) struct Kept {
    pub(super) channel: Channel,
    pub(super) marks: Marks,
    pub(super) case: Case,
}

impl Replica {
    /// A case from the views.
    pub(super) fn load(&self, id: CaseId) -> Result<Option<Kept>, ViewError> {
        self.store.view_get(&keys::case(id))?.map(|stored| load_case(&stored, id)).transpose()
    }
}

pub(super) fn save_case(channel: Channel, marks: &Marks, case: &Case) -> Vec<u8> {
    let marks: Vec<_> = marks.iter().collect();
    let mut bytes = postcard::to_stdvec(&(channel, marks))
        .expect("plain data into a growing buffer always encodes");
    bytes.extend(case.save());
    bytes
}

/// Reads what [`save_case`] wrote.
pub(super) fn load_case(stored: &[u8], id: CaseId) -> Result<Kept, ViewError> {
    let (channel, marks, case) = load_marks(stored, id)?;
    let case = Case::load(case).map_err(|_| damaged(id))?;
    Ok(Kept { channel, marks, case })
}

/// Reads all of it but the case, which is the rest of the bytes.
pub(super) fn load_marks(stored: &[u8], id: CaseId) -> Result<(Channel, Marks, &[u8]), ViewError> {
    let ((channel, marks), case): ((Channel, Vec<(LogId, u64)>), _) =
        postcard::take_from_bytes(stored).map_err(|_| damaged(id))?;
    Ok((channel, marks.into_iter().collect(), case))
}

fn damaged(id: CaseId) -> ViewError {
    ViewError::Damaged { key: format!("case {id}") }
}
