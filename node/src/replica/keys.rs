//! The keys of the views. Values are sealed, keys are not: no citizen's data stands in a key.
//!
//! | key | value |
//! |---|---|
//! | `c` case id | the case: its channel and [`daiban_domain::case::Case`], sealed by the case |
//! | `s` case id | what work lists show, JSON, sealed by the case |
//! | `n` receipt number | case id |
//! | `d` request, case id | empty: the case asks for this, see [`super::listed`] |
//! | `l` holder, case id | empty: the case has verified something of them, see [`super::licences`] |
//! | `b` blob id, channel | empty: a case of this channel refers to the blob |
//! | `w` blob id | the channel in which to ask for a blob that is not here |
//! | `q` log, sequence | why this entry has no effect |
//! | `t` log, sequence | a notice in force |
//! | `r` | the case from which on work lists are still to be reckoned by a new law |
//! | `v` | the shape of what work lists show |
//! | `x` case number, case id | empty: an act gave the case this number |
//! | `p` case id | empty: its number is owed, or is to be compared with others |
//! | `k` date | the last serial number given out on that day |
//! | `o` office, trouble | an alarm that has not ended, see [`super::watch`] |
//! | `h` office, moment, trouble, what | an event of an alarm |
//! | `y` office | its last health report; may be lost |
//! | `e` log | the entries of a log that count, if not all do |
//! | `g` | the office above that has revoked this node |

use daiban_domain::act::CaseId;
use daiban_domain::calendar::Date;
use daiban_domain::case_number::{CaseNumber, ItemCode};
use daiban_domain::receipt_number::ReceiptNumber;
use daiban_domain::request::RequestId;
use daiban_sync::channel::Channel;
use daiban_sync::id::{BlobId, LogId, OfficeCode};

use super::watch::{Happened, Trouble, WatchEvent};

pub(super) const CASES: &[u8] = b"c";
pub(super) const SUMMARIES: &[u8] = b"s";
pub(super) const WANTED: &[u8] = b"w";
pub(super) const QUARANTINE: &[u8] = b"q";

pub(super) fn case(id: CaseId) -> Vec<u8> {
    [CASES, &id.0].concat()
}

pub(super) fn summary(id: CaseId) -> Vec<u8> {
    [SUMMARIES, &id.0].concat()
}

pub(super) fn receipt(number: &ReceiptNumber) -> Vec<u8> {
    [RECEIPTS, number.as_str().as_bytes()].concat()
}

pub(super) fn requests(request: RequestId) -> Vec<u8> {
    [b"d".as_slice(), &request.0].concat()
}

pub(super) fn request(request: RequestId, id: CaseId) -> Vec<u8> {
    [requests(request).as_slice(), &id.0].concat()
}

/// The case in a key of [`request`].
pub(super) fn requesting_case(key: &[u8]) -> Option<CaseId> {
    key.get(1 + 16..)?.try_into().ok().map(CaseId)
}

/// `holder`: blinded.
pub(super) fn licences(holder: [u8; 16]) -> Vec<u8> {
    [b"l".as_slice(), &holder].concat()
}

pub(super) fn licence(holder: [u8; 16], id: CaseId) -> Vec<u8> {
    [licences(holder).as_slice(), &id.0].concat()
}

/// The case in a key of [`licence`].
pub(super) fn licensing_case(key: &[u8]) -> Option<CaseId> {
    requesting_case(key)
}

pub(super) fn blob_references(blob: BlobId) -> Vec<u8> {
    [b"b".as_slice(), &blob.0].concat()
}

pub(super) fn blob_reference(blob: BlobId, channel: &Channel) -> Vec<u8> {
    postcard::to_extend(channel, blob_references(blob))
        .expect("a channel has no part that postcard cannot encode")
}

/// The channel in a key of [`blob_reference`].
pub(super) fn referring_channel(key: &[u8]) -> Option<Channel> {
    postcard::from_bytes(key.get(1 + 32..)?).ok()
}

pub(super) fn wanted(blob: BlobId) -> Vec<u8> {
    [WANTED, &blob.0].concat()
}

/// The blob in a key of [`wanted`].
pub(super) fn wanted_blob(key: &[u8]) -> Option<BlobId> {
    key.get(1..)?.try_into().ok().map(BlobId)
}

pub(super) fn quarantined(log: LogId, seq: u64) -> Vec<u8> {
    [QUARANTINE, &log.0, &seq.to_be_bytes()].concat()
}

/// What begins the keys of all entries of the log of such a key.
pub(super) fn of_log(key: &[u8]) -> &[u8] {
    &key[..key.len() - size_of::<u64>()]
}

pub(super) const TO_RECKON: &[u8] = b"r";
pub(super) const LISTED_AS: &[u8] = b"v";
pub(super) const NOTICES: &[u8] = b"t";
pub(super) const SERIALS: &[u8] = b"k";
pub(super) const RECEIPTS: &[u8] = b"n";

pub(super) const UNNUMBERED: &[u8] = b"p";
const NUMBERS: &[u8] = b"x";

/// Every number of an item and day.
pub(super) fn numbers(item: ItemCode, day: Date) -> Vec<u8> {
    let (year, month, of_month) = day.ymd();
    [NUMBERS, format!("{item}{year:04}{month:02}{of_month:02}").as_bytes()].concat()
}

pub(super) fn number(number: &CaseNumber) -> Vec<u8> {
    [NUMBERS, number.as_str().as_bytes()].concat()
}

pub(super) fn numbered_by(id: CaseId, of: &CaseNumber) -> Vec<u8> {
    [number(of).as_slice(), &id.0].concat()
}

/// The number and the case in a key of [`numbered_by`].
pub(super) fn numbered(key: &[u8]) -> Option<(CaseNumber, CaseId)> {
    let (number, id) = key.get(1..)?.split_at_checked(CaseNumber::LEN)?;
    let number = std::str::from_utf8(number).ok()?.parse().ok()?;
    Some((number, CaseId(id.try_into().ok()?)))
}

pub(super) fn unnumbered(id: CaseId) -> Vec<u8> {
    [UNNUMBERED, &id.0].concat()
}

pub(super) fn notice(log: LogId, seq: u64) -> Vec<u8> {
    [NOTICES, &log.0, &seq.to_be_bytes()].concat()
}

/// The log and the number in a key of [`notice`].
pub(super) fn notice_place(key: &[u8]) -> Option<(LogId, u64)> {
    let (log, seq) = key.get(1..)?.split_first_chunk()?;
    Some((LogId(*log), u64::from_be_bytes(seq.try_into().ok()?)))
}

pub(super) fn serial(day: Date) -> Vec<u8> {
    let (year, month, of_month) = day.ymd();
    [SERIALS, format!("{year:04}{month:02}{of_month:02}").as_bytes()].concat()
}

/// The day in a key of [`serial`].
pub(super) fn serial_day(key: &[u8]) -> Option<Date> {
    let text = std::str::from_utf8(key.get(1..)?).ok()?;
    let year = text.get(..4)?.parse().ok()?;
    Date::from_ymd(year, text.get(4..6)?.parse().ok()?, text.get(6..8)?.parse().ok()?)
}

pub(super) const REVOKED_BY: &[u8] = b"g";

pub(super) const SHOWN_UNTIL: &[u8] = b"e";

pub(super) fn shown_until(log: LogId) -> Vec<u8> {
    [SHOWN_UNTIL, &log.0].concat()
}

/// The log in a key of [`shown_until`].
pub(super) fn log_shown(key: &[u8]) -> Option<LogId> {
    key.get(1..)?.try_into().ok().map(LogId)
}

pub(super) const OPEN_ALARMS: &[u8] = b"o";
pub(super) const HEARD: &[u8] = b"y";

fn of_office(tree: &[u8], office: OfficeCode) -> Vec<u8> {
    [tree, &u64::from(office).to_be_bytes()].concat()
}

fn office_in(key: &[u8]) -> Option<OfficeCode> {
    let code = key.get(1..9)?.try_into().ok()?;
    OfficeCode::new(u64::from_be_bytes(code)).ok()
}

pub(super) fn open_alarm((office, trouble): (OfficeCode, Trouble)) -> Vec<u8> {
    [of_office(OPEN_ALARMS, office).as_slice(), trouble.key().as_bytes()].concat()
}

/// The office and the trouble in a key of [`open_alarm`].
pub(super) fn alarm_of(key: &[u8]) -> Option<(OfficeCode, Trouble)> {
    let trouble = std::str::from_utf8(key.get(9..)?).ok()?;
    Some((office_in(key)?, trouble.parse().ok()?))
}

/// The events of an office, or all.
pub(super) fn alarm_events(office: Option<OfficeCode>) -> Vec<u8> {
    office.map_or_else(|| b"h".to_vec(), |office| of_office(b"h", office))
}

pub(super) fn alarm_event(event: &WatchEvent) -> Vec<u8> {
    let what = match event.what {
        Happened::Raised => 0,
        Happened::Acknowledged(_) => 1,
        Happened::Cleared => 2,
    };
    let (at, trouble) = (event.at.0.to_be_bytes(), event.trouble.key().as_bytes());
    [&alarm_events(Some(event.office)), at.as_slice(), trouble, &[what]].concat()
}

pub(super) fn heard(office: OfficeCode) -> Vec<u8> {
    of_office(HEARD, office)
}

/// The office in a key of [`heard`].
pub(super) fn office_heard(key: &[u8]) -> Option<OfficeCode> {
    office_in(key)
}
