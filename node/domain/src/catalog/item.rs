//! What an item says.

use daiban_sync::id::{OfficeCode, Tier};
use serde::{Deserialize, Serialize};

use super::field::Field;
use super::material::MaterialRule;
use super::stage::{Action, Limit, Stage, Unit};
use super::terms::{BatchWindow, Delivery, Extension, Fee, Proxy};
use crate::calendar::Date;
use crate::case_number::BasicCode;
use crate::jurisdiction::Jurisdiction;
use crate::organ::OrganCode;

/// To mend what was rated badly, and to answer a complaint, unless the item says otherwise.
/// 国办发〔2019〕51号 wants whoever handled the case to mend it at once or within a limit, and leaves
/// the limit to the places; fifteen working days is what many of them set.
pub const MEND_WITHIN: Limit = Limit { value: 15, unit: Unit::WorkingDays };

/// To answer a question, unless the item says otherwise. 行政许可法 第三十条 第二款 says that it is to be
/// answered and not when; what is answered within a week still helps whoever asked.
pub const ANSWER_WITHIN: Limit = Limit { value: 5, unit: Unit::WorkingDays };

/// A service 事项 at one version.
#[derive(Clone, Debug)]
pub struct Item {
    pub code: String,
    pub version: u32,
    /// 基本编码: without it cases get no legal number.
    pub basic_code: Option<BasicCode>,
    pub name: String,
    /// Pinyin initials, by which agents find it.
    pub initials: String,
    /// The line of business, such as 社会保障.
    pub domain: String,
    /// 行政许可, 行政给付 …, as the national list words it.
    pub task_type: String,
    pub case_type: CaseType,
    /// 自然人 or 法人.
    pub serves: String,
    pub accept_tiers: Vec<Tier>,
    /// Where it is decided, as guides print it; the same as of the deciding stage.
    pub decide_tier: Option<Tier>,
    pub fields: Vec<Field>,
    pub materials: Vec<MaterialRule>,
    /// In the order of `seq`.
    pub stages: Vec<Stage>,
    pub promised: Limit,
    pub statutory: Limit,
    pub promised_basis: String,
    pub statutory_basis: String,
    pub special_procedures: Vec<String>,
    pub extension: Option<Extension>,
    /// 整改 of a bad rating and 投诉答复.
    pub mend_within: Limit,
    /// 咨询答复
    pub answer_within: Limit,
    /// How often the applicant has to come (最多跑一次).
    pub visits: Option<u8>,
    pub delivery: Vec<Delivery>,
    pub fee: Fee,
    pub proxy: Proxy,
    /// Field keys (and `code`) that make two cases the same request.
    pub dedupe_key: Vec<String>,
    pub season: Option<String>,
    pub batch_window: Option<BatchWindow>,
    pub valid_from: Date,
    pub valid_until: Option<Date>,
    /// Leading digits of division codes (six for a county, four and two zeros for a city).
    pub applies_in: Vec<u32>,
    /// 异地: each case names an office on another line, which handles it.
    pub elsewhere: bool,
    pub source: String,
}

/// 即办件, 承诺件, 上报件, 联办件
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseType {
    /// 即办件
    Instant,
    /// 承诺件
    Promised,
    /// 上报件
    Reported,
    /// 联办件
    Joint,
}

impl Item {
    /// The stage whose `Decided` settles the case: 决定, or else the last 审核确认.
    pub fn deciding_stage(&self) -> usize {
        let last_with = |action| self.stages.iter().rposition(|stage| stage.action == action);
        last_with(Action::Decide)
            .or_else(|| last_with(Action::Confirm))
            .expect("the parser refuses an item that nobody decides")
    }

    /// The stage that accepts: 受理, or else the first that does not collect.
    pub fn accepting_stage(&self) -> usize {
        let position = |wanted: fn(&Stage) -> bool| self.stages.iter().position(wanted);
        position(|stage| stage.action == Action::Accept)
            .or_else(|| {
                position(|stage| !matches!(stage.action, Action::Collect | Action::Publicity))
            })
            .expect("the deciding stage is one")
    }

    /// 实施主体: the organ that decides, and its office, whose code a case's number begins with.
    pub fn implementing(&self, of: Jurisdiction) -> (OfficeCode, OrganCode) {
        let stage = &self.stages[self.deciding_stage()];
        let office = stage.office(of);
        let is_counter = OrganCode::is_counter(Some(stage.organ));
        (office, if is_counter { OrganCode::counter_of(office) } else { stage.organ })
    }

    /// Whether the item is offered at this office.
    pub fn is_offered_at(&self, office: OfficeCode) -> bool {
        let (county, tier) = (office.division6(), office.tier());
        let here = self
            .applies_in
            .iter()
            .any(|six| *six == county || (six.is_multiple_of(100) && county / 100 == six / 100));
        here && self.accept_tiers.contains(&tier)
    }

    /// Whether the item is offered anywhere below this county or city.
    pub fn applies_below(&self, area: OfficeCode) -> bool {
        let six = area.division6();
        let is_below =
            |county: u32| county == six || (area.tier() == Tier::City && county / 100 == six / 100);
        self.applies_in.iter().any(|county| {
            is_below(*county) || (county.is_multiple_of(100) && county / 100 == six / 100)
        })
    }

    /// Whether new cases may be opened on this day.
    pub fn is_valid_on(&self, day: Date) -> bool {
        self.valid_from <= day && self.valid_until.is_none_or(|until| day <= until)
    }

    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.key == key)
    }

    pub fn material(&self, key: &str) -> Option<&MaterialRule> {
        self.materials.iter().find(|rule| rule.key == key)
    }
}
