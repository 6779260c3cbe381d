//! Each shipped item through its whole life, and the unhappy ways.
#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

mod closed;
#[path = "../common/mod.rs"]
mod common;
mod counted;
mod deadlines;
mod delegated;
mod elsewhere;
mod entering;
mod joined;
mod migrated;
mod redress;
mod refusing;
mod stale;
mod transferred;
mod whole;

use common::{World, Written, agree, organ, replayed};
use daiban_domain::act::Handover;
use daiban_domain::case::Case;
use daiban_domain::desk::ActRequest;
use daiban_domain::fold::{DecisionState, Status};
use daiban_sync::id::Tier::{self, County, Town, Village};

fn survey(with: &[&str]) -> ActRequest {
    let with = with.iter().map(|code| organ(code)).collect();
    ActRequest::Survey { findings: "现场符合".into(), with }
}

/// A case from its submission on, in the hands of whoever is next.
struct Life {
    world: World,
    case: Case,
    log: Vec<Written>,
}

impl Life {
    fn of(item: &str) -> Self {
        let mut world = World::new();
        let (case, log) = world.submitted(item);
        Self { world, case, log }
    }

    /// A site selection up to the reviews of five organs.
    fn under_review() -> Self {
        let mut life = Self::of("JB-04");
        let organs: Vec<_> = ["ZJJ", "ZR", "HJ", "NY", "MZ"].map(organ).to_vec();
        life.step(Town, "ZJ", ActRequest::Accept);
        life.step(County, "FG", ActRequest::Refer { organs });
        life.step(County, "FG", survey(&[]));
        life
    }

    /// Somebody does what the case says is to be done.
    fn step(&mut self, tier: Tier, organ: &str, request: ActRequest) {
        let what = format!("{organ} {request:?}");
        let verb = serde_json::to_value(&request).unwrap()["verb"].as_str().unwrap().to_owned();
        let next = self.world.state(&self.case).next;
        assert!(next.iter().any(|act| act.verb == verb), "{what} is not among {next:#?}");
        let done = self.world.act(&mut self.case, tier, organ, request);
        self.log.extend(done.unwrap_or_else(|no| panic!("{what}: {no}")));
    }

    fn accept_and_check(&mut self, organ: &str) {
        self.step(Town, organ, ActRequest::Accept);
        self.step(Town, organ, ActRequest::FirstCheck { note: String::new() });
    }

    fn reviews(&mut self, organs: &[&str]) {
        organs.iter().for_each(|organ| self.step(County, organ, agree()));
    }

    fn grant(&mut self, tier: Tier, organ: &str) {
        let grant = self.world.grant(&self.case);
        self.step(tier, organ, grant);
    }

    fn confirm(&mut self, tier: Tier, organ: &str) {
        let confirm = self.world.confirm(&self.case);
        self.step(tier, organ, confirm);
    }

    /// Delivers and closes; a copy made from the log alone stands the same.
    fn finish(mut self) {
        self.step(Village, "", ActRequest::Deliver { how: Handover::Pickup });
        self.step(Village, "", ActRequest::Close);
        let rating = ActRequest::Rate { stars: 5, comment: String::new() };
        self.log.extend(self.world.act(&mut self.case, Village, "", rating).unwrap());
        let state = self.world.state(&self.case);
        assert_eq!(state.status, Status::Closed, "{state:#?}");
        assert_eq!(state.decision.state, DecisionState::InForce);
        let open = (state.next.len(), state.ignored.len(), state.alarms.len());
        assert_eq!(open, (0, 0, 0), "{state:#?}");
        assert_eq!(self.world.state(&replayed(&self.log)), state);
        let stored = Case::load(&self.case.save()).unwrap();
        assert_eq!(self.world.state(&stored), state);
    }
}
