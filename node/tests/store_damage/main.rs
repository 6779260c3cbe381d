//! Damage to real files: named, repaired from a neighbour, never silent.
#![allow(clippy::unwrap_used, reason = "a test panics on what it does not expect")]
#![allow(clippy::cast_possible_truncation, reason = "lengths that a test chooses")]

mod backups;
mod database;
mod journal;
mod keys;
mod place;
#[path = "../store_support/mod.rs"]
mod store_support;
