//! Helpers of the tests with real processes.
