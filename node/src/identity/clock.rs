//! Times in certificates and messages.

use std::time::Duration;

use daiban_sync::id::Millis;
use rustls_pki_types::UnixTime;
use x509_parser::time::ASN1Time;

pub(super) const HOUR_MS: u64 = 3_600_000;
pub(super) const DAY_MS: u64 = 24 * HOUR_MS;
/// The end of the year 9999, beyond which X.509 cannot write a time.
const LATEST_S: i64 = 253_402_300_799;

/// `2026-03-01 08:30:00 UTC`
pub fn show_time(time: Millis) -> String {
    let date = asn1_of(time).to_datetime();
    let (hour, minute, second) = date.to_hms();
    let (year, month, day) = (date.year(), u8::from(date.month()), date.day());
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
}

pub(super) fn asn1_of(time: Millis) -> ASN1Time {
    let seconds = i64::try_from(time.0 / 1_000).unwrap_or(LATEST_S).min(LATEST_S);
    ASN1Time::from_timestamp(seconds).expect("times from 1970 to 9999 can be written")
}

pub(super) fn millis_of_asn1(time: ASN1Time) -> Millis {
    Millis(u64::try_from(time.timestamp()).unwrap_or(0).saturating_mul(1_000))
}

pub(super) fn unix_of(time: Millis) -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_millis(time.0))
}

pub(super) fn millis_of(time: UnixTime) -> Millis {
    Millis(time.as_secs().saturating_mul(1_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_in_utc_and_never_overflow() {
        assert_eq!(show_time(Millis(0)), "1970-01-01 00:00:00 UTC");
        assert_eq!(show_time(Millis(1_772_354_096_789)), "2026-03-01 08:34:56 UTC");
        assert_eq!(show_time(Millis(u64::MAX)), "9999-12-31 23:59:59 UTC");
    }
}
