//! The name of an office in certificates: its codes from itself up to the city.

use daiban_sync::id::OfficeCode;

/// Private on purpose: no public authority can issue for it.
const SUFFIX: &str = "daiban.internal";

/// Why a name is not an office's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "certificate name: expected an office's codes up to its city, such as \
     330382000000.330300000000.daiban.internal, got {found:?}"
)]
pub struct NameError {
    found: String,
}

/// `341602001001.341602001000.341602000000.341600000000.daiban.internal`
pub fn name_of(office: OfficeCode) -> String {
    let mut name: String = office.line().map(|code| format!("{code}.")).collect();
    name.push_str(SUFFIX);
    name
}

/// The office of a name, which must be exactly as [`name_of`] writes it.
pub fn office_of(name: &str) -> Result<OfficeCode, NameError> {
    let wrong = || NameError { found: name.chars().take(120).collect() };
    let (code, _) = name.split_once('.').ok_or_else(wrong)?;
    let office: OfficeCode = code.parse().map_err(|_| wrong())?;
    if name_of(office) == name { Ok(office) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VILLAGE: &str = "341602001001.341602001000.341602000000.341600000000.daiban.internal";

    #[test]
    fn a_name_is_the_line() {
        let village: OfficeCode = "341602001001".parse().unwrap();
        assert_eq!(name_of(village), VILLAGE);
        assert_eq!(office_of(VILLAGE), Ok(village));
        assert_eq!(name_of(village.at_tier(daiban_sync::id::Tier::City).unwrap()).len(), 28);
    }

    #[test]
    fn anything_else_is_refused() {
        for name in [
            "",
            "daiban.internal",
            "341602001001.daiban.internal",
            "341602001001.341602002000.341602000000.341600000000.daiban.internal",
            "341602001001.341602001000.341602000000.341600000000.daiban.internal.",
            "341602001001.341602001000.341602000000.341600000000.example.com",
            "x341602001001.341602001000.341602000000.341600000000.daiban.internal",
            "*.341602001000.341602000000.341600000000.daiban.internal",
        ] {
            assert!(office_of(name).is_err(), "{name}");
        }
    }
}
