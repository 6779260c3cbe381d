//! How the allocator treats memory.

use std::ffi::c_long;

use libmimalloc_sys::{mi_option_set, mi_option_t};

/// `mi_option_purge_delay` of mimalloc.h: after how many milliseconds freed pages go back to the
/// system; below zero never.
const PURGE_DELAY: mi_option_t = 15;
const NEVER: c_long = -1;

/// Keeps freed pages until the program ends. A virtual city frees and takes the same memory all the
/// time: to give it back and get it again, cleared, would cost a tenth of its run.
#[allow(unsafe_code, reason = "a known option gets a valid value; mimalloc takes it at any time")]
pub(crate) fn keep() {
    unsafe { mi_option_set(PURGE_DELAY, NEVER) }
}
