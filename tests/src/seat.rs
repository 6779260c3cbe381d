//! People of an office, each at a browser of their own.

use crate::chromium::{Driver, Tab};
use crate::office::Office;

/// Everybody's.
pub const PASSWORD: &str = "long enough";

/// Somebody with an account, by id and name, and the role with its organ; signed in.
pub fn seated(
    driver: &Driver,
    office: &Office,
    who: (&str, &str),
    what: (&str, Option<&str>),
) -> Tab {
    office.seat(who, what, PASSWORD);
    let tab = driver.open(office);
    tab.sign_in(who.0, PASSWORD);
    tab
}
