//! Space on the disk: what is refused when it runs short, and the reserve for finishing.

use std::io;
use std::sync::Arc;

use daiban_domain::words::{self, Said};

use super::disk::{Access, Disk};

const BALLAST_FILE: &str = "ballast";
const BALLAST_STEP_BYTES: u64 = 1 << 20;

/// How much room there is, and so what is still accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Space {
    Plenty,
    NoNewMaterials,
    NoNewCases,
    Full,
}

/// Free bytes below which the next level begins.
#[derive(Clone, Copy, Debug)]
pub struct Thresholds {
    pub no_new_materials_bytes: u64,
    pub no_new_cases_bytes: u64,
    pub full_bytes: u64,
    /// The reserve that is given up when the disk is full.
    pub ballast_bytes: u64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            no_new_materials_bytes: 1 << 30,
            no_new_cases_bytes: 256 << 20,
            full_bytes: 32 << 20,
            ballast_bytes: 64 << 20,
        }
    }
}

/// Why space could not be measured or kept.
#[derive(Debug, thiserror::Error)]
#[error("space on the data disk: {0}")]
pub struct SpaceError(#[from] io::Error);

/// Watches the disk and holds the reserve.
pub struct SpaceKeeper {
    disk: Arc<dyn Disk>,
    thresholds: Thresholds,
}

impl Space {
    /// Whether there is room for files: the last room of a disk is for what people write.
    pub fn takes_files(self) -> bool {
        self < Self::NoNewMaterials
    }

    /// What a person is told.
    pub fn words(self) -> Said {
        match self {
            Self::Plenty => words::space_plenty(),
            Self::NoNewMaterials => words::space_no_new_materials(),
            Self::NoNewCases => words::space_no_new_cases(),
            Self::Full => words::space_full(),
        }
    }
}

impl SpaceKeeper {
    pub fn new(disk: Arc<dyn Disk>, thresholds: Thresholds) -> Self {
        Self { disk, thresholds }
    }

    /// Measures, and gives up the ballast when the disk is full or makes it again when there is
    /// plenty. Gives the free bytes too.
    ///
    /// # Errors
    /// [`SpaceError`].
    pub fn check(&self) -> Result<(Space, u64), SpaceError> {
        let free = self.disk.free_bytes()?;
        let space = self.thresholds.level(free);
        match space {
            Space::Full => self.release_ballast()?,
            Space::Plenty
                if free
                    > self.thresholds.no_new_materials_bytes + self.thresholds.ballast_bytes =>
            {
                self.make_ballast()?;
            }
            _ => (),
        }
        Ok((space, free))
    }

    /// Frees the reserve, so that what has begun can be finished. The level is that before.
    ///
    /// # Errors
    /// [`SpaceError`].
    pub fn release_ballast(&self) -> Result<(), SpaceError> {
        match self.disk.remove(BALLAST_FILE) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => Ok(other.and_then(|()| self.disk.sync_dir(""))?),
        }
    }

    /// Written, not only reserved: a file system may give a hole no room.
    fn make_ballast(&self) -> Result<(), SpaceError> {
        let file = self.disk.open(BALLAST_FILE, Access::Create)?;
        let mut len = file.len()?;
        if len >= self.thresholds.ballast_bytes {
            return Ok(());
        }
        let step = vec![0x5a; usize::try_from(BALLAST_STEP_BYTES).unwrap_or(1 << 16)];
        while len < self.thresholds.ballast_bytes {
            file.write_at(len, &step)?;
            len += step.len() as u64;
        }
        file.sync_data()?;
        Ok(self.disk.sync_dir("")?)
    }
}

impl Thresholds {
    fn level(&self, free: u64) -> Space {
        if free < self.full_bytes {
            Space::Full
        } else if free < self.no_new_cases_bytes {
            Space::NoNewCases
        } else if free < self.no_new_materials_bytes {
            Space::NoNewMaterials
        } else {
            Space::Plenty
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::faulty::{Faults, MemoryDisk};

    #[test]
    fn the_reserve_is_given_up_when_the_disk_is_full() {
        const MB: u64 = 1 << 20;
        let disk = MemoryDisk::default();
        let thresholds = Thresholds {
            no_new_materials_bytes: 4 * MB,
            no_new_cases_bytes: 3 * MB,
            full_bytes: 2 * MB,
            ballast_bytes: 2 * MB,
        };
        let keeper = SpaceKeeper::new(Arc::new(disk.clone()), thresholds);
        let check = |room_bytes| {
            disk.set_faults(Faults { room_bytes: Some(room_bytes), ..Faults::default() });
            keeper.check().unwrap().0
        };
        assert_eq!(check(9 * MB), Space::Plenty);
        assert_eq!(disk.used_bytes(), 2 * MB);
        assert_eq!(check(3 * MB + 1), Space::NoNewMaterials);
        assert_eq!(check(2 * MB), Space::NoNewCases);
        assert_eq!(disk.used_bytes(), 2 * MB);
        assert_eq!(check(MB), Space::Full);
        assert_eq!(disk.paths(), Vec::<String>::new());
    }
}
