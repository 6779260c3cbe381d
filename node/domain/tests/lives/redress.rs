//! Not served well: bad ratings, complaints, cards, and what is let wait.

use daiban_domain::act::Handover;
use daiban_domain::clock::{Card, CardFate, Clock, ClockKind, Due, Given};
use daiban_domain::desk::ActRequest;
use daiban_domain::fold::Status;
use daiban_sync::id::Millis;
use daiban_sync::id::Tier::{City, County, Town, Village};

use crate::Life;
use crate::common::{DAY_MS, agree, replayed};

fn said() -> String {
    "情况属实".to_owned()
}

fn rate(stars: u8) -> ActRequest {
    ActRequest::Rate { stars, comment: said() }
}

impl Life {
    fn does(&mut self, tier: daiban_sync::id::Tier, organ: &str, request: ActRequest) {
        let done = self.world.act(&mut self.case, tier, organ, request.clone());
        self.log.extend(done.unwrap_or_else(|no| panic!("{request:?}: {no}")));
        let state = self.world.state(&self.case);
        assert_eq!(self.world.state(&replayed(self.log.iter().rev())), state);
    }

    fn is_refused(
        &mut self,
        tier: daiban_sync::id::Tier,
        organ: &str,
        request: ActRequest,
    ) -> String {
        let refused = self.world.act(&mut self.case, tier, organ, request.clone());
        let refused = refused.err().unwrap_or_else(|| panic!("{request:?} is taken"));
        format!("{} {}", refused.sentence.zh, refused.sentence.en)
    }

    fn clocks(&self) -> Vec<Clock> {
        let world = &self.world;
        self.case.clocks(&world.catalog, &world.calendar, &world.authority).unwrap()
    }

    fn due(&self, is: impl Fn(&ClockKind) -> bool) -> Due {
        self.clocks().iter().find(|clock| is(&clock.kind)).unwrap().due.clone()
    }

    fn cards(&self) -> Vec<Given> {
        let today = daiban_domain::calendar::Date::at(Millis(self.world.now_ms));
        self.clocks().iter().filter_map(|clock| clock.given(today)).collect()
    }

    fn decided() -> Self {
        let mut life = Self::of("CL-SB-01");
        life.accept_and_check("RS");
        life.grant(County, "RS");
        life
    }
}

#[test]
fn a_bad_rating_is_rectified_within_fifteen_working_days_and_rated_once_more() {
    let mut life = Life::decided();
    life.step(Village, "", ActRequest::Deliver { how: Handover::Agent });
    life.step(Village, "", ActRequest::Close);
    life.does(Village, "", rate(2));
    // Monday 2026-03-02 and fifteen working days.
    let due = life.due(|kind| matches!(kind, ClockKind::Rectification { .. }));
    assert_eq!(due, Due::On { date: "2026-03-23".parse().unwrap() });
    assert_eq!(life.world.state(&life.case).deadlines.next_due(), due);
    assert!(life.is_refused(Village, "", rate(5)).contains("整改完成后可再评价一次"));
    let rectify = || ActRequest::Rectify { measures: "已向申请人说明并改进".into() };
    assert!(life.is_refused(Village, "", rectify()).contains("无权"));
    let empty = ActRequest::Rectify { measures: " ".into() };
    assert!(life.is_refused(County, "RS", empty).contains("没有写明内容"));
    life.step(County, "RS", rectify());
    assert!(life.is_refused(County, "RS", rectify()).contains("不能重复"));
    life.does(Village, "", rate(4));
    assert!(life.is_refused(Village, "", rate(5)).contains("不能重复"));
    let state = life.world.state(&life.case);
    assert_eq!((state.status, state.next.len()), (Status::Closed, 0));
    let words: Vec<_> = state.redress.ratings.iter().map(|rating| &*rating.words.zh).collect();
    assert_eq!(words, ["不满意", "满意"]);
    assert_eq!(state.redress.ratings[0].rectified.as_ref().unwrap().text, "已向申请人说明并改进");
}

/// The pages for everybody are those of a county or a city.
#[test]
fn applicants_are_heard_at_their_county_and_their_city_too() {
    let mut life = Life::decided();
    assert!(life.is_refused(Town, "", rate(5)).contains("收件"));
    assert!(life.is_refused(County, "RS", rate(5)).contains("收件"), "no organ rates itself");
    life.does(County, "", rate(5));
    life.does(City, "", ActRequest::Complain { text: said() });
    let redress = life.world.state(&life.case).redress;
    assert_eq!((redress.ratings.len(), redress.complaints.len()), (1, 1));
}

#[test]
fn a_good_rating_asks_for_nothing() {
    let mut life = Life::decided();
    life.does(Village, "", rate(3));
    assert!(life.clocks().iter().all(|c| !matches!(c.kind, ClockKind::Rectification { .. })));
    let rectify = ActRequest::Rectify { measures: said() };
    assert!(life.is_refused(County, "RS", rectify).contains("没有需要整改的差评"));
    assert!(life.is_refused(Village, "", rate(5)).contains("不能重复"));
}

#[test]
fn complaints_are_answered_one_by_one_also_after_the_end() {
    let mut life = Life::of("CL-SB-01");
    let complain = |text: &str| ActRequest::Complain { text: text.into() };
    let answer = || ActRequest::AnswerComplaint { complaint: None, answer: "已核实".into() };
    assert!(life.is_refused(Town, "RS", answer()).contains("没有待答复的投诉"));
    assert!(life.is_refused(Town, "RS", complain("慢")).contains("收件的"));
    life.does(Village, "", complain("久无消息"));
    life.does(Village, "", complain("窗口无人"));
    life.step(Town, "RS", answer());
    life.does(Village, "", ActRequest::Withdraw { reason: said() });
    life.does(Village, "", complain("仍无答复"));
    let texts = |life: &Life| {
        let open = life.world.state(&life.case).redress.complaints;
        open.into_iter().filter(|c| c.answer.is_none()).map(|c| c.said.text).collect::<Vec<_>>()
    };
    assert_eq!(texts(&life), ["窗口无人", "仍无答复"]);
    life.step(Town, "RS", answer());
    assert!(life.is_refused(Town, "SJ", answer()).contains("无权"));
    life.world.now_ms += 30 * DAY_MS;
    // The answer that is still owed is late: the organ that would have accepted has a yellow card.
    let cards = life.cards();
    let late: Vec<_> =
        cards.iter().map(|card| (card.card, card.organ.unwrap().to_string())).collect();
    assert_eq!(late, [(Card::Yellow, "RS".to_owned())]);
    life.does(Town, "RS", answer());
    assert_eq!(life.cards().len(), 1, "a late answer does not take the card back");
}

#[test]
fn a_card_is_appealed_by_its_organ_and_judged_above_it() {
    let mut life = Life::of("CL-SB-01");
    life.accept_and_check("RS");
    let card = ClockKind::Promised;
    let appeal =
        || ActRequest::AppealCard { card: ClockKind::Promised, reason: "系统故障".into() };
    let withdraw =
        || ActRequest::WithdrawCard { card: ClockKind::Promised, reason: "属实".into() };
    assert!(life.is_refused(County, "RS", appeal()).contains("没有亮牌"));
    // Due on Friday 2026-03-13.
    life.world.now_ms += 12 * DAY_MS;
    assert_eq!(life.cards()[0].on.to_string(), "2026-03-14");
    assert!(life.is_refused(Town, "RS", appeal()).contains("无权"));
    let refuse = ActRequest::RefuseAppeal { card: card.clone(), reason: said() };
    assert!(life.is_refused(County, "ZW", refuse).contains("没有对这张牌的申诉"));
    life.does(County, "RS", appeal());
    assert!(life.is_refused(County, "RS", appeal()).contains("不能重复"));
    assert!(life.is_refused(County, "RS", withdraw()).contains("不得自行决定"));
    assert!(life.is_refused(Town, "ZJ", withdraw()).contains("不得自行决定"));
    assert_eq!(life.cards()[0].fate, Some(CardFate::Appealed));
    life.step(County, "ZW", withdraw());
    assert!(life.is_refused(City, "ZW", withdraw()).contains("不能重复"));
    let cards = life.cards();
    assert_eq!((cards[0].fate, cards[0].card), (Some(CardFate::Withdrawn), Card::Yellow));
    let today = daiban_domain::calendar::Date::at(Millis(life.world.now_ms));
    let clocks = life.clocks();
    let promised = clocks.iter().find(|clock| clock.kind == card).unwrap();
    assert_eq!(promised.standing(today, &life.world.calendar, 2).card, Card::None);
}

#[test]
fn an_appeal_has_five_working_days_and_a_card_outlives_the_case() {
    let mut life = Life::of("CL-SB-01");
    life.accept_and_check("RS");
    // The card is of Saturday 2026-03-14; its fifth working day is Friday the 20th.
    life.world.now_ms += 19 * DAY_MS;
    let appeal = ActRequest::AppealCard { card: ClockKind::Promised, reason: said() };
    assert!(life.is_refused(County, "RS", appeal).contains("2026-03-14"));
    life.does(Village, "", ActRequest::Withdraw { reason: said() });
    life.world.now_ms += 100 * DAY_MS;
    let cards = life.cards();
    assert_eq!((cards.len(), cards[0].id.as_str()), (1, "promised"));
    let excused = ActRequest::WithdrawCard { card: ClockKind::Promised, reason: "停电".into() };
    life.does(City, "", excused);
    assert_eq!(life.cards()[0].fate, Some(CardFate::Withdrawn));
}

#[test]
fn only_a_clock_of_the_law_or_a_promise_gives_a_card_to_appeal_against() {
    let mut life = Life::of("CL-SB-01");
    life.world.now_ms += 60 * DAY_MS;
    let stage = ClockKind::Stage { seq: 2, organ: "RS".parse().unwrap() };
    let appeal = ActRequest::AppealCard { card: stage, reason: said() };
    assert!(life.is_refused(Town, "RS", appeal).contains("不亮牌"));
    let cards: Vec<_> = life.cards().iter().map(|card| (card.id.clone(), card.card)).collect();
    assert_eq!(cards, [("acceptance".to_owned(), Card::Red)]);
}

#[test]
fn the_county_and_the_city_note_their_supervision() {
    let mut life = Life::of("CL-SB-01");
    let note = || ActRequest::Supervise { text: "请尽快受理".into() };
    assert!(life.is_refused(Town, "ZJ", note()).contains("督办"));
    assert!(life.is_refused(County, "RS", note()).contains("督办"));
    life.does(County, "ZW", note());
    life.does(City, "", note());
    let state = life.world.state(&life.case);
    assert_eq!((state.redress.supervision.len(), state.status), (2, Status::Received));
}

#[test]
fn a_material_that_was_let_wait_has_its_own_clock() {
    let mut life = Life::of("CL-SB-10");
    let rule = life.world.catalog.latest("CL-SB-10").unwrap().materials.iter();
    let key = rule
        .filter(|rule| matches!(rule.need, daiban_domain::catalog::MaterialNeed::Tolerated { .. }))
        .map(|rule| rule.key.clone())
        .next()
        .unwrap();
    let is = |kind: &ClockKind| matches!(kind, ClockKind::Supplement { .. });
    life.step(Village, "CW", ActRequest::Publicise { days: 7, objections: vec![] });
    assert!(!life.clocks().iter().any(|clock| is(&clock.kind)));
    life.accept_and_check("ZZF");
    // Monday 2026-03-02 and five working days.
    let last = "2026-03-09".parse().unwrap();
    assert_eq!(life.due(is), Due::On { date: last });
    let supplement = life.clocks().into_iter().find(|clock| is(&clock.kind)).unwrap();
    let late = supplement.standing("2026-03-10".parse().unwrap(), &life.world.calendar, 2);
    assert_eq!((late.card, late.over), (Card::Warning, 1));
    assert!(supplement.given("2026-03-10".parse().unwrap()).is_none());
    life.log.extend(life.world.attach(&mut life.case, &key, 7).unwrap());
    let done = "2026-03-02".parse().unwrap();
    assert_eq!(life.due(is), Due::Done { due: last, done, late: false });
}

#[test]
fn a_delivery_by_post_names_its_tracking_number() {
    let mut life = Life::decided();
    for bad in ["", "EA 123", "单号12345678"] {
        let how = Handover::Post { tracking: bad.into() };
        assert!(life.is_refused(Village, "", ActRequest::Deliver { how }).contains("快递单号"));
    }
    let how = Handover::Post { tracking: "EA123456789CN".into() };
    life.step(Village, "", ActRequest::Deliver { how: how.clone() });
    assert_eq!(life.world.state(&life.case).delivered, Some(how));
    assert!(life.is_refused(County, "RS", agree()).contains("没有这个环节"));
}
