//! A running office.

pub mod bundle;
pub mod identity;
pub mod settings;
pub mod telemetry;
pub mod transport;

pub mod replica;
pub mod shell;
pub mod store;
