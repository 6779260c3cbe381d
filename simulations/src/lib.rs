//! Virtual world.
