//! An item made for a legal case, and the acts that its events tell of.

use std::sync::LazyLock;

use daiban_domain::act::{
    Act, ActId, ActKind, BlobRef, CaseId, OfficerRef, Opinion, Outcome, Pin, SignedAct,
};
use daiban_domain::authority::Authority;
use daiban_domain::calendar::{Calendar, Date};
use daiban_domain::catalog::{
    Action, Catalog, Extension, Item, Limit, MaterialNeed, MaterialRule, Stage, Unit,
};
use daiban_domain::clock::Clock;
use daiban_domain::fold::{self, CaseState, Law};
use daiban_domain::form::Form;
use daiban_domain::receipt_number::ReceiptNumber;
use daiban_domain::{payload, shipped};
use daiban_sync::id::Tier::{self, County, Town, Village};
use daiban_sync::id::{BlobId, Hlc, NodeKey, OfficeCode};
use serde::Deserialize;

const VILLAGE: &str = "330382001001";
const DAY_MS: u64 = 86_400_000;
/// Nine in the morning in China, after midnight in Greenwich.
const MORNING_MS: u64 = 3_600_000;

/// What a case says of its item; see the head of the table.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Setup {
    pub(crate) promised: String,
    pub(crate) statutory: String,
    pub(crate) extension: String,
    pub(crate) part: String,
    pub(crate) publicity: Option<String>,
    pub(crate) early_publicity: Option<String>,
    pub(crate) refer: Option<String>,
    pub(crate) appraisal: Option<String>,
    pub(crate) declared: Vec<String>,
    pub(crate) task_type: Option<String>,
    /// A material that may be supplemented within so many working days.
    pub(crate) tolerated: Option<u16>,
    pub(crate) parallel: bool,
    pub(crate) pauses_others: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            promised: "10工作日".into(),
            statutory: "20工作日".into(),
            extension: "10工作日".into(),
            part: "5工作日".into(),
            publicity: None,
            early_publicity: None,
            refer: None,
            appraisal: None,
            declared: Vec::new(),
            task_type: None,
            tolerated: None,
            parallel: false,
            pauses_others: false,
        }
    }
}

/// `10工作日`, `3自然日`, `1月`, `当场`.
pub(crate) fn limit(text: &str) -> Limit {
    let units =
        [("工作日", Unit::WorkingDays), ("自然日", Unit::NaturalDays), ("月", Unit::Months)];
    let found = units.iter().find_map(|(word, unit)| {
        Some(Limit { value: text.strip_suffix(word)?.parse().ok()?, unit: *unit })
    });
    found.unwrap_or_else(|| {
        assert_eq!(text, "当场", "a limit");
        Limit { value: 0, unit: Unit::OnTheSpot }
    })
}

/// A licence that village, town and county handle.
pub(crate) fn item(setup: &Setup) -> Item {
    let shipped = shipped::catalog().latest("JB-04").unwrap().clone();
    let plain = Stage { counts: true, optional: false, ..shipped.stages[0].clone() };
    let stage = |seq, action, organ: &str, tier, part: &str| Stage {
        seq,
        action,
        organ: organ.parse().unwrap(),
        tier,
        limit: limit(part),
        ..plain.clone()
    };
    let off = |stage: Stage| Stage { counts: false, ..stage };
    let mut stages = vec![stage(1, Action::Collect, "CW", Village, "当场")];
    let early = setup.early_publicity.as_ref();
    stages.extend(early.map(|part| off(stage(2, Action::Publicity, "CW", Village, part))));
    stages.push(stage(3, Action::Accept, "ZJ", Town, "5工作日"));
    let refer = setup.refer.as_ref();
    stages.extend(refer.map(|part| off(stage(4, Action::Refer, "FG", County, part))));
    let review = stage(5, Action::Review, "MZ", County, &setup.part);
    stages.push(Stage { pauses_others: setup.pauses_others, ..review });
    stages.extend(setup.parallel.then(|| stage(5, Action::Review, "CL", County, &setup.part)));
    let appraisal = setup.appraisal.as_ref();
    stages.extend(appraisal.map(|part| off(stage(6, Action::Appraise, "YY", County, part))));
    let late = setup.publicity.as_ref();
    stages.extend(late.map(|part| off(stage(7, Action::Publicity, "ZZF", Town, part))));
    stages.push(stage(8, Action::Decide, "FG", County, "10工作日"));
    let procedures = ["听证", "检验", "检测", "检疫", "鉴定", "专家评审", "现场踏勘"];
    let declared = setup.declared.iter().cloned();
    let poa = shipped.material("POA").unwrap();
    let materials = setup.tolerated.map(|within_days| MaterialRule {
        need: MaterialNeed::Tolerated { within_days, only_if: None },
        ..poa.clone()
    });
    Item {
        stages,
        materials: materials.into_iter().collect(),
        promised: limit(&setup.promised),
        statutory: limit(&setup.statutory),
        extension: Some(Extension { limit: limit(&setup.extension), basis: String::new() }),
        special_procedures: procedures.map(str::to_owned).into_iter().chain(declared).collect(),
        task_type: setup.task_type.clone().unwrap_or_else(|| shipped.task_type.clone()),
        ..shipped
    }
}

/// A case: an item and what was signed.
pub(crate) struct Told {
    pub(crate) item: Item,
    pub(crate) acts: Vec<SignedAct>,
    pub(crate) calendar: Calendar,
}

impl Told {
    pub(crate) fn new(setup: &Setup, events: &[String], calendar: Calendar) -> Self {
        let mut told = Self { item: item(setup), acts: Vec::new(), calendar };
        told.open(events.first().expect("something happens"));
        events.iter().for_each(|event| told.happens(event));
        told
    }

    fn law(&self) -> (Law<'_>, Form) {
        static NOBODY: LazyLock<Authority> = LazyLock::new(Authority::default);
        static NOTHING_ELSE: LazyLock<Catalog> = LazyLock::new(Catalog::default);
        let Self { item, calendar, .. } = self;
        (Law { item, catalog: &NOTHING_ELSE, calendar, authority: &NOBODY }, Form::default())
    }

    pub(crate) fn state(&self) -> CaseState {
        let (law, form) = self.law();
        fold::fold(law, village().into(), &form, &self.acts)
    }

    pub(crate) fn clocks(&self) -> Vec<Clock> {
        let (law, form) = self.law();
        fold::clocks(law, village().into(), &form, &self.acts)
    }

    fn open(&mut self, first: &str) {
        let village = village();
        let day: Date = first[..10].parse().unwrap();
        let receipt = ReceiptNumber::make(village, day, 1, 2).unwrap();
        let (item, version) = (self.item.code.clone(), self.item.version);
        let opened = ActKind::Opened { item, version, receipt, origin: village };
        self.sign(morning(day) - 60_000, Village, "", opened);
    }

    /// `2026-03-03 挂起 听证 5`, with a time of day after the date if it matters.
    fn happens(&mut self, event: &str) {
        let mut words = event.split(' ');
        let day: Date = words.next().unwrap().parse().unwrap();
        let order = 1_000 * u64::try_from(self.acts.len()).unwrap();
        let mut verb = words.next().unwrap();
        let mut at = morning(day) + order;
        if let Some((hours, minutes)) = verb.split_once(':') {
            let minutes = hours.parse::<u64>().unwrap() * 60 + minutes.parse::<u64>().unwrap();
            at = morning(day) - 9 * 3_600_000 + minutes * 60_000 + order;
            verb = words.next().unwrap();
        }
        if verb == "收件受理" {
            self.sign(at, Village, "", ActKind::Submitted);
            return self.sign(at + 500, Town, "ZJ", ActKind::Accepted);
        }
        if verb == "答复" {
            let complaint = self.state().redress.first_open_complaint().unwrap().act;
            let answer = ActKind::ComplaintAnswered { complaint, answer: "已核实".into() };
            return self.sign(at, County, "FG", answer);
        }
        if verb == "答疑" {
            let question = self.state().redress.first_open_question().unwrap().act;
            let answer = ActKind::QuestionAnswered { question, answer: "尚缺公示".into() };
            return self.sign(at, County, "FG", answer);
        }
        let (tier, organ, kind) = act_of(verb, &mut words);
        let early = self.acts.iter().all(|act| act.act.kind != ActKind::Accepted);
        match &kind {
            ActKind::Publicised { .. } if early => self.sign(at, Village, "CW", kind),
            _ => self.sign(at, tier, organ, kind),
        }
    }

    /// The lead organ states something in the morning of a day.
    pub(crate) fn record(&mut self, day: &str, kind: ActKind) {
        self.sign(morning(day.parse().unwrap()), County, "FG", kind);
    }

    fn sign(&mut self, at_ms: u64, tier: Tier, organ: &str, kind: ActKind) {
        let office = VILLAGE.parse::<OfficeCode>().unwrap().at_tier(tier).unwrap();
        let nonce = u64::try_from(self.acts.len()).unwrap().to_be_bytes();
        let organ = (!organ.is_empty()).then(|| organ.parse().unwrap());
        let officer = OfficerRef { name: "王办事".into(), id: "wang".into() };
        let act = Act { officer, organ, nonce, kind };
        let author = NodeKey(*blake3::hash(office.to_string().as_bytes()).as_bytes());
        let id = ActId::of(author, &payload::act(CaseId([7; 16]), &act));
        self.acts.push(SignedAct { id, author, office, at: Hlc(at_ms << 16), act });
    }
}

fn morning(day: Date) -> u64 {
    let epoch: Date = "1970-01-01".parse().unwrap();
    u64::try_from(day.since(epoch)).unwrap() * DAY_MS + MORNING_MS
}

fn act_of<'w>(
    verb: &str,
    words: &mut impl Iterator<Item = &'w str>,
) -> (Tier, &'static str, ActKind) {
    let asks = || ActKind::CorrectionRequested { items: vec!["身份证".into()] };
    match verb {
        "收件" => (Village, "", ActKind::Submitted),
        "受理" => (Town, "ZJ", ActKind::Accepted),
        "不予受理" => (Town, "ZJ", ActKind::Refused { reasons: vec!["不属于本机关".into()] }),
        "要求补正" => (Town, "ZJ", asks()),
        "审核要求补正" => (County, "MZ", asks()),
        "补正" => (Village, "", ActKind::Corrected { note: String::new() }),
        "挂起" => {
            let procedure = words.next().unwrap().to_owned();
            let declared_days = words.next().unwrap().parse().unwrap();
            (County, "MZ", ActKind::Paused { procedure, declared_days })
        }
        "恢复" => (County, "MZ", ActKind::Resumed),
        "延期" => (County, "FG", ActKind::Extended { reason: "情况复杂".into() }),
        "审核" => (County, "MZ", ActKind::Reviewed { opinion: Opinion::Agree }),
        "鉴定完" => (County, "YY", ActKind::Reviewed { opinion: Opinion::Agree }),
        "抄告" => {
            let organs = ["MZ", "CL", "YY"].map(|organ| organ.parse().unwrap()).to_vec();
            (County, "FG", ActKind::Referred { organs })
        }
        "公示完" => (Town, "ZZF", ActKind::Publicised { days: 7, objections: vec![] }),
        "决定" => {
            let decided = ActKind::Decided { outcome: Outcome::Granted, pinned: Pin::default() };
            (County, "FG", decided)
        }
        "补交" => {
            let name = "poa.jpg".to_owned();
            let blob = BlobRef { id: BlobId([1; 32]), size: 9, media: "image/jpeg".into(), name };
            (Village, "", ActKind::MaterialAttached { key: "POA".into(), blob })
        }
        "差评" => (Village, "", ActKind::Rated { stars: 1, comment: String::new() }),
        "整改" => (County, "FG", ActKind::Rectified { measures: "已改进".into() }),
        "咨询" => (Village, "", ActKind::Asked { text: "何时办好".into() }),
        "投诉" => (Village, "", ActKind::Complained { text: "太慢".into() }),
        "撤回" => (Village, "", ActKind::Withdrawn { reason: "不办了".into() }),
        other => panic!("nothing is known of {other}"),
    }
}

fn village() -> OfficeCode {
    VILLAGE.parse().unwrap()
}
