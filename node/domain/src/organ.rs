//! Organs 部门: departments at an office. A decision belongs to an organ, not to a person.

use std::fmt;
use std::str::FromStr;

use daiban_sync::id::{OfficeCode, Tier};
use serde::{Deserialize, Serialize};

/// The short code of a department, such as `MZ` for 民政局.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OrganCode([u8; 3]);

/// Not an organ code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "organ: expected two or three capital letters such as MZ, got {found:?}; `daiban office organs` lists them"
)]
pub struct OrganError {
    pub found: String,
}

impl OrganCode {
    /// 村(居)民委员会、代办点, which collects.
    pub const VILLAGE: Self = Self(*b"CW ");
    /// 乡镇便民服务中心, the counter of a town.
    pub const TOWN_CENTRE: Self = Self(*b"ZJ ");
    /// 政务服务中心, the counter of a county.
    pub const COUNTY_CENTRE: Self = Self(*b"ZW ");

    /// The counter of an office.
    pub fn counter_of(office: OfficeCode) -> Self {
        match office.tier() {
            Tier::Village => Self::VILLAGE,
            Tier::Town => Self::TOWN_CENTRE,
            Tier::County | Tier::City => Self::COUNTY_CENTRE,
        }
    }

    /// Whether somebody of this organ, or of none, sits at an office's counter.
    pub fn is_counter(organ: Option<Self>) -> bool {
        let counters = [Self::VILLAGE, Self::TOWN_CENTRE, Self::COUNTY_CENTRE];
        organ.is_none_or(|organ| counters.contains(&organ))
    }

    /// The organ that does this one's business at another office: counters have one name at each tier.
    pub(crate) fn at(self, office: OfficeCode) -> Self {
        if Self::is_counter(Some(self)) { Self::counter_of(office) } else { self }
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("only ASCII capitals and spaces get in").trim_end()
    }

    /// The department's name, or the code itself when it is not on the shipped list.
    pub fn name(&self) -> &str {
        NAMES
            .iter()
            .find(|(code, _)| *code == self.as_str())
            .map_or(self.as_str(), |(_, name)| name)
    }

    /// Whether the code is on the shipped list.
    pub fn is_known(&self) -> bool {
        NAMES.iter().any(|(code, _)| *code == self.as_str())
    }
}

/// The shipped departments.
pub const NAMES: &[(&str, &str)] = &[
    ("CW", "村(居)民委员会/代办点"),
    ("ZJ", "乡镇便民服务中心"),
    ("ZW", "县(市、区)政务服务中心"),
    ("ZZF", "乡镇人民政府(街道办事处)"),
    ("WJ", "卫生健康局(原卫计局)"),
    ("MZ", "民政局"),
    ("CL", "残疾人联合会"),
    ("TY", "退役军人事务局(原民政优抚科)"),
    ("RS", "人力资源和社会保障局(社保经办)"),
    ("YB", "医疗保障局"),
    ("GA", "公安局(派出所)"),
    ("ZR", "自然资源和规划局(原国土)"),
    ("BDC", "不动产登记服务中心"),
    ("ZJJ", "住房和城乡建设局(原房管/住建)"),
    ("SW", "税务局(原地税)"),
    ("SJ", "市场监督管理局"),
    ("FG", "发展和改革局"),
    ("HJ", "生态环境局(原环保)"),
    ("NY", "农业农村局(原农林)"),
    ("SL", "水利局"),
    ("JT", "交通运输局"),
    ("RF", "人民防空办公室"),
    ("XF", "消防(住建消防验收)"),
    ("DA", "档案馆"),
    ("YC", "烟草专卖局"),
    ("GJJ", "住房公积金中心"),
    ("YX", "移风易俗/殡葬管理"),
    ("DL", "供电公司"),
    ("CZ", "财政局"),
    ("YY", "定点医疗机构/专家组"),
    ("PO", "邮政速递"),
];

impl FromStr for OrganCode {
    type Err = OrganError;
    fn from_str(text: &str) -> Result<Self, OrganError> {
        let letters = text.as_bytes();
        if !(2..=3).contains(&letters.len()) || !letters.iter().all(u8::is_ascii_uppercase) {
            return Err(OrganError { found: text.chars().take(20).collect() });
        }
        let mut code = *b"   ";
        code[..letters.len()].copy_from_slice(letters);
        Ok(Self(code))
    }
}

impl TryFrom<String> for OrganCode {
    type Error = OrganError;
    fn try_from(text: String) -> Result<Self, OrganError> {
        text.parse()
    }
}

impl From<OrganCode> for String {
    fn from(organ: OrganCode) -> Self {
        organ.as_str().to_owned()
    }
}

impl fmt::Display for OrganCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for OrganCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_code_parses_and_has_its_name() {
        for (code, name) in NAMES {
            assert_eq!(code.parse::<OrganCode>().unwrap().name(), *name);
        }
        for bad in ["", "M", "mz", "MZZZ", "民政"] {
            assert!(bad.parse::<OrganCode>().is_err(), "{bad}");
        }
        assert_eq!(OrganCode::VILLAGE.as_str(), "CW");
    }
}
