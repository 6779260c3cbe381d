//! Every bound of the protocol, in one place. Beyond a bound: a typed error, the session ends,
//! nothing that is stored is touched.

/// Bytes of one decoded frame.
pub const FRAME_BYTES_MAX: usize = 1 << 20;
/// Bytes of one entry's payload.
pub const PAYLOAD_BYTES_MAX: usize = 256 * 1024;
/// Entries of one run, and so the longest stretch between two signatures.
pub const RUN_ENTRIES_MAX: usize = 256;
/// Payload bytes after which a run is closed. One payload may pass it, so a run holds less than
/// this and one payload.
pub const RUN_BYTES_MAX: usize = 256 * 1024;
/// Entries of one log.
pub const LOG_ENTRIES_MAX: u64 = 1 << 32;
/// Logs that two offices may share.
pub const SHARED_LOGS_MAX: usize = 1 << 16;
/// Logs that are named one by one instead of in buckets.
pub const HEADS_AT_ONCE: usize = 64;
/// Heads in one frame.
pub const HEADS_PER_FRAME: usize = 4_096;
/// Receipts in one frame.
pub const RECEIPTS_PER_FRAME: usize = 2_048;
/// Fetches that may wait for their answer.
pub const FETCHES_MAX: usize = 64;
/// Answers to a peer's questions that may wait to be sent.
pub const ANSWERS_MAX: usize = 8_192;
/// Events that one call of `handle_bytes` may bring about.
pub const EVENTS_MAX: usize = 2 * SHARED_LOGS_MAX;
/// Acknowledgements in one frame.
pub const ACKS_PER_FRAME: usize = 4_096;
/// Certificates in a genesis entry.
pub const CHAIN_CERTIFICATES_MAX: usize = 6;
/// Bytes of one certificate.
pub const CERTIFICATE_BYTES_MAX: usize = 4_096;
/// Weight of the runs (see [`crate::run::Run::weight`]) that are sent and not yet acknowledged,
/// unless the peer asks for less.
pub const WINDOW_BYTES: u64 = 4 << 20;
/// What an entry weighs in the window besides its payload.
pub const ENTRY_OVERHEAD_BYTES: usize = 64;
/// Bytes that one byte of a compressed stream may unpack to, beyond [`RATIO_FREE_BYTES`] and what
/// has been acknowledged.
pub const RATIO_MAX: u64 = 256;
/// Bytes that a stream may unpack to before the ratio counts.
pub const RATIO_FREE_BYTES: u64 = 8 << 20;
/// Bytes of one blob.
pub const BLOB_BYTES_MAX: u64 = 64 << 20;
/// Bytes of one chunk of a blob: what is verified, and resumed, as one.
pub const BLOB_CHUNK_BYTES: usize = 64 * 1024;
/// Blobs asked for at one peer and not yet answered.
pub const BLOB_WANTS_MAX: usize = 64;
/// Blobs that a peer asked for and that are not here; it is told when they come.
pub const BLOBS_MISSED_MAX: usize = 64 * BLOB_WANTS_MAX;
/// Bytes of a health report.
pub const BEACON_BYTES_MAX: usize = 2_048;

/// What one run may weigh in the window.
pub const RUN_WEIGHT_MAX: usize =
    RUN_BYTES_MAX + PAYLOAD_BYTES_MAX + ENTRY_OVERHEAD_BYTES * RUN_ENTRIES_MAX;
const _: () = assert!(RUN_WEIGHT_MAX + 1_024 < FRAME_BYTES_MAX);
/// An honest peer never meets the ratio, however well its entries pack.
const _: () =
    assert!(WINDOW_BYTES + 2 * RUN_WEIGHT_MAX as u64 + FRAME_BYTES_MAX as u64 <= RATIO_FREE_BYTES);
const _: () = assert!(HEADS_PER_FRAME * 96 < FRAME_BYTES_MAX);
const _: () = assert!(RECEIPTS_PER_FRAME * 256 < FRAME_BYTES_MAX);
const _: () = assert!(ACKS_PER_FRAME * 48 < FRAME_BYTES_MAX);
const _: () = assert!(BLOB_CHUNK_BYTES + 1_024 < FRAME_BYTES_MAX);
const _: () = assert!(CHAIN_CERTIFICATES_MAX * CERTIFICATE_BYTES_MAX < PAYLOAD_BYTES_MAX);
