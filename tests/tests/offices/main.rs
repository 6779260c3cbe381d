//! Offices as they are run: processes, QUIC, disks, the command line, and browsers before the pages.
//! One program, because to link each test with all of daiban takes longer than to run it.

#![allow(clippy::unwrap_used, reason = "a test fails where it stands")]

mod api;
mod approves;
mod batches;
mod carries;
mod decides;
mod every_item;
mod helps;
mod imports;
mod journeys;
mod numbers;
mod operates;
mod pages;
mod publishes;
mod recovers;
mod renews;
mod revokes;
mod survives;
mod travels;
mod watches;
