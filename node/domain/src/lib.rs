//! Government in daiban: offices, the catalog of items, forms, acts, authority and the fold that
//! turns what was signed into where a case stands.
//!
//! Pure: no clock, no randomness, no I/O; all three come in as arguments, so that the same set of
//! entries gives the same answer on every node. Start reading at [`case`] (what a node stores),
//! then [`desk`] (commands in, drafts out) and [`fold`] (acts in, state out).
#![forbid(unsafe_code)]

pub mod act;
pub mod authority;
pub mod calendar;
pub mod case;
pub mod case_number;
pub mod catalog;
pub mod check;
pub mod clock;
pub mod desk;
pub mod figures;
pub mod fold;
pub mod form;
mod hexed;
pub mod jurisdiction;
pub mod licence;
pub mod notice;
pub mod numbering;
pub mod office;
pub mod organ;
pub mod organ_codes;
pub mod payload;
pub mod receipt_number;
pub mod request;
pub mod sample;
pub mod schema;
pub mod shipped;
pub mod standing;
pub mod words;
