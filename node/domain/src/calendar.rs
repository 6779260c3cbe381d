//! Working days 工作日: weekends, public holidays and shifted workdays as the State Council
//! publishes them each autumn for the next year (全国年节及纪念日放假办法). Beyond the published
//! years the answer is "unknown", never a guess.

mod date;

use std::collections::BTreeMap;
use std::sync::Arc;

use daiban_sync::planted;

use crate::words::{self, Said};
pub use date::{Date, DateError};

/// By day: whether it is worked, and the holiday that this comes from.
type Exceptions = BTreeMap<Date, (bool, Box<str>)>;

/// The published holidays. A copy costs nothing.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    exceptions: Arc<Exceptions>,
    first_year: i32,
    last_year: i32,
}

/// What a day is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Day<'a> {
    Working,
    /// A weekend that is worked 调休上班, with the holiday that it is worked for.
    Shifted(&'a str),
    Weekend,
    /// Off 放假, with the holiday's name.
    Holiday(&'a str),
}

impl Day<'_> {
    /// 中文 and English.
    pub fn words(self) -> Said {
        match self {
            Self::Working => words::day_working(),
            Self::Shifted(name) => words::day_shifted(name),
            Self::Weekend => words::day_weekend(),
            Self::Holiday(name) => words::day_holiday(name),
        }
    }

    pub fn is_working(self) -> bool {
        matches!(self, Self::Working | Self::Shifted(_))
    }
}

/// The calendar of that year has not been published to this node.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "calendar unknown: {date} is outside {first_year}–{last_year}; a calendar notice for that year mends it"
)]
pub struct CalendarUnknown {
    pub date: Date,
    pub first_year: i32,
    pub last_year: i32,
}

/// A fault in a holiday file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct CalendarError {
    pub line: usize,
    pub problem: String,
}

impl Calendar {
    /// Reads `date,kind,name` rows; `kind` is `holiday` or `workday`. A year counts as known when
    /// the file says anything about it, and no year between two known ones may be left out.
    ///
    /// # Errors
    /// The first malformed row, by line.
    pub fn parse(csv: &str) -> Result<Self, CalendarError> {
        let mut exceptions = BTreeMap::new();
        for (index, row) in csv.lines().enumerate().skip(1) {
            let at_line = |problem: String| CalendarError { line: index + 1, problem };
            let (date, works, name) = row_of(row).map_err(at_line)?;
            if exceptions.insert(date, (works, name.into())).is_some() {
                return Err(at_line(format!("{date} is named twice; keep one row")));
            }
        }
        Self::of(exceptions, csv.lines().count())
    }

    /// This calendar with what a newer one says. A year that the newer one arranges, from its New
    /// Year's Day on, takes the place of the one known so far; of any other year it changes the days
    /// that it names, because an arrangement reaches into the December before it.
    ///
    /// # Errors
    /// A year between the known ones and the new ones is left out.
    pub fn with(&self, newer: Self) -> Result<Self, CalendarError> {
        let arranged = |year: i32| {
            let new_year = Date::from_ymd(year, 1, 1);
            new_year.is_some_and(|day| newer.exceptions.contains_key(&day))
        };
        let kept = self.exceptions.iter().filter(|(date, _)| !arranged(date.year()));
        let mut exceptions: Exceptions = kept.map(|(date, what)| (*date, what.clone())).collect();
        let rows = newer.exceptions.len();
        exceptions.extend(Arc::unwrap_or_clone(newer.exceptions));
        Self::of(exceptions, rows)
    }

    fn of(exceptions: Exceptions, lines: usize) -> Result<Self, CalendarError> {
        check_years(&exceptions, lines)?;
        let year_of = |date: Option<&Date>| date.map_or(0, |date| date.year());
        let first_year = year_of(exceptions.keys().next());
        let last_year = year_of(exceptions.keys().next_back());
        Ok(Self { exceptions: Arc::new(exceptions), first_year, last_year })
    }

    /// The published years.
    pub fn years(&self) -> std::ops::RangeInclusive<i32> {
        self.first_year..=self.last_year
    }

    /// # Errors
    /// [`CalendarUnknown`] outside the published years.
    pub fn day(&self, date: Date) -> Result<Day<'_>, CalendarUnknown> {
        let (first_year, last_year) = (self.first_year, self.last_year);
        if !(first_year..=last_year).contains(&date.year()) {
            return Err(CalendarUnknown { date, first_year, last_year });
        }
        Ok(match self.exceptions.get(&date) {
            Some((true, name)) => Day::Shifted(name),
            Some((false, _)) if planted!(HolidayCounted) => Day::Working,
            Some((false, name)) => Day::Holiday(name),
            None if date.is_weekend() => Day::Weekend,
            None => Day::Working,
        })
    }

    /// # Errors
    /// [`CalendarUnknown`] outside the published years.
    pub fn is_working(&self, date: Date) -> Result<bool, CalendarUnknown> {
        self.day(date).map(Day::is_working)
    }

    /// The `days`-th working day after `start`; the day of the event does not count
    /// (民法典 第二百零一条).
    ///
    /// # Errors
    /// [`CalendarUnknown`] as soon as the count leaves the published years.
    pub fn add_working_days(&self, start: Date, days: u16) -> Result<Date, CalendarUnknown> {
        let mut date = start;
        let mut left = days;
        while left > 0 {
            date = date.next();
            left -= u16::from(self.is_working(date)?);
        }
        Ok(date)
    }

    /// The working days after `start` up to and with `end`; none if that is before it.
    ///
    /// # Errors
    /// [`CalendarUnknown`] when a day of them is not in the published years.
    pub fn working_days_between(&self, start: Date, end: Date) -> Result<u32, CalendarUnknown> {
        let first = start.next();
        if end < first {
            return Ok(0);
        }
        self.day(first).and(self.day(end))?;
        let moved = self.exceptions.range(first..=end).map(|(&date, _)| {
            let works = self.is_working(date)?;
            Ok(i32::from(works) - i32::from(!date.is_weekend()))
        });
        let moved: i32 = moved.sum::<Result<_, _>>()?;
        Ok((start.weekdays_until(end) + moved).cast_unsigned())
    }
}

/// A year in the middle without a row was forgotten: to call its weekdays worked would be a guess.
fn check_years(exceptions: &Exceptions, lines: usize) -> Result<(), CalendarError> {
    let mut years: Vec<i32> = exceptions.keys().map(|date| date.year()).collect();
    years.dedup();
    let gap = years.windows(2).find(|pair| pair[1] > pair[0] + 1);
    gap.map_or(Ok(()), |pair| {
        let problem = format!("year {} has no row; add its holidays", pair[0] + 1);
        Err(CalendarError { line: lines, problem })
    })
}

fn row_of(row: &str) -> Result<(Date, bool, &str), String> {
    let mut cells = row.split(',');
    let (Some(date), Some(kind), Some(name), None) =
        (cells.next(), cells.next(), cells.next(), cells.next())
    else {
        return Err(format!("expected date,kind,name, got {row:?}"));
    };
    let date = date.parse::<Date>().map_err(|e| e.to_string())?;
    match kind {
        "workday" => Ok((date, true, name)),
        "holiday" => Ok((date, false, name)),
        other => Err(format!("kind: expected holiday or workday, got {other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::shipped;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn holidays_and_shifted_workdays_count_as_published() {
        let calendar = shipped::calendar();
        for (day, works) in [
            ("2024-02-04", true),  // a Sunday worked before 春节
            ("2024-02-12", false), // a Monday off
            ("2026-11-21", false), // a Saturday
            ("2026-11-23", true),
        ] {
            assert_eq!(calendar.is_working(date(day)), Ok(works), "{day}");
        }
    }

    #[test]
    fn a_day_names_its_holiday() {
        let calendar = shipped::calendar();
        assert_eq!(calendar.day(date("2026-10-01")), Ok(Day::Holiday("国庆节")));
        assert_eq!(calendar.day(date("2026-10-10")), Ok(Day::Shifted("国庆节")));
        assert_eq!(calendar.day(date("2026-10-11")), Ok(Day::Weekend));
    }

    #[test]
    fn the_day_of_the_event_does_not_count() {
        let calendar = shipped::calendar();
        // Friday + 1 is Monday, or Sunday the fourth when that Sunday is worked.
        assert_eq!(calendar.add_working_days(date("2026-11-20"), 1), Ok(date("2026-11-23")));
        assert_eq!(calendar.add_working_days(date("2024-02-02"), 1), Ok(date("2024-02-04")));
    }

    #[test]
    fn beyond_the_published_years_nothing_is_guessed() {
        let unknown = shipped::calendar().add_working_days(date("2026-12-30"), 5).unwrap_err();
        assert_eq!((unknown.date, unknown.last_year), (date("2027-01-01"), 2026));
    }

    #[test]
    fn a_newer_calendar_adds_and_replaces_years() {
        let parse = |rows: &str| Calendar::parse(&format!("date,kind,name\n{rows}")).unwrap();
        let known =
            parse("2025-01-01,holiday,元旦\n2026-01-01,holiday,元旦\n2026-02-16,holiday,春节");
        let next = parse("2026-12-31,holiday,元旦\n2027-01-01,holiday,元旦");
        let both = known.with(next.clone()).unwrap();
        for (day, works) in [
            ("2025-01-01", false),
            ("2026-02-16", false),
            ("2026-12-31", false),
            ("2027-01-01", false),
            ("2027-01-04", true),
        ] {
            assert_eq!(both.is_working(date(day)), Ok(works), "{day}");
        }
        let again = parse("2026-01-01,holiday,元旦\n2026-02-17,holiday,春节");
        let replaced = known.with(again).unwrap();
        assert_eq!(replaced.is_working(date("2026-02-16")), Ok(true));
        assert_eq!(replaced.is_working(date("2025-01-01")), Ok(false));
        let gap = parse("2028-01-03,holiday,元旦");
        assert!(known.with(gap).unwrap_err().to_string().contains("year 2027"));
        assert!(Calendar::default().with(next).unwrap().is_working(date("2027-01-04")).unwrap());
    }

    #[test]
    fn a_bad_row_names_its_line() {
        let bad = Calendar::parse("date,kind,name\n2026-01-01,holiday,元旦\n2026-01-02,feast,x")
            .unwrap_err();
        assert_eq!(bad.line, 3);
        let gap =
            Calendar::parse("date,kind,name\n2026-01-01,holiday,元旦\n2028-01-03,holiday,元旦")
                .unwrap_err();
        assert!(gap.to_string().contains("year 2027"), "{gap}");
    }

    proptest! {
        #[test]
        fn working_days_are_counted_as_day_by_day(from in -40..1_200_i32, days in -3..500_i32) {
            let calendar = shipped::calendar();
            let start = Date::from_ymd(*calendar.years().start(), 1, 1).unwrap().plus(from);
            let each = (1..=days).map(|n| calendar.is_working(start.plus(n)).map(u32::from));
            let counted: Result<u32, _> = each.sum();
            let between = calendar.working_days_between(start, start.plus(days));
            prop_assert_eq!(between.ok(), counted.ok());
        }
    }
}
