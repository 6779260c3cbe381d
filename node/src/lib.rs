//! A running office.

pub mod identity;
pub mod settings;
pub mod telemetry;
pub mod transport;

pub mod store;
pub mod replica;
pub mod shell;
