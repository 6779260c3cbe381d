//! Who plays in the demo: five offices of 温州 and 乐清.

use std::path::Path;

use daiban_domain::shipped;
use daiban_sync::id::OfficeCode;

use crate::home::Home;

/// One of the five.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Role {
    /// The folder of its data.
    pub(super) folder: &'static str,
    code: u64,
}

pub(super) const CITY: Role = Role { folder: "city", code: 330_300_000_000 };
pub(super) const COUNTY: Role = Role { folder: "county", code: 330_382_000_000 };
pub(super) const TOWN: Role = Role { folder: "town", code: 330_382_001_000 };
pub(super) const VILLAGE_1: Role = Role { folder: "village-1", code: 330_382_001_208 };
pub(super) const VILLAGE_2: Role = Role { folder: "village-2", code: 330_382_001_209 };

/// From the top down, so that each finds its parent running.
pub(super) const ALL: [Role; 5] = [CITY, COUNTY, TOWN, VILLAGE_1, VILLAGE_2];

impl Role {
    pub(super) fn code(self) -> OfficeCode {
        OfficeCode::new(self.code).expect("a test looks every role up in the shipped tree")
    }

    pub(super) fn name(self) -> String {
        shipped::offices().name(self.code())
    }

    pub(super) fn parent(self) -> Option<Self> {
        let above = self.code().parent()?;
        ALL.into_iter().find(|role| role.code() == above)
    }

    /// Offices that others join listen on a port of their own.
    pub(super) fn has_children(self) -> bool {
        ALL.into_iter().any(|role| role.parent() == Some(self))
    }

    pub(super) fn home(self, dir: &Path, settings: Vec<(String, String)>) -> Home {
        Home { data: dir.join(self.folder), overrides: settings }
    }
}

/// What every node of a demo is set to: practice, small disks, impatient.
pub(super) fn settings() -> Vec<(String, String)> {
    let set = [
        ("node.listen", "127.0.0.1:0"),
        ("node.admin", "127.0.0.1:0"),
        ("node.training", "true"),
        ("sync.idle_s", "10"),
        ("sync.keepalive_s", "2"),
        ("sync.handshake_s", "3"),
        ("sync.backoff_max_s", "3"),
        ("store.ballast_mb", "0"),
        ("store.stop_materials_mb", "64"),
        ("store.stop_cases_mb", "16"),
    ];
    set.map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use daiban_node::settings::Settings;

    #[test]
    fn the_five_are_real_offices_on_one_line() {
        let tree = shipped::offices();
        assert!(ALL.into_iter().all(|role| tree.get(role.code()).is_some()));
        assert_eq!(ALL.map(Role::parent), [None, Some(CITY), Some(COUNTY), Some(TOWN), Some(TOWN)]);
        assert_eq!(ALL.map(Role::has_children), [true, true, true, false, false]);
        assert_eq!(CITY.name(), "温州市");
    }

    #[test]
    fn their_settings_are_taken() {
        let settings = Settings::load(None, [], &settings()).unwrap();
        assert!(settings.node.training);
    }
}
