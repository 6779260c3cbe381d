//! Damage to real files: named, repaired from a neighbour, never silent.
#![allow(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    reason = "a test panics on what it does not expect"
)]

mod backups;
mod database;
mod journal;
mod keys;
mod place;
#[path = "../store_support/mod.rs"]
mod store_support;
