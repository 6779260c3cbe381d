//! Lists as text: UTF-8 or GB18030, with commas, semicolons or tabs. They are read as a stream.

use std::io::{self, BufRead as _, BufReader, Read, Seek};

use daiban_domain::words;
use encoding_rs::{Decoder, DecoderResult, Encoding, GB18030, UTF_8};

use super::{COLUMNS_MAX, Cell, List, ListError, Row, Rows};

const CHUNK_BYTES: usize = 64 << 10;
const DELIMITERS: [u8; 3] = *b",;\t";

/// Opens a list; its first line with content is the header.
///
/// # Errors
/// The file cannot be read, or is text in no known encoding.
pub(super) fn open(name: &str, mut source: impl Read + Seek + 'static) -> Result<List, ListError> {
    let failed = |error| ListError::not_read(name, error);
    let lines = lines_of(&mut source).map_err(failed)?;
    let encoding = encoding_of(&mut source).map_err(failed)?;
    let decoded = LineEnds { inner: Decoded::new(source, encoding), after_return: false };
    let mut text = BufReader::with_capacity(CHUNK_BYTES, decoded.chain(&b"\n"[..]));
    let start = text.fill_buf().map_err(|error| unreadable(name, &error))?;
    let delimiter = delimiter_of(start);
    let mut reader = csv::ReaderBuilder::new();
    let reader = reader.has_headers(false).flexible(true).delimiter(delimiter).from_reader(text);
    List::new(name, rows(name.to_owned(), reader), lines)
}

fn rows(name: String, mut reader: csv::Reader<impl Read + 'static>) -> Rows {
    let mut record = csv::StringRecord::new();
    let mut breaks_before = 0;
    Box::new(std::iter::from_fn(move || match reader.read_record(&mut record) {
        Ok(false) => None,
        Ok(true) => {
            let breaks = record.as_slice().bytes().filter(|&byte| byte == b'\n').count() as u64;
            breaks_before += breaks;
            // As a spreadsheet numbers its rows: a line break in a cell begins none.
            let line = reader.position().line().saturating_sub(1 + breaks_before);
            Some(Ok(row(line, &record)))
        }
        Err(error) => Some(Err(unreadable(&name, &error))),
    }))
}

fn row(line: u64, record: &csv::StringRecord) -> Row {
    Row { line, cells: record.iter().take(COLUMNS_MAX + 1).map(Cell::typed).collect() }
}

fn unreadable(name: &str, error: &dyn std::fmt::Display) -> ListError {
    ListError::input(words::list_unreadable(name), words::save_as_list()).because(error)
}

/// What separates the cells of the first line.
fn delimiter_of(start: &[u8]) -> u8 {
    let line = start.split(|&byte| byte == b'\n').find(|line| !line.trim_ascii().is_empty());
    let line = line.unwrap_or_default();
    let count = |delimiter: u8| {
        let mut quoted = false;
        let outside = line.iter().filter(|&&byte| {
            quoted ^= byte == b'"';
            byte == delimiter && !quoted
        });
        outside.count()
    };
    // Of equals the last counts: the comma.
    DELIMITERS.into_iter().rev().max_by_key(|&delimiter| count(delimiter)).unwrap_or(b',')
}

fn lines_of(source: &mut (impl Read + Seek)) -> io::Result<u64> {
    let (mut lines, mut raw) = (0, vec![0; CHUNK_BYTES]);
    loop {
        let read = source.read(&mut raw)?;
        if read == 0 {
            break;
        }
        lines += raw[..read].iter().filter(|&&byte| byte == b'\n').count() as u64;
    }
    source.rewind()?;
    Ok(lines)
}

/// By its mark, or else by whether all of it is UTF-8. Reads the file once.
fn encoding_of(source: &mut (impl Read + Seek)) -> io::Result<&'static Encoding> {
    let mut start = [0; 3];
    let read = source.read(&mut start)?;
    source.rewind()?;
    if let Some((marked, _)) = Encoding::for_bom(&start[..read]) {
        return Ok(marked);
    }
    let is_utf8 = match io::copy(&mut Decoded::new(&mut *source, UTF_8), &mut io::sink()) {
        Ok(_) => true,
        Err(error) if error.kind() == io::ErrorKind::InvalidData => false,
        Err(error) => return Err(error),
    };
    source.rewind()?;
    Ok(if is_utf8 { UTF_8 } else { GB18030 })
}

/// Text whose every line end is one line feed.
struct LineEnds<R> {
    inner: R,
    after_return: bool,
}

impl<R: Read> Read for LineEnds<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.inner.read(out)?;
            let mut kept = 0;
            for at in 0..read {
                let byte = out[at];
                let is_second = byte == b'\n' && self.after_return;
                self.after_return = byte == b'\r';
                if !is_second {
                    out[kept] = if self.after_return { b'\n' } else { byte };
                    kept += 1;
                }
            }
            if kept > 0 || read == 0 {
                return Ok(kept);
            }
        }
    }
}

/// Bytes of an encoding, read as UTF-8.
struct Decoded<R> {
    inner: R,
    decoder: Decoder,
    raw: Box<[u8]>,
    /// What of `raw` is still to be decoded.
    pending: std::ops::Range<usize>,
    text: Box<[u8]>,
    /// What of `text` is still to be given.
    ready: std::ops::Range<usize>,
    is_finished: bool,
}

impl<R: Read> Decoded<R> {
    fn new(inner: R, encoding: &'static Encoding) -> Self {
        Self {
            inner,
            decoder: encoding.new_decoder_with_bom_removal(),
            raw: vec![0; CHUNK_BYTES].into(),
            pending: 0..0,
            text: vec![0; CHUNK_BYTES].into(),
            ready: 0..0,
            is_finished: false,
        }
    }

    /// Decodes until there is text or the end.
    fn refill(&mut self) -> io::Result<()> {
        while self.ready.is_empty() && !self.is_finished {
            if self.pending.is_empty() {
                self.pending = 0..self.inner.read(&mut self.raw)?;
            }
            let last = self.pending.is_empty();
            let raw = &self.raw[self.pending.clone()];
            let (result, read, written) =
                self.decoder.decode_to_utf8_without_replacement(raw, &mut self.text, last);
            self.pending.start += read;
            self.ready = 0..written;
            match result {
                DecoderResult::InputEmpty => self.is_finished = last,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => {
                    let encoding = self.decoder.encoding().name();
                    let error = format!("expected text in {encoding}, got other bytes");
                    return Err(io::Error::new(io::ErrorKind::InvalidData, error));
                }
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.refill()?;
        let count = out.len().min(self.ready.len());
        out[..count].copy_from_slice(&self.text[self.ready.start..][..count]);
        self.ready.start += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::list::ListErrorKind;
    use crate::list::tests::read;
    use proptest::prelude::*;

    const LIST: &str = "姓名,备注\n王秀英,\"两行\n字\"\n\n张伟,无\n";

    #[test]
    fn every_encoding_and_delimiter_reads_the_same() {
        let expected = read(LIST.as_bytes()).unwrap();
        assert_eq!(expected.0, ["姓名", "备注"]);
        assert_eq!(expected.1[1], (4, vec!["张伟".to_owned(), "无".to_owned()]));
        let marked = [b"\xef\xbb\xbf", LIST.as_bytes()].concat();
        let (chinese, ..) = GB18030.encode(LIST);
        let utf16: Vec<u8> = "\u{feff}"
            .chars()
            .chain(LIST.chars())
            .collect::<String>()
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let semicolons = LIST.replace(',', ";");
        let tabs = LIST.replace(',', "\t");
        let (returns, old) = (LIST.replace('\n', "\r\n"), LIST.replace('\n', "\r"));
        let ends = [semicolons.as_bytes(), tabs.as_bytes(), returns.as_bytes(), old.as_bytes()];
        for bytes in [&marked[..], &chinese, &utf16].into_iter().chain(ends) {
            assert_eq!(read(bytes).unwrap(), expected);
        }
    }

    #[test]
    fn what_is_no_text_is_refused() {
        let error = read(b"\xe5\xa7\x93,\xff\xff\xff\xff\n").unwrap_err();
        assert_eq!(error.kind, ListErrorKind::Input);
        assert!(error.to_string().contains("CSV UTF-8"), "{error}");
    }

    proptest! {
        #[test]
        fn garbage_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
            let _ = read(&bytes);
        }

        #[test]
        fn what_is_cut_anywhere_is_decoded_alike(text in "[a-z王𠮷·,\n]{0,400}") {
            let (chinese, ..) = GB18030.encode(&text);
            struct Trickle<'a>(&'a [u8]);
            impl Read for Trickle<'_> {
                fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
                    let count = out.len().min(1);
                    self.0.read(&mut out[..count])
                }
            }
            let mut decoded = String::new();
            Decoded::new(Trickle(&chinese), GB18030).read_to_string(&mut decoded).unwrap();
            prop_assert_eq!(decoded, text);
        }
    }
}
