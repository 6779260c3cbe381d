//! What was found doubtful about photographs. A file never changes, so that each is looked at once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use daiban_domain::act::BlobRef;
use daiban_sync::id::BlobId;

use crate::shell::files;
use crate::shell::legibility::{Doubt, doubts_of};
use crate::web::Web;

/// Pictures that are kept in mind; then all are looked at anew.
const PICTURES_MAX: usize = 4_096;

type Doubts = Arc<[Doubt]>;

/// The pictures that were looked at.
#[derive(Default)]
pub(in crate::web) struct Judged(Mutex<BTreeMap<BlobId, Doubts>>);

impl Judged {
    fn pictures(&self) -> MutexGuard<'_, BTreeMap<BlobId, Doubts>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, id: BlobId, doubts: &Doubts) {
        let mut pictures = self.pictures();
        if pictures.len() >= PICTURES_MAX {
            pictures.clear();
        }
        pictures.insert(id, Arc::clone(doubts));
    }
}

impl Web {
    /// What is doubtful about a file; nothing, if it is no picture or not here.
    pub(super) async fn doubts(&self, file: &BlobRef) -> Doubts {
        let known = self.judged.pictures().get(&file.id).map(Arc::clone);
        if let Some(doubts) = known.or_else(|| (!is_picture(file)).then(Doubts::default)) {
            return doubts;
        }
        let Ok(Some(bytes)) = files::read(&self.handle, file.id).await else {
            return Doubts::default();
        };
        let looked = tokio::task::spawn_blocking(move || doubts_of(&bytes)).await;
        let doubts: Doubts = looked.unwrap_or_default().into();
        self.judged.keep(file.id, &doubts);
        doubts
    }
}

/// Whether a browser shows it as a picture.
pub(super) fn is_picture(file: &BlobRef) -> bool {
    file.media.starts_with("image/")
}
