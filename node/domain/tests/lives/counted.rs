//! What figures know of a case that was lived.

use daiban_domain::act::Handover;
use daiban_domain::clock::Card;
use daiban_domain::desk::ActRequest;
use daiban_domain::figures::Facts;
use daiban_sync::id::Tier::{County, Town, Village};

use crate::Life;

impl Life {
    fn facts(&self) -> Facts {
        Facts::of(&self.world.state(&self.case))
    }
}

#[test]
fn each_way_of_the_applicant_is_a_visit() {
    let mut life = Life::of("CL-SB-01");
    assert_eq!((life.facts().visits, life.facts().online), (1, false));
    life.step(Town, "RS", ActRequest::RequestCorrection { items: vec!["户口簿".into()] });
    assert_eq!(life.facts().visits, 1, "asked, and not answered yet");
    life.step(Village, "", ActRequest::Correct { note: "已补".into() });
    life.accept_and_check("RS");
    assert_eq!((life.facts().visits, life.facts().online), (2, true));
    life.grant(County, "RS");
    life.step(Village, "", ActRequest::Deliver { how: Handover::Pickup });
    assert_eq!(life.facts().visits, 3);
}

#[test]
fn who_gets_the_result_brought_came_once() {
    let mut life = Life::of("CL-SB-01");
    life.accept_and_check("RS");
    life.grant(County, "RS");
    life.step(Village, "", ActRequest::Deliver { how: Handover::Agent });
    life.step(Village, "", ActRequest::Close);
    let facts = life.facts();
    assert_eq!((facts.visits, facts.closed.is_some()), (1, true));
    assert!(facts.materials > 0 && facts.reused == 0);
    assert!(facts.clocks.iter().all(|clock| clock.card == Card::None), "all was done in time");
}
