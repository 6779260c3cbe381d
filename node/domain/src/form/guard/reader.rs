//! Bytes and LEB128 numbers, front to back.

use super::ChangeRefused;

#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    left: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { left: bytes }
    }

    pub(super) fn is_done(&self) -> bool {
        self.left.is_empty()
    }

    pub(super) fn rest(self) -> &'a [u8] {
        self.left
    }

    pub(super) fn take(&mut self, len: u64, what: &'static str) -> Result<&'a [u8], ChangeRefused> {
        let len = usize::try_from(len).map_err(|_| ChangeRefused::Malformed { what })?;
        let (taken, left) =
            self.left.split_at_checked(len).ok_or(ChangeRefused::Malformed { what })?;
        self.left = left;
        Ok(taken)
    }

    /// A length and that many bytes.
    pub(super) fn block(&mut self, what: &'static str, max: u64) -> Result<Self, ChangeRefused> {
        let len = self.bounded(what, max)?;
        Ok(Self::new(self.take(len, what)?))
    }

    pub(super) fn bounded(&mut self, what: &'static str, max: u64) -> Result<u64, ChangeRefused> {
        let found = self.unsigned(what)?;
        if found > max {
            return Err(ChangeRefused::TooMany { what, max, found });
        }
        Ok(found)
    }

    pub(super) fn unsigned(&mut self, what: &'static str) -> Result<u64, ChangeRefused> {
        let mut value = 0;
        for shift in (0..63).step_by(7) {
            let byte = self.take(1, what)?[0];
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(ChangeRefused::Malformed { what })
    }

    pub(super) fn signed(&mut self, what: &'static str) -> Result<i64, ChangeRefused> {
        let mut value = 0_i64;
        for shift in (0..63).step_by(7) {
            let byte = self.take(1, what)?[0];
            value |= i64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                let unused = 64 - (shift + 7);
                return Ok(value << unused >> unused);
            }
        }
        Err(ChangeRefused::Malformed { what })
    }

    pub(super) fn finish(&self) -> Result<(), ChangeRefused> {
        if self.is_done() {
            Ok(())
        } else {
            Err(ChangeRefused::LeftOver { found: self.left.len() })
        }
    }
}
