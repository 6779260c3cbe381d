//! Adds up the runs of one column.

use super::reader::Reader;
use super::{COUNTER_MAX, ChangeRefused, KEY_BYTES_MAX, OPERATIONS_MAX};

/// The columns of automerge 0.12: `id << 4 | type`. A compressed one has bit 3 set and so is none
/// of these.
mod spec {
    pub(super) const OBJECT_ACTOR: u32 = 0x01;
    pub(super) const OBJECT_COUNTER: u32 = 0x02;
    pub(super) const KEY_ACTOR: u32 = 0x11;
    pub(super) const KEY_COUNTER: u32 = 0x13;
    pub(super) const KEY_STRING: u32 = 0x15;
    pub(super) const INSERT: u32 = 0x34;
    pub(super) const ACTION: u32 = 0x42;
    pub(super) const VALUE_META: u32 = 0x56;
    pub(super) const VALUE: u32 = 0x57;
    pub(super) const PRED_COUNT: u32 = 0x70;
    pub(super) const PRED_ACTOR: u32 = 0x71;
    pub(super) const PRED_COUNTER: u32 = 0x73;
    pub(super) const EXPAND: u32 = 0x94;
    pub(super) const MARK_NAME: u32 = 0xa5;
}

/// The highest action of automerge 0.12 (mark).
const ACTION_MAX: u64 = 7;

/// How many rows the column claims.
pub(super) fn measure(column: u32, data: &[u8], others: u64) -> Result<u64, ChangeRefused> {
    let mut rows = Rows(0);
    let mut data = Reader::new(data);
    let key_bytes_max = KEY_BYTES_MAX as u64;
    match column {
        spec::VALUE => {}
        spec::INSERT | spec::EXPAND => rows.add_flags(&mut data)?,
        spec::OBJECT_ACTOR | spec::KEY_ACTOR | spec::PRED_ACTOR => {
            rows.add_runs(&mut data, |r| r.bounded("actor index", others).map(|_| 1))?;
        }
        spec::OBJECT_COUNTER => {
            rows.add_runs(&mut data, |r| r.bounded("counter", COUNTER_MAX).map(|_| 1))?;
        }
        spec::ACTION => rows.add_runs(&mut data, |r| r.bounded("action", ACTION_MAX).map(|_| 1))?,
        spec::VALUE_META => rows.add_runs(&mut data, |r| r.unsigned("value length").map(|_| 1))?,
        // A row of this column is a list of that many predecessors.
        spec::PRED_COUNT => {
            rows.add_runs(&mut data, |r| r.bounded("predecessors", OPERATIONS_MAX))?
        }
        spec::KEY_COUNTER | spec::PRED_COUNTER => {
            rows.add_runs(&mut data, |r| r.signed("delta").map(|_| 1))?;
        }
        spec::KEY_STRING | spec::MARK_NAME => {
            rows.add_runs(&mut data, |r| r.block("key", key_bytes_max).map(|_| 1))?;
        }
        _ => return Err(ChangeRefused::Column { spec: column }),
    }
    Ok(rows.0)
}

/// Rows so far, within the bound.
struct Rows(u64);

impl Rows {
    fn add(&mut self, count: u64, weight: u64) -> Result<(), ChangeRefused> {
        self.0 = self.0.saturating_add(count.saturating_mul(weight.max(1)));
        if self.0 > OPERATIONS_MAX {
            return Err(ChangeRefused::TooMany {
                what: "operations",
                max: OPERATIONS_MAX,
                found: self.0,
            });
        }
        Ok(())
    }

    /// Lengths of stretches of no, yes, no …
    fn add_flags(&mut self, data: &mut Reader<'_>) -> Result<(), ChangeRefused> {
        while !data.is_done() {
            let run = data.unsigned("run")?;
            self.add(run, 1)?;
        }
        Ok(())
    }

    /// `n > 0` times one value, `-n` values, or `0` and a count of nulls. `value` reads one value
    /// and says what a row of it weighs.
    fn add_runs<'a>(
        &mut self,
        data: &mut Reader<'a>,
        mut value: impl FnMut(&mut Reader<'a>) -> Result<u64, ChangeRefused>,
    ) -> Result<(), ChangeRefused> {
        while !data.is_done() {
            match data.signed("run")? {
                0 => self.add(data.unsigned("null run")?, 1)?,
                equal if equal > 0 => {
                    let weight = value(data)?;
                    self.add(equal.unsigned_abs(), weight)?;
                }
                literals => {
                    // Each literal takes at least a byte, so this ends with the data.
                    for _ in 0..literals.unsigned_abs() {
                        let weight = value(data)?;
                        self.add(1, weight)?;
                    }
                }
            }
        }
        Ok(())
    }
}
