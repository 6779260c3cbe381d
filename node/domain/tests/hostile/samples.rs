//! The samples of the project's hostile collection that attack a form.

/// Name and bytes.
pub(crate) const SAMPLES: [(&str, &[u8]); 4] = [
    ("bomb.chg", include_bytes!("bomb.chg")),
    ("bomb.am", include_bytes!("bomb.am")),
    ("panic-chg.bin", include_bytes!("panic-chg.bin")),
    ("panic-doc.bin", include_bytes!("panic-doc.bin")),
];
