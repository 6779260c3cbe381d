//! The replication protocol of daiban: signed logs, frontiers and sessions.
//!
//! Pure: bytes, the time and a [`Source`](session::Source) come in; bytes and
//! [`Event`](session::Event)s go out. The node runs it over QUIC, the simulator over a virtual
//! network, both unchanged. `docs/wire.md` shows the bytes.
//!
//! ```text
//! bytes → wire → frame → session → Event::Run(Run)          what somebody sent
//!                                    Run::verify → VerifiedRun   what may be stored
//! store, flushed → Session::acknowledge, Session::advance → frame → wire → bytes
//! ```
//!
//! # The caller's loop
//! One [`Session`](session::Session) for each connection:
//! - bytes came: `handle_bytes`, then every `poll_event`; a run is verified, stored, and only when
//!   the disk has it acknowledged (`acknowledge`) and offered to all sessions (`advance`);
//! - after anything: `poll_transmit` for both lanes while the connection has room;
//! - an error: act on the events up to it, close the connection, keep the reason.
//!
//! There are no timers here: how long to wait for a greeting, or for anything, is the node's matter.
//!
//! # Where to start reading
//! [`entry`] and [`head`] (what is signed), [`run`] (how it is proved), [`channel`] (who may have
//! it), [`frontier`] (how two nodes compare), then [`session`].
//!
//! # Invariants
//! - Nothing is announced, sent or acknowledged that is not durable: a session sees its node only
//!   through [`Source`](session::Source), which shows what is flushed.
//! - Trust is a type: a [`Run`](run::Run) is what was sent, only [`Run::verify`](run::Run::verify)
//!   makes a [`VerifiedRun`](run::VerifiedRun) of it (or `authored`, for what the node has itself
//!   signed).
//! - Which office may have what is decided in [`channel`] and nowhere else; both ends check it.
//! - Everything that a peer can make us keep, or unpack, has a bound in [`limits`].
//! - Whatever a peer sends ends in an event or in a typed error that names who is to blame.
//!
//! # Absent on purpose
//! Clocks, random numbers, sockets, threads, a store, and hash maps (their order would escape).
//! What an entry means: whether an act is allowed is decided in the domain, not here. Certificates:
//! an [`Authenticator`](run::Authenticator) says which office a chain names. Deletion: nothing is
//! removed because a peer says so.
#![forbid(unsafe_code)]

pub mod admission;
pub mod blob;
pub mod channel;
pub mod entry;
pub mod error;
pub mod frame;
pub mod frontier;
mod hash;
pub mod head;
pub mod id;
pub mod limits;
pub mod mutants;
pub mod run;
pub mod session;
pub mod wire;
