//! 换版: a draft goes over to a newer version of its item.

use super::Machine;
use crate::act::SignedAct;
use crate::calendar::Date;
use crate::fold::progress::Progress;
use crate::fold::rules::{Why, impossible, too_late};
use crate::words;

impl<'a> Machine<'a> {
    /// Nothing has been answered in a draft, so the newer version's stages begin from the first. The
    /// form and the files stay as they are. Of several versions the newest stands, whatever came
    /// first.
    pub(super) fn migrate(&mut self, act: &'a SignedAct, version: u32) -> Result<(), Why> {
        self.check_counter(act)?;
        let now = self.law.item;
        if self.received_at.is_some() {
            return Err(too_late(words::keeps_its_version(now.version)));
        }
        if version <= now.version {
            return Err(too_late(words::has_version(now.version)));
        }
        let Some(newer) = self.law.catalog.get(&now.code, version) else {
            self.lacks_version = Some(version);
            return Ok(());
        };
        let day = Date::at(act.at.millis());
        if !newer.is_valid_on(day) || !newer.is_offered_at(self.of.origin) {
            return Err(impossible(words::version_not_in_force(version, day)));
        }
        if newer.elsewhere != now.elsewhere {
            return Err(impossible(words::version_handled_otherwise(version)));
        }
        self.law.item = newer;
        self.progress = Progress::new(newer, self.of);
        Ok(())
    }
}
