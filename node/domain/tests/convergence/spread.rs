//! Lives of cases over the nodes of a line: each does what its own copy offers, they meet now and
//! then, and strangers sign what is not theirs. In the end everybody has everything.

use std::collections::BTreeSet;

use daiban_domain::act::{Act, ActId, Handover, Opinion, Outcome};
use daiban_domain::calendar::Date;
use daiban_domain::case::Case;
use daiban_domain::clock::{Card, Clock, ClockKind, WARN_BEFORE_DAYS};
use daiban_domain::desk::{ActRequest, By, Draft};
use daiban_domain::fold::{CaseState, NextAct};
use daiban_domain::payload;
use daiban_domain::receipt_number::ReceiptNumber;
use daiban_sync::entry::Kind;
use daiban_sync::id::{Hlc, Millis, OfficeCode, Tier};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::common::{
    DAY_MS, START_MS, World, Written, edition, is_kept, node_of, replayed_from, written,
};
use crate::kinds::kinds;

/// Offices that hold no case of our village.
const STRANGERS: [&str; 4] = ["330382001002", "330382002000", "330381000000", "341600000000"];

#[derive(Clone, Debug)]
enum Happening {
    /// A node does what its copy offers.
    Next {
        node: Index,
        choice: Index,
        way: u8,
    },
    /// A node does what may be done at times.
    Aside {
        node: Index,
        organ: Index,
        way: u8,
    },
    Edit {
        node: Index,
        text: String,
    },
    Attach {
        node: Index,
        content: u8,
    },
    /// One learns what another knows.
    Meet {
        from: Index,
        to: Index,
    },
    /// Everybody learns everything.
    Gather,
    Days(u8),
    /// Somebody off the line signs something.
    Stray {
        office: Index,
        organ: Index,
        kind: daiban_domain::act::ActKind,
    },
}

fn happenings() -> impl Strategy<Value = Happening> {
    let node = any::<Index>;
    prop_oneof![
        10 => (node(), node(), any::<u8>())
            .prop_map(|(node, choice, way)| Happening::Next { node, choice, way }),
        3 => (node(), node(), any::<u8>())
            .prop_map(|(node, organ, way)| Happening::Aside { node, organ, way }),
        1 => (node(), "[a-c一二𬱖]{0,6}").prop_map(|(node, text)| Happening::Edit { node, text }),
        1 => (node(), 2_u8..5).prop_map(|(node, content)| Happening::Attach { node, content }),
        2 => (node(), node()).prop_map(|(from, to)| Happening::Meet { from, to }),
        4 => Just(Happening::Gather),
        2 => (1_u8..30).prop_map(Happening::Days),
        1 => (node(), node(), kinds())
            .prop_map(|(office, organ, kind)| Happening::Stray { office, organ, kind }),
    ]
}

/// A copy of the case at an office, and which entries it has.
struct Node {
    tier: Tier,
    case: Case,
    has: BTreeSet<usize>,
}

struct Scene {
    world: World,
    log: Vec<Written>,
    nodes: Vec<Node>,
    organs: Vec<String>,
}

impl Scene {
    /// A draft with every material, known to the whole line.
    fn open(code: &str) -> Self {
        let mut world = World::of_every_item();
        let (mut case, mut log) = world.open(code);
        let counter = world.counter(code);
        for key in world.required(code) {
            log.extend(world.attach_at(counter, &mut case, &key, 1).unwrap());
        }
        let item = world.catalog.latest(code).unwrap();
        let organs = item.stages.iter().map(|stage| stage.organ.to_string()).collect();
        world.catalog = world.catalog.clone().with(edition(3));
        let above = [Tier::Village, Tier::Town, Tier::County, Tier::City];
        let node = |tier| Node { tier, case: case.clone(), has: (0..log.len()).collect() };
        let nodes = above.into_iter().filter(|tier| *tier <= counter).map(node).collect();
        Self { world, log, nodes, organs }
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Next { node, choice, way } => self.go_on(&node, &choice, way),
            Happening::Aside { node, organ, way } => self.step_aside(&node, &organ, way),
            Happening::Edit { node, text } => self.at(&node, |world, node| {
                world.edit(&mut node.case, node.tier, &[("remark", &text)]).unwrap_or_default()
            }),
            Happening::Attach { node, content } => self.at(&node, |world, node| {
                world.attach_at(node.tier, &mut node.case, "ID", content).unwrap_or_default()
            }),
            Happening::Meet { from, to } => {
                let has = self.nodes[from.index(self.nodes.len())].has.clone();
                let to = to.index(self.nodes.len());
                self.learn(to, &has);
            }
            Happening::Gather => self.gather(),
            Happening::Days(days) => self.world.now_ms += u64::from(days) * DAY_MS,
            Happening::Stray { office, organ, kind } => {
                let by = self.stranger(STRANGERS[office.index(STRANGERS.len())], &organ);
                let (officer, nonce) = (by.officer.clone(), by.nonce);
                let act = Act { officer, organ: by.organ, nonce, kind };
                let payload = payload::act(self.nodes[0].case.id, &act);
                let entries = written(vec![Draft { kind: Kind::Act, payload }], &by);
                let kept = entries.into_iter().filter(|entry| is_kept(&self.nodes[0].case, entry));
                self.log.extend(kept);
            }
        }
    }

    fn stranger(&mut self, office: &str, organ: &Index) -> By {
        let organ = organ.get(&self.organs).clone();
        let office: OfficeCode = office.parse().unwrap();
        let by = self.world.by(Tier::Village, &organ);
        // Its clock says what it likes.
        let at = Hlc((by.at.millis().0 - DAY_MS) << 16);
        By { office, node: node_of(office), at, ..by }
    }

    fn at(&mut self, node: &Index, work: impl FnOnce(&mut World, &mut Node) -> Vec<Written>) {
        self.work(node.index(self.nodes.len()), work);
    }

    /// Works on a node's copy, which has what it writes.
    fn work(&mut self, at: usize, work: impl FnOnce(&mut World, &mut Node) -> Vec<Written>) {
        let entries = work(&mut self.world, &mut self.nodes[at]);
        self.nodes[at].has.extend(self.log.len()..self.log.len() + entries.len());
        self.log.extend(entries);
    }

    /// From this node on the first that has something to do.
    fn go_on(&mut self, node: &Index, choice: &Index, way: u8) {
        let first = node.index(self.nodes.len());
        let mut turns = (first..self.nodes.len()).chain(0..first).filter_map(|at| {
            let offered = self.offered(at, way < 6);
            (!offered.is_empty()).then(|| (at, choice.get(&offered).clone()))
        });
        let Some((at, next)) = turns.next() else { return };
        let organ = next.organ.map_or_else(String::new, |organ| organ.to_string());
        self.work(at, |world, Node { tier, case, .. }| {
            let state = world.state(case);
            let mut act = |request| world.act(case, *tier, &organ, request).unwrap_or_default();
            let mut entries = Vec::new();
            if next.verb == "submit" {
                entries.extend(act(ActRequest::Migrate { version: 3 }));
            }
            entries.extend(act(request(&next.verb, &state, way)));
            entries
        });
    }

    fn offered(&self, at: usize, with_ends: bool) -> Vec<NextAct> {
        let office = self.nodes[at].case.of.origin.at_tier(self.nodes[at].tier);
        let mut next = self.world.state(&self.nodes[at].case).next;
        let is_end = |verb: &str| matches!(verb, "withdraw" | "refuse");
        next.retain(|next| Some(next.office) == office && (with_ends || !is_end(&next.verb)));
        next
    }

    fn step_aside(&mut self, node: &Index, organ: &Index, way: u8) {
        let organ = match way % 3 {
            0 => String::new(),
            _ => organ.get(&self.organs).clone(),
        };
        self.at(node, |world, node| {
            let request = aside(way / 3);
            world.act(&mut node.case, node.tier, &organ, request).unwrap_or_default()
        });
    }

    fn learn(&mut self, to: usize, entries: &BTreeSet<usize>) {
        let node = &mut self.nodes[to];
        for at in entries.difference(&node.has.clone()) {
            let Written { draft, author, at } = &self.log[*at];
            node.case.apply(draft.kind, &draft.payload, *author, *at).unwrap();
        }
        node.has.extend(entries);
    }

    fn gather(&mut self) {
        let all = (0..self.log.len()).collect();
        (0..self.nodes.len()).for_each(|to| self.learn(to, &all));
    }

    /// Everything that is shown of a case, also what depends on the day.
    fn shown(&self, case: &Case) -> (CaseState, Vec<Clock>, Vec<Card>) {
        let World { catalog, calendar, authority, .. } = &self.world;
        let clocks = case.clocks(catalog, calendar, authority).unwrap();
        let days = [5, 40, 150].map(|days| Date::at(Millis(START_MS + days * DAY_MS)));
        let card = |day: Date| {
            let card = |clock: &Clock| clock.standing(day, calendar, WARN_BEFORE_DAYS).card;
            clocks.iter().map(card).collect::<Vec<_>>()
        };
        let cards = days.into_iter().flat_map(card).collect();
        (self.world.state(case), clocks, cards)
    }
}

/// What a verb stands for, in one of its ways.
fn request(verb: &str, state: &CaseState, way: u8) -> ActRequest {
    let (text, pin) = (|| "情况属实".to_owned(), || Some(state.pin.clone()));
    match verb {
        "withdraw" => ActRequest::Withdraw { reason: text() },
        "accept" => ActRequest::Accept,
        "refuse" => ActRequest::Refuse { reasons: vec![text()] },
        "request-correction" => ActRequest::RequestCorrection { items: vec![text()] },
        "correct" => ActRequest::Correct { note: text() },
        "first-check" => ActRequest::FirstCheck { note: text() },
        "refer" => ActRequest::Refer { organs: state.stages.iter().map(|s| s.organ).collect() },
        "survey" => {
            let organs = state.stages.iter().map(|stage| stage.organ);
            let with = organs.skip(usize::from(way)).take(usize::from(way % 3)).collect();
            ActRequest::Survey { findings: text(), with }
        }
        "review" => ActRequest::Review {
            opinion: match way % 4 {
                0 => Opinion::Disagree { reasons: vec![text()] },
                1 => Opinion::AgreeForward,
                _ => Opinion::Agree,
            },
        },
        "record-silence" => {
            let organ = state.stages[usize::from(way) % state.stages.len()].organ;
            ActRequest::RecordSilence { organ }
        }
        "resume" => ActRequest::Resume,
        "publicise" => ActRequest::Publicise { days: 7, objections: Vec::new() },
        "decide" if way.is_multiple_of(4) => {
            let outcome = Outcome::Refused { reasons: vec![text()] };
            ActRequest::Decide { outcome, pin: pin() }
        }
        "decide" => ActRequest::Decide { outcome: Outcome::Granted, pin: pin() },
        "confirm" => ActRequest::Confirm { pin: pin() },
        "reconfirm" => ActRequest::Reconfirm { decision: None, pin: pin() },
        "issue" => ActRequest::Issue { certificate: text() },
        "pay" => ActRequest::Pay { amount_cent: Some(100) },
        "deliver" => ActRequest::Deliver { how: Handover::Agent },
        "close" => ActRequest::Close,
        "rectify" => ActRequest::Rectify { measures: text() },
        "answer-complaint" => ActRequest::AnswerComplaint { complaint: None, answer: text() },
        "withdraw-card" => ActRequest::WithdrawCard { card: ClockKind::Promised, reason: text() },
        "refuse-appeal" => ActRequest::RefuseAppeal { card: ClockKind::Promised, reason: text() },
        "submit" => ActRequest::Submit,
        other => panic!("nobody knows how to {other}"),
    }
}

/// What may be said without being next.
fn aside(way: u8) -> ActRequest {
    let text = || "情况属实".to_owned();
    let village = crate::common::VILLAGE.parse().unwrap();
    let help = ReceiptNumber::make(village, "2026-03-02".parse().unwrap(), 2, 2).unwrap();
    match way % 14 {
        0 => ActRequest::Migrate { version: 3 },
        1 => ActRequest::Pause { procedure: "公示".into(), days: 10 },
        2 => ActRequest::Pause { procedure: "鉴定".into(), days: 3 },
        3 => ActRequest::Resume,
        4 => ActRequest::Extend { reason: text() },
        5 => ActRequest::Transfer { to: "SL".parse().unwrap(), reason: text() },
        6 => {
            ActRequest::AskHelp { help, handler: "330382002000".parse().unwrap(), question: text() }
        }
        7 => ActRequest::RecordHelp { help, findings: text() },
        8 => ActRequest::Complain { text: text() },
        9 => ActRequest::Rate { stars: 1, comment: text() },
        10 => ActRequest::AppealCard { card: ClockKind::Promised, reason: text() },
        11 => ActRequest::Supervise { text: text() },
        12 => ActRequest::PreCheck { note: text() },
        _ => ActRequest::Void { reason: text() },
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn lives_over_many_nodes_are_one_life_in_the_end(
        code in prop::sample::select(super::codes()),
        happenings in prop::collection::vec(happenings(), 10..90),
        order in prop::collection::vec(any::<u16>(), 97),
    ) {
        let mut scene = Scene::open(&code);
        happenings.into_iter().for_each(|happening| scene.happen(happening));
        let of = scene.nodes[0].case.of;
        let straight = replayed_from(of, &scene.log);
        let (state, ..) = &scene.shown(&straight);
        prop_assert!(state.status.is_final() || !state.next.is_empty(), "stuck: {:#?}", state);

        // Any order, some of it twice; whatever each node had first; from the disk.
        let mut shuffled: Vec<_> = scene.log.iter().zip(order.iter().cycle()).collect();
        shuffled.sort_by_key(|(_, at)| **at);
        let again = shuffled.iter().filter(|(_, at)| **at % 5 == 0);
        let shuffled = shuffled.iter().chain(again).map(|(entry, _)| *entry);
        prop_assert_eq!(scene.shown(&replayed_from(of, shuffled)), scene.shown(&straight));
        scene.gather();
        for node in &scene.nodes {
            prop_assert_eq!(scene.shown(&node.case), scene.shown(&straight));
        }
        let kept = Case::load(&straight.save()).unwrap();
        prop_assert_eq!(scene.shown(&kept), scene.shown(&straight));

        // Strangers change nothing.
        let own: Vec<_> = scene.log.iter().filter(|e| of.includes(e.author.office)).collect();
        let (without, clocks, cards) = scene.shown(&replayed_from(of, own.iter().copied()));
        let (all, all_clocks, all_cards) = scene.shown(&straight);
        prop_assert_eq!((clocks, cards), (all_clocks, all_cards));
        let ignored: BTreeSet<ActId> = all.ignored.iter().map(|ignored| ignored.act).collect();
        let stray = scene.log.iter().filter(|e| !of.includes(e.author.office));
        let mut stray = stray.map(|e| ActId::of(e.author.node, &e.draft.payload));
        prop_assert!(stray.all(|act| ignored.contains(&act)));
        let alike = CaseState { ignored: without.ignored.clone(), alarms: without.alarms.clone(), ..all };
        prop_assert_eq!(alike, without);
    }
}
