//! The data that ships with the program (`configs/`).

use std::sync::LazyLock;

use crate::calendar::Calendar;
use crate::catalog::Catalog;
use crate::office::OfficeTree;
use crate::organ_codes::OrganCodes;

/// The item files as `(file name, text)`.
pub const CATALOG_FILES: &[(&str, &str)] = &[
    ("_groups.toml", include_str!("../../../configs/catalog/_groups.toml")),
    ("_materials.toml", include_str!("../../../configs/catalog/_materials.toml")),
    ("CL-JS-01.toml", include_str!("../../../configs/catalog/CL-JS-01.toml")),
    ("CL-JS-02.toml", include_str!("../../../configs/catalog/CL-JS-02.toml")),
    ("CL-JS-03.toml", include_str!("../../../configs/catalog/CL-JS-03.toml")),
    ("CL-JS-04.toml", include_str!("../../../configs/catalog/CL-JS-04.toml")),
    ("CL-JS-05.toml", include_str!("../../../configs/catalog/CL-JS-05.toml")),
    ("CL-JS-06.toml", include_str!("../../../configs/catalog/CL-JS-06.toml")),
    ("CL-JS-07.toml", include_str!("../../../configs/catalog/CL-JS-07.toml")),
    ("CL-MZ-01.toml", include_str!("../../../configs/catalog/CL-MZ-01.toml")),
    ("CL-MZ-02.toml", include_str!("../../../configs/catalog/CL-MZ-02.toml")),
    ("CL-MZ-03.toml", include_str!("../../../configs/catalog/CL-MZ-03.toml")),
    ("CL-MZ-04.toml", include_str!("../../../configs/catalog/CL-MZ-04.toml")),
    ("CL-MZ-05.toml", include_str!("../../../configs/catalog/CL-MZ-05.toml")),
    ("CL-MZ-06.toml", include_str!("../../../configs/catalog/CL-MZ-06.toml")),
    ("CL-MZ-07.toml", include_str!("../../../configs/catalog/CL-MZ-07.toml")),
    ("CL-MZ-08.toml", include_str!("../../../configs/catalog/CL-MZ-08.toml")),
    ("CL-MZ-09.toml", include_str!("../../../configs/catalog/CL-MZ-09.toml")),
    ("CL-MZ-10.toml", include_str!("../../../configs/catalog/CL-MZ-10.toml")),
    ("CL-MZ-11.toml", include_str!("../../../configs/catalog/CL-MZ-11.toml")),
    ("CL-SB-01.toml", include_str!("../../../configs/catalog/CL-SB-01.toml")),
    ("CL-SB-02.toml", include_str!("../../../configs/catalog/CL-SB-02.toml")),
    ("CL-SB-03.toml", include_str!("../../../configs/catalog/CL-SB-03.toml")),
    ("CL-SB-04.toml", include_str!("../../../configs/catalog/CL-SB-04.toml")),
    ("CL-SB-05.toml", include_str!("../../../configs/catalog/CL-SB-05.toml")),
    ("CL-SB-06.toml", include_str!("../../../configs/catalog/CL-SB-06.toml")),
    ("CL-SB-07.toml", include_str!("../../../configs/catalog/CL-SB-07.toml")),
    ("CL-SB-08.toml", include_str!("../../../configs/catalog/CL-SB-08.toml")),
    ("CL-SB-09.toml", include_str!("../../../configs/catalog/CL-SB-09.toml")),
    ("CL-SB-10.toml", include_str!("../../../configs/catalog/CL-SB-10.toml")),
    ("JB-01.toml", include_str!("../../../configs/catalog/JB-01.toml")),
    ("JB-02.toml", include_str!("../../../configs/catalog/JB-02.toml")),
    ("JB-03.toml", include_str!("../../../configs/catalog/JB-03.toml")),
    ("JB-04.toml", include_str!("../../../configs/catalog/JB-04.toml")),
    ("JB-05.toml", include_str!("../../../configs/catalog/JB-05.toml")),
    ("JB-06.toml", include_str!("../../../configs/catalog/JB-06.toml")),
    ("JB-07.toml", include_str!("../../../configs/catalog/JB-07.toml")),
    ("JB-08.toml", include_str!("../../../configs/catalog/JB-08.toml")),
    ("JB-09.toml", include_str!("../../../configs/catalog/JB-09.toml")),
    ("JB-10.toml", include_str!("../../../configs/catalog/JB-10.toml")),
    ("JB-11.toml", include_str!("../../../configs/catalog/JB-11.toml")),
    ("JB-12.toml", include_str!("../../../configs/catalog/JB-12.toml")),
    ("XC-01.toml", include_str!("../../../configs/catalog/XC-01.toml")),
];

/// 乐清 and 亳州 with their towns and villages.
pub fn offices() -> OfficeTree {
    static SHIPPED: LazyLock<OfficeTree> = LazyLock::new(|| {
        let parse = |csv| OfficeTree::parse(csv).expect("a test reads the shipped trees");
        parse(include_str!("../../../configs/offices/yueqing.csv"))
            .with(parse(include_str!("../../../configs/offices/bozhou.csv")))
    });
    SHIPPED.clone()
}

/// Invented codes of the organs that carry the shipped items out.
pub fn organ_codes() -> OrganCodes {
    static SHIPPED: LazyLock<OrganCodes> = LazyLock::new(|| {
        OrganCodes::parse(include_str!("../../../configs/organs/codes.csv"))
            .expect("a test reads the shipped codes")
    });
    SHIPPED.clone()
}

/// The shipped items.
pub fn catalog() -> Catalog {
    static SHIPPED: LazyLock<Catalog> =
        LazyLock::new(|| Catalog::parse(CATALOG_FILES).expect("a test reads the shipped catalog"));
    SHIPPED.clone()
}

/// Working days of 2024–2026.
pub fn calendar() -> Calendar {
    static SHIPPED: LazyLock<Calendar> = LazyLock::new(|| {
        Calendar::parse(include_str!("../../../configs/calendar/holidays.csv"))
            .expect("a test reads the shipped calendar")
    });
    SHIPPED.clone()
}
