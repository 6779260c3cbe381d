//! Civil dates. Thirty lines of Hinnant's algorithm in place of a crate: a date here is a day
//! number in China (UTC+8, no daylight saving since 1991) and nothing else of a time library is used.

use std::fmt;
use std::str::FromStr;

use daiban_sync::id::Millis;
use serde::{Deserialize, Serialize};

/// A day in China, counted from 1970-01-01.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date(i32);

/// Not a date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("date: expected a day of the calendar as 2026-11-21, got {found:?}")]
pub struct DateError {
    pub found: String,
}

const CHINA_OFFSET_MS: u64 = 8 * 3_600_000;
const DAY_MS: u64 = 86_400_000;
/// 9999-12-31, the last day that four digits can write.
const LAST: i32 = 2_932_896;

impl Date {
    /// `None` unless the day exists in years 1–9999.
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Self> {
        if !(1..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
            return None;
        }
        let date = Self(days_from_civil(year, month.cast_signed(), day.cast_signed()));
        (date.ymd() == (year, month, day)).then_some(date)
    }

    /// The day in China at this moment; a moment beyond year 9999 is its last day.
    pub fn at(moment: Millis) -> Self {
        let day = moment.0.saturating_add(CHINA_OFFSET_MS) / DAY_MS;
        Self(i32::try_from(day).unwrap_or(LAST).min(LAST))
    }

    pub fn ymd(self) -> (i32, u32, u32) {
        civil_from_days(self.0)
    }

    pub fn year(self) -> i32 {
        self.ymd().0
    }

    /// The day `days` later (earlier if negative).
    #[must_use]
    pub fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    #[must_use]
    pub fn next(self) -> Self {
        self.plus(1)
    }

    /// The same day of a later month, or that month's last (民法典 第二百零二条).
    #[must_use]
    pub fn plus_months(self, months: u16) -> Self {
        let (year, month, day) = self.ymd();
        let count = year * 12 + month.cast_signed() - 1 + i32::from(months);
        let (year, month) = (count.div_euclid(12), count.rem_euclid(12).unsigned_abs() + 1);
        let there = (1..=day).rev().find_map(|day| Self::from_ymd(year, month, day));
        there.unwrap_or(Self(LAST))
    }

    /// Days from `earlier` to `self`.
    pub fn since(self, earlier: Self) -> i32 {
        self.0 - earlier.0
    }

    /// Saturday or Sunday.
    pub fn is_weekend(self) -> bool {
        matches!((self.0 + 3).rem_euclid(7), 5 | 6)
    }

    /// Mondays to Fridays after this day up to and with `end`; negative if that is before it.
    pub(super) fn weekdays_until(self, end: Self) -> i32 {
        let weekdays = |day: i32| {
            let day = day.saturating_add(3);
            day.div_euclid(7) * 5 + (day.rem_euclid(7) + 1).min(5)
        };
        weekdays(end.0) - weekdays(self.0)
    }

    /// `YYMMDD`.
    pub fn yymmdd(self) -> String {
        let (year, month, day) = self.ymd();
        format!("{:02}{month:02}{day:02}", year.rem_euclid(100))
    }

    /// Whole years from `self` to `then`.
    pub fn years_until(self, then: Self) -> i32 {
        let ((y0, m0, d0), (y1, m1, d1)) = (self.ymd(), then.ymd());
        y1 - y0 - i32::from((m1, d1) < (m0, d0))
    }
}

fn days_from_civil(year: i32, month: i32, day: i32) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn civil_from_days(days: i32) -> (i32, u32, u32) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i32::from(month <= 2);
    (year, month.unsigned_abs(), (day_of_year - (153 * shifted + 2) / 5 + 1).unsigned_abs())
}

impl FromStr for Date {
    type Err = DateError;
    fn from_str(text: &str) -> Result<Self, DateError> {
        let parsed = || {
            let bytes = text.as_bytes();
            let shape = bytes.len() == 10
                && bytes.iter().enumerate().all(|(at, b)| match at {
                    4 | 7 => *b == b'-',
                    _ => b.is_ascii_digit(),
                });
            shape.then_some(())?;
            Self::from_ymd(
                text[..4].parse().ok()?,
                text[5..7].parse().ok()?,
                text[8..].parse().ok()?,
            )
        };
        parsed().ok_or_else(|| DateError { found: text.chars().take(40).collect() })
    }
}

impl TryFrom<String> for Date {
    type Error = DateError;
    fn try_from(text: String) -> Result<Self, DateError> {
        text.parse()
    }
}

impl From<Date> for String {
    fn from(date: Date) -> Self {
        date.to_string()
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn days_and_dates_agree() {
        for (text, day) in [("1970-01-01", 0), ("2000-02-29", 11_016), ("2026-11-21", 20_778)] {
            assert_eq!(date(text), Date(day));
            assert_eq!(Date(day).to_string(), text);
        }
        assert_eq!(date("9999-12-31"), Date(LAST));
        assert!((0..LAST).step_by(997).all(|d| Date(d).to_string().parse() == Ok(Date(d))));
    }

    #[test]
    fn impossible_days_are_refused() {
        for bad in
            ["2026-02-29", "2026-13-01", "2026-1-1", "20260101", "2026-00-10", "二〇二六", ""]
        {
            assert!(bad.parse::<Date>().is_err(), "{bad}");
        }
    }

    #[test]
    fn china_is_eight_hours_ahead() {
        let midnight =
            Millis(u64::try_from(date("2026-01-01").0).unwrap() * DAY_MS - CHINA_OFFSET_MS);
        assert_eq!(Date::at(midnight), date("2026-01-01"));
        assert_eq!(Date::at(Millis(midnight.0 - 1)), date("2025-12-31"));
        assert_eq!(Date::at(Millis(u64::MAX)), date("9999-12-31"));
    }

    #[test]
    fn weekends_and_ages() {
        assert!(date("2026-11-21").is_weekend() && !date("2026-11-23").is_weekend());
        assert_eq!(date("2000-02-29").years_until(date("2018-02-28")), 17);
        assert_eq!(date("2000-02-29").years_until(date("2018-03-01")), 18);
    }
}
