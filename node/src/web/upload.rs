//! A form with files, that a page of ours has sent.

use axum::extract::Multipart;

use super::guard::{FORM_KEY, Visitor};

/// What stands in its fields, and its files.
#[derive(Default)]
pub(super) struct Upload {
    fields: Vec<(String, String)>,
    /// Name and content.
    pub(super) files: Vec<(String, Vec<u8>)>,
}

impl Upload {
    /// `None` if the form is not ours. Its key comes first.
    pub(super) async fn read(mut form: Multipart, visitor: &Visitor) -> Option<Self> {
        let mut read = Self::default();
        let mut is_ours = false;
        while let Ok(Some(part)) = form.next_field().await {
            let name = part.name().unwrap_or_default().to_owned();
            if name == FORM_KEY {
                is_ours = part.text().await.ok()? == visitor.token.form_key();
            } else if !is_ours {
                return None;
            } else if let Some(file) = part.file_name().map(str::to_owned) {
                let content = part.bytes().await.ok()?.to_vec();
                // A browser sends an empty part for an input in which nothing was chosen.
                if !file.is_empty() {
                    read.files.push((file, content));
                }
            } else {
                read.fields.push((name, part.text().await.ok()?));
            }
        }
        is_ours.then_some(read)
    }

    pub(super) fn text(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value.trim())
    }
}
