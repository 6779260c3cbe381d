//! Who plays in the demo: five offices of 温州 and 乐清.

use std::path::Path;

use daiban_domain::shipped;
use daiban_sync::id::OfficeCode;

use crate::home::Home;
use daiban_node::accounts::NewAccount;

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

/// A person of the demo: who may sign in where, and as what.
pub(super) struct Person {
    pub(super) at: Role,
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) role: daiban_node::accounts::Role,
    pub(super) organ: Option<&'static str>,
}

impl Person {
    pub(super) fn account(&self) -> NewAccount {
        NewAccount {
            id: self.id.to_owned(),
            name: self.name.to_owned(),
            roles: vec![self.role],
            organ: self.organ.map(|organ| organ.parse().expect("a test reads them all")),
            password: PASSWORD.to_owned(),
        }
    }
}

/// Everybody's password: the demo holds practice data only.
pub(super) const PASSWORD: &str = "daiban-demo";

/// Who sits in the five offices.
pub(super) const PEOPLE: &[Person] = {
    use daiban_node::accounts::Role::{Agent, Auditor, Officer, Operator};
    const fn person(
        at: Role,
        (id, name): (&'static str, &'static str),
        role: daiban_node::accounts::Role,
        organ: Option<&'static str>,
    ) -> Person {
        Person { at, id, name, role, organ }
    }
    &[
        person(VILLAGE_1, ("wangxy", "王秀英"), Agent, None),
        person(VILLAGE_2, ("chenm", "陈梅"), Agent, None),
        person(TOWN, ("lichao", "李超"), Officer, Some("ZJ")),
        person(COUNTY, ("zhangwei", "张伟"), Officer, Some("FG")),
        person(COUNTY, ("qianjian", "钱建"), Officer, Some("ZJJ")),
        person(COUNTY, ("liuyang", "刘洋"), Officer, Some("ZR")),
        person(COUNTY, ("zhaolei", "赵磊"), Officer, Some("HJ")),
        person(COUNTY, ("sunli", "孙丽"), Officer, Some("NY")),
        person(COUNTY, ("hemin", "何敏"), Officer, Some("MZ")),
        person(COUNTY, ("zhouyun", "周运"), Operator, None),
        person(COUNTY, ("wucha", "吴察"), Auditor, None),
        person(CITY, ("zhengyun", "郑运"), Operator, None),
    ]
};

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
    fn everybody_sits_at_an_organ_that_is_there() {
        assert!(PEOPLE.iter().all(|person| person.account().organ.is_none_or(|o| o.is_known())));
    }

    #[test]
    fn their_settings_are_taken() {
        let settings = Settings::load(None, [], &settings()).unwrap();
        assert!(settings.node.training);
    }
}
