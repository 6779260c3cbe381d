//! The errors file on its disk.

use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use daiban_node::list::Faults;
use tempfile::NamedTempFile;

use crate::exit::Done;
use crate::home::disk;

/// Faulty rows on their way into a file. It is there, whole, from [`Errors::finish`] on: what was
/// there before stays until then.
pub(super) struct Errors {
    path: PathBuf,
    titles: Vec<String>,
    /// Stands before each fault, if the rows are practice.
    mark: &'static str,
    faults: Option<Faults<BufWriter<NamedTempFile>>>,
}

impl Errors {
    pub(super) fn new(path: PathBuf, titles: Vec<String>, mark: &'static str) -> Self {
        Self { path, titles, mark, faults: None }
    }

    /// Adds a row.
    ///
    /// # Errors
    /// The disk.
    pub(super) fn add(&mut self, line: u64, texts: &[String], fault: &str, remedy: &str) -> Done {
        let failed = |error| disk(&self.path, error);
        let faults = match &mut self.faults {
            Some(faults) => faults,
            none => none.insert(begun(&self.path, &self.titles, self.mark).map_err(failed)?),
        };
        faults.add(line, texts, fault, remedy).map_err(failed)
    }

    /// Puts the file in its place; gives where, if a row is in it.
    ///
    /// # Errors
    /// The disk.
    pub(super) fn finish(self) -> Done<Option<PathBuf>> {
        let Some(faults) = self.faults else { return Ok(None) };
        let failed = |error| disk(&self.path, error);
        let file = faults.finish().map_err(failed)?;
        let file = file.into_inner().map_err(|error| failed(error.into_error()))?;
        file.as_file().sync_all().map_err(failed)?;
        file.persist(&self.path).map_err(|error| failed(error.error))?;
        Ok(Some(self.path))
    }
}

fn begun(
    path: &Path,
    titles: &[String],
    mark: &str,
) -> io::Result<Faults<BufWriter<NamedTempFile>>> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let file = NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    Faults::begin(BufWriter::new(file), titles, mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_before_stays_until_the_new_one_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("errors.csv");
        std::fs::write(&path, "old").unwrap();
        let mut errors = Errors::new(path.clone(), vec!["姓名".into()], "");
        errors.add(2, &["王".into()], "a", "b").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        assert_eq!(errors.finish().unwrap(), Some(path.clone()));
        assert!(std::fs::read_to_string(&path).unwrap().starts_with("\u{feff}行号,"));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
