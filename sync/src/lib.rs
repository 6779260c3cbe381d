//! The replication protocol of daiban.
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
pub mod run;
pub mod session;
pub mod wire;
