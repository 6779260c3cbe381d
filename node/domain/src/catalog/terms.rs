//! On what terms an item is handled: extension, fee, agents, delivery, season.

use serde::{Deserialize, Serialize};

use super::stage::Limit;
use crate::words::{self, Said};

/// 延期
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    pub limit: Limit,
    pub basis: String,
}

/// 收费
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fee {
    pub charge: bool,
    pub amount_cent: Option<i64>,
    pub payee: String,
    pub basis: String,
}

/// 代办
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Proxy {
    pub allowed: bool,
    pub needs_poa: bool,
    pub home_visit: bool,
}

/// How the result reaches the applicant 送达.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// 代办点领取
    VillagePickup,
    /// 镇中心领取
    TownPickup,
    /// 县中心领取
    CountyPickup,
    /// 代办员送达
    AgentHome,
    /// 邮政快递
    Ems,
    /// 电子证照
    ELicence,
    /// 短信告知
    SmsOnly,
    /// 一卡通发放
    BankCard,
}

impl Delivery {
    /// 中文 and English word.
    pub fn words(self) -> Said {
        match self {
            Self::VillagePickup => words::delivery_village_pickup(),
            Self::TownPickup => words::delivery_town_pickup(),
            Self::CountyPickup => words::delivery_county_pickup(),
            Self::AgentHome => words::delivery_agent_home(),
            Self::Ems => words::delivery_ems(),
            Self::ELicence => words::delivery_e_licence(),
            Self::SmsOnly => words::delivery_sms_only(),
            Self::BankCard => words::delivery_bank_card(),
        }
    }
}

/// When many are handed in together 集中办理: both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchWindow {
    /// Months of each year.
    Months(u8, u8),
    /// Days of each month.
    Days(u8, u8),
}

/// 特别程序, whose days do not count (行政许可法 第四十五条).
pub const PROCEDURES: &[&str] = &[
    "听证",
    "招标",
    "拍卖",
    "检验",
    "检测",
    "检疫",
    "鉴定",
    "专家评审",
    "公示",
    "现场踏勘",
    "协查",
];
