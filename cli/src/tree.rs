//! Offices on this machine that were enrolled without a network.

use std::collections::BTreeMap;
use std::path::Path;

use daiban_node::identity::{Identity, Lifetimes, admit_beside, system_rng};
use daiban_sync::id::OfficeCode;

use crate::office::now;

/// Where no office is: settings say where the one above listens.
const NOWHERE: &str = "127.0.0.1:9";

/// Makes a data directory `root/CODE` for each office, already a member of the one above. Parents
/// come first, and the first is a city, whose root certificate this gives.
///
/// # Errors
/// What went wrong.
pub(crate) fn enrol(root: &Path, offices: &[OfficeCode]) -> Result<Vec<u8>, String> {
    let mut rng = system_rng().map_err(said)?;
    let mut enrolled: BTreeMap<OfficeCode, Identity> = BTreeMap::new();
    for &office in offices {
        let data = root.join(office.to_string());
        std::fs::create_dir_all(&data).map_err(said)?;
        let parent = office.parent().and_then(|parent| Some((parent, enrolled.get(&parent)?)));
        let identity = match parent {
            None => {
                Identity::init_city(office, now(), &Lifetimes::default(), &mut rng).map_err(said)?
            }
            Some((code, parent)) => {
                let desk = root.join(code.to_string());
                let addresses = vec![NOWHERE.to_owned()];
                admit_beside((parent, &desk), (office, &data), addresses, now(), &mut rng)
                    .map_err(said)?
            }
        };
        identity.save_new(&data).map_err(said)?;
        enrolled.insert(office, identity);
    }
    let city = offices.first().and_then(|city| enrolled.get(city));
    city.map(|city| city.root().to_vec()).ok_or_else(|| "no office is named".to_owned())
}

fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}
