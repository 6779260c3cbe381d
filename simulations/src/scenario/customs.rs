//! When people come and how long officers take.

use super::error::ScenarioError;
use super::table::{Read, Table, document};

/// The model that ships with the simulator.
const SHIPPED: &str = include_str!("../../model/people.toml");

/// The first hour of [`Customs::hours`].
pub(crate) const FIRST_HOUR: u64 = 8;

/// Shares are in percent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Customs {
    /// Of the mean working day, Monday first.
    pub(crate) weekdays: Vec<u64>,
    /// Of the mean month, January first; their mean is not 100.
    pub(crate) months: Vec<u64>,
    /// Of a day, from [`FIRST_HOUR`] on.
    pub(crate) hours: Vec<u64>,
    pub(crate) market: u64,
    /// The shape of the Gamma distribution of villages, in tenths.
    pub(crate) villages: u64,
    pub(crate) nights_off: u64,
    pub(crate) power_cut_every_ms: u64,
    pub(crate) power_cut_ms: u64,
    pub(crate) decides_after_ms: u64,
}

impl Customs {
    /// Those that ship.
    pub(crate) fn shipped() -> Self {
        read(SHIPPED).expect("a test reads the shipped model")
    }

    /// The mean of the months, in percent.
    pub(crate) fn mean_month(&self) -> u64 {
        self.months.iter().sum::<u64>() / self.months.len().max(1) as u64
    }
}

fn read(text: &str) -> Result<Customs, ScenarioError> {
    const KEYS: [&str; 9] = [
        "weekdays",
        "months",
        "hours",
        "market",
        "villages",
        "nights_off",
        "power_cut_every",
        "power_cut",
        "decides_after",
    ];
    let document = document(text)?;
    let table = Table::new(text, "", document.span(), document.get_ref(), &KEYS)?;
    let shares = |key, count| -> Read<Vec<u64>> {
        let shares = table.wholes(key)?.filter(|shares| shares.len() == count);
        table.required(key, &format!("{count} numbers"), shares)
    };
    let number = |key| table.required(key, "a number", table.whole(key, 1..100_000)?);
    let span = |key| table.required(key, "a stretch of time", table.span(key)?);
    Ok(Customs {
        weekdays: shares("weekdays", 7)?,
        months: shares("months", 12)?,
        hours: shares("hours", 12)?,
        market: number("market")?,
        villages: number("villages")?,
        nights_off: number("nights_off")?,
        power_cut_every_ms: span("power_cut_every")?,
        power_cut_ms: span("power_cut")?,
        decides_after_ms: span("decides_after")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hours_of_the_shipped_day_are_the_whole() {
        let customs = Customs::shipped();
        assert_eq!(customs.hours.iter().sum::<u64>(), 100);
        assert_eq!(customs.mean_month(), 145);
    }
}
