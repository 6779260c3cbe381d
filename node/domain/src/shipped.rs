//! The data that ships with the program (`configs/`).

use crate::calendar::Calendar;
use crate::catalog::Catalog;
use crate::office::OfficeTree;

/// The item files as `(file name, text)`.
pub const CATALOG_FILES: &[(&str, &str)] = &[
    ("_groups.toml", include_str!("../../../configs/catalog/_groups.toml")),
    ("_materials.toml", include_str!("../../../configs/catalog/_materials.toml")),
    ("CL-MZ-05.toml", include_str!("../../../configs/catalog/CL-MZ-05.toml")),
    ("CL-SB-01.toml", include_str!("../../../configs/catalog/CL-SB-01.toml")),
    ("CL-SB-10.toml", include_str!("../../../configs/catalog/CL-SB-10.toml")),
    ("JB-04.toml", include_str!("../../../configs/catalog/JB-04.toml")),
    ("JB-08.toml", include_str!("../../../configs/catalog/JB-08.toml")),
];

/// 乐清 and 亳州 with their towns and villages.
pub fn offices() -> OfficeTree {
    let parse = |csv| OfficeTree::parse(csv).expect("a test reads the shipped trees");
    parse(include_str!("../../../configs/offices/yueqing.csv"))
        .with(parse(include_str!("../../../configs/offices/bozhou.csv")))
}

/// The shipped items.
pub fn catalog() -> Catalog {
    Catalog::parse(CATALOG_FILES).expect("a test reads the shipped catalog")
}

/// Working days of 2024–2026.
pub fn calendar() -> Calendar {
    Calendar::parse(include_str!("../../../configs/calendar/holidays.csv"))
        .expect("a test reads the shipped calendar")
}
