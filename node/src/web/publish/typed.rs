//! What somebody wants to publish, as the forms send it.

use daiban_domain::authority::Delegation;
use daiban_domain::catalog::Action;
use daiban_domain::notice::{Notice, items};
use daiban_domain::words::{self, Said};
use daiban_sync::id::OfficeCode;
use serde_json::Value;

use crate::replica::{Refusal, RefusalKind};
use crate::web::upload::Upload;

/// A kind of notice, as the form and as people name it.
type Kind = (&'static str, fn() -> Said);

/// The kinds of notices that come as a file.
pub(super) const FILES: [Kind; 4] = [
    ("catalog", words::publish_catalog),
    ("calendar", words::publish_calendar),
    ("directory", words::publish_directory),
    ("organs", words::publish_organs),
];

#[derive(Default)]
pub(super) struct Typed(pub(super) Upload);

impl Typed {
    pub(super) fn text(&self, name: &str) -> &str {
        self.0.text(name)
    }

    /// The notices that are meant, each short enough.
    pub(super) fn notices(&self, office: OfficeCode) -> Result<Vec<Notice>, Refusal> {
        let one = |notice| Ok(vec![notice]);
        match self.text("what") {
            "catalog" => Ok(items::parted(items::whole(self.files()?))),
            "calendar" => one(Notice::Calendar { csv: self.file()? }),
            "directory" => one(Notice::Directory { csv: self.file()? }),
            "organs" => one(Notice::OrganCodes { csv: self.file()? }),
            "delegation" => one(Notice::Delegation(self.delegation(office)?)),
            _ => one(Notice::Announcement {
                from: office,
                title: self.required("title", words::publish_title())?,
                text: self.required("text", words::publish_text())?,
            }),
        }
    }

    fn files(&self) -> Result<Vec<items::File>, Refusal> {
        let read = |(name, bytes): &(String, Vec<u8>)| match str::from_utf8(bytes) {
            Ok(text) => Ok((name.clone(), text.to_owned())),
            Err(_) => Err(expected(words::publish_utf8_expected(name))),
        };
        let files = self.0.files.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        if files.is_empty() { Err(expected(words::publish_file_expected())) } else { Ok(files) }
    }

    fn file(&self) -> Result<String, Refusal> {
        let mut files = self.files()?;
        match files.len() {
            1 => Ok(files.swap_remove(0).1),
            count => Err(expected(words::publish_one_file_expected(count))),
        }
    }

    fn required(&self, name: &str, label: Said) -> Result<String, Refusal> {
        match self.text(name) {
            "" => Err(expected(words::publish_field_expected(&label))),
            text => Ok(text.to_owned()),
        }
    }

    fn delegation(&self, office: OfficeCode) -> Result<Delegation, Refusal> {
        let within = self.text("within");
        Ok(Delegation {
            within: if within.is_empty() {
                office
            } else {
                self.read("within", words::delegation_within())?
            },
            item: self.required("item", words::column_item())?,
            action: self.action()?,
            from_organ: self.read("from_organ", words::delegation_from_organ())?,
            to_office: self.read("to_office", words::delegation_to_office())?,
            to_organ: self.read("to_organ", words::delegation_to_organ())?,
            from_day: self.read("from_day", words::delegation_from_day())?,
        })
    }

    fn action(&self) -> Result<Action, Refusal> {
        let typed = Value::String(self.text("action").to_owned());
        serde_json::from_value(typed)
            .map_err(|_| expected(words::publish_field_expected(&words::delegation_action())))
    }

    fn read<T: std::str::FromStr>(&self, name: &str, label: Said) -> Result<T, Refusal> {
        let text = self.text(name);
        text.parse().map_err(|_| match text {
            "" => expected(words::publish_field_expected(&label)),
            _ => expected(words::publish_field_unfit(&label, text)),
        })
    }
}

fn expected(what: Said) -> Refusal {
    Refusal::new(RefusalKind::Input, what, words::mend_form())
}
