#![no_main]
libfuzzer_sys::fuzz_target!(init: daiban_tests::fuzz::contain_panics(), |bytes: &[u8]| {
    daiban_tests::fuzz::target("run")(bytes);
});
