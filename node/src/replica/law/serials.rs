//! The serial numbers of receipts.

use std::collections::BTreeMap;

use daiban_domain::calendar::Date;
use daiban_domain::receipt_number::ReceiptNumber;

/// The serial numbers of this office, day by day: those of its earlier nodes too, as far as their
/// cases are here.
#[derive(Default)]
pub(in crate::replica) struct Serials {
    last: BTreeMap<Date, u32>,
}

impl Serials {
    /// A number was given out (now, or before a restart); gives the highest of that day.
    pub(in crate::replica) fn seen(&mut self, day: Date, receipt: &ReceiptNumber) -> u32 {
        let serial = u32::from_str_radix(&receipt.as_str()[18..22], 36).unwrap_or(0);
        self.raise(day, serial)
    }

    pub(in crate::replica) fn raise(&mut self, day: Date, serial: u32) -> u32 {
        let last = self.last.entry(day).or_insert(serial);
        *last = serial.max(*last);
        *last
    }

    /// The next number of that day.
    pub(in crate::replica) fn next(&mut self, day: Date) -> u32 {
        let next = self.last.get(&day).map_or(0, |last| last + 1);
        self.raise(day, next)
    }
}
