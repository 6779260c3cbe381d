//! What becomes of an alarm, as it stands in the journal and in the views.

use daiban_domain::act::OfficerRef;
use daiban_domain::schema;
use daiban_sync::id::{Millis, OfficeCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rules::Trouble;

/// What this node writes down for itself alone ([`crate::store::Record::Local`]). The order is part
/// of the format.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::replica) enum Local {
    Watch(WatchEvent),
    /// An office above does not believe this node any more.
    Revoked {
        by: OfficeCode,
    },
}

/// Something happened to an alarm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "AlarmEvent")]
pub struct WatchEvent {
    #[schemars(with = "schema::Millis")]
    pub at: Millis,
    #[schemars(with = "schema::OfficeCode")]
    pub office: OfficeCode,
    pub trouble: Trouble,
    /// When the alarm was raised, and what was measured then.
    #[schemars(with = "schema::Millis")]
    pub raised: Millis,
    pub measured: u64,
    pub what: Happened,
}

/// What happened. The order is part of the format.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "AlarmHappened")]
pub enum Happened {
    Raised,
    Acknowledged(Acknowledged),
    /// It ended by itself.
    Cleared,
}

/// Somebody sees to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Acknowledged {
    #[schemars(with = "schema::Millis")]
    pub at: Millis,
    pub by: OfficerRef,
    pub word: String,
}

/// An alarm that has not ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::replica) struct Open {
    pub(super) raised: Millis,
    pub(super) measured: u64,
    pub(super) acknowledged: Option<Acknowledged>,
}

impl Local {
    pub(in crate::replica) fn write(&self) -> Vec<u8> {
        postcard::to_stdvec(self).expect("plain data always encodes")
    }
}

impl WatchEvent {
    /// The alarm after it; `None` once it has ended.
    pub(super) fn leaves(&self) -> Option<Open> {
        let (raised, measured) = (self.raised, self.measured);
        match &self.what {
            Happened::Raised => Some(Open { raised, measured, acknowledged: None }),
            Happened::Acknowledged(word) => {
                Some(Open { raised, measured, acknowledged: Some(word.clone()) })
            }
            Happened::Cleared => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_are_pinned() {
        let by = OfficerRef { name: "王".into(), id: "w".into() };
        let word = Acknowledged { at: Millis(9), by, word: "ok".into() };
        let event = WatchEvent {
            at: Millis(9),
            office: OfficeCode::new(330_382_001_001).unwrap(),
            trouble: Trouble::Clock,
            raised: Millis(5),
            measured: 300,
            what: Happened::Acknowledged(word),
        };
        let bytes = Local::Watch(event.clone()).write();
        assert_eq!(hex::encode(&bytes), "0009e986b5e2ce090405ac02010903e78e8b0177026f6b");
        assert_eq!(postcard::from_bytes::<Local>(&bytes).unwrap(), Local::Watch(event));
    }
}
