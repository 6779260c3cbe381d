//! A form with files, that a page of ours has sent.

use axum::extract::Multipart;
use axum::extract::multipart::MultipartError;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use daiban_domain::words;

use super::frame::Frame;
use super::guard::{FORM_KEY, Visitor};

/// What stands in its fields, and its files.
#[derive(Default)]
pub(super) struct Upload {
    fields: Vec<(String, String)>,
    /// Name and content.
    pub(super) files: Vec<(String, Vec<u8>)>,
}

impl Upload {
    /// # Errors
    /// The page that says so, if the form is not ours, whose key comes first, or too large.
    pub(super) async fn read(
        mut form: Multipart,
        frame: &Frame<'_>,
        visitor: &Visitor,
    ) -> Result<Self, Response> {
        let mut read = Self::default();
        let mut is_ours = false;
        let broken = |error: MultipartError| match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => too_large(frame),
            _ => frame.too_old(),
        };
        while let Some(part) = form.next_field().await.map_err(broken)? {
            let name = part.name().unwrap_or_default().to_owned();
            if name == FORM_KEY {
                is_ours = part.text().await.map_err(broken)? == visitor.token.form_key();
            } else if !is_ours {
                break;
            } else if let Some(file) = part.file_name().map(str::to_owned) {
                let content = part.bytes().await.map_err(broken)?.to_vec();
                // A browser sends an empty part for an input in which nothing was chosen.
                if !file.is_empty() {
                    read.files.push((file, content));
                }
            } else {
                read.fields.push((name, part.text().await.map_err(broken)?));
            }
        }
        if is_ours { Ok(read) } else { Err(frame.too_old()) }
    }

    /// Whether a box of this name was ticked.
    pub(super) fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(key, _)| key == name)
    }

    pub(super) fn text(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value.trim())
    }
}

fn too_large(frame: &Frame<'_>) -> Response {
    let page = frame.refusal(&words::file_too_large(), &words::choose_smaller_file());
    (StatusCode::PAYLOAD_TOO_LARGE, page).into_response()
}
