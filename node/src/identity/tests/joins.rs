use std::sync::Arc;

use daiban_domain::standing::Standing;

use crate::identity::clock::HOUR_MS;
use crate::identity::testing::*;
use crate::identity::*;

/// Sends the request of a joining node and takes the refusal.
fn refused(desk: &mut Desk, joining: &Joining, now: daiban_sync::id::Millis) -> Refusal {
    let reply = desk.handle_request(&joining.request(), now);
    match crate::identity::join::granted(&reply) {
        Err(AcceptError::Refused(refusal)) => refusal,
        Err(other) => panic!("expected a refusal, got {other}"),
        Ok(_) => panic!("expected a refusal, got a grant"),
    }
}

#[test]
fn a_child_learns_its_ancestors_addresses() {
    let mut world = World::new(20);
    let [_, _, _, village] = world.line();
    let parent = village.parent().unwrap();
    assert_eq!(
        (parent.office, parent.addresses.as_slice()),
        (code(TOWN), &[format!("{TOWN}.example:3816")][..])
    );
    let above: Vec<_> = village.ancestors().iter().map(|above| above.office).collect();
    assert_eq!(above, [code(COUNTY), code(CITY)]);
}

#[test]
fn an_invitation_works_once_and_again_only_for_the_same_node() {
    let mut world = World::new(21);
    let city = world.city();
    let mut desk = world.desk(&city);
    let invitation = world.invite(&mut desk, COUNTY);
    let first = world.joining(invitation.clone(), "first");
    let second = world.joining(invitation.clone(), "second");
    let lost = desk.handle_request(&first.request(), NOW);
    drop(lost);
    assert_eq!(refused(&mut desk, &second, NOW), Refusal::Used { office: code(COUNTY) });

    drop(first);
    let again = world.joining(invitation, "first");
    let reply = desk.handle_request(&again.request(), NOW);
    assert_eq!(again.accept(&reply, NOW).unwrap().office(), code(COUNTY));
    assert_eq!(desk.invitations()[0].state(NOW), InvitationState::Used);
}

#[test]
fn five_wrong_secrets_close_it_and_a_restart_does_not_open_it() {
    let mut world = World::new(22);
    let city = world.city();
    let mut desk = world.desk(&city);
    let right = world.invite(&mut desk, COUNTY);
    let mut wrong = right.clone();
    wrong.secret[0] ^= 1;
    let wrong = world.joining(wrong, "guesser");
    for tries_left in (0..5).rev() {
        let expected = Refusal::WrongSecret { office: code(COUNTY), tries_left };
        assert_eq!(refused(&mut desk, &wrong, NOW), expected);
        desk = world.desk(&city);
    }
    let right = world.joining(right, "honest");
    assert_eq!(refused(&mut desk, &right, NOW), Refusal::Closed { office: code(COUNTY) });
    assert_eq!(desk.invitations()[0].state(NOW), InvitationState::Closed);

    let renewed = world.invite(&mut desk, COUNTY);
    let honest = world.joining(renewed, "honest");
    let reply = desk.handle_request(&honest.request(), NOW);
    assert!(honest.accept(&reply, NOW).is_ok(), "a new invitation works");
}

#[test]
fn an_invitation_ends_by_the_parents_clock_and_by_the_childs() {
    let mut world = World::new(23);
    let city = world.city();
    let mut desk = world.desk(&city);
    let invitation = world.invite(&mut desk, COUNTY);
    let late = NOW.plus(HOUR_MS);
    let data = world.data("late");
    let child = Joining::prepare(invitation.clone(), &data, late, &mut world.rng);
    assert!(matches!(child, Err(PrepareError::Expired { .. })));
    let child = world.joining(invitation, "slow clock");
    let refusal = refused(&mut desk, &child, late);
    assert_eq!(refusal, Refusal::Expired { office: code(COUNTY), expired: late, now: late });
}

#[test]
fn an_invitation_that_was_taken_back_admits_nobody() {
    let mut world = World::new(25);
    let city = world.city();
    let mut desk = world.desk(&city);
    let invitation = world.invite(&mut desk, COUNTY);
    assert!(desk.take_back(code(COUNTY), NOW).unwrap());
    let mut desk = world.desk(&city);
    let child = world.joining(invitation, "finder");
    assert_eq!(refused(&mut desk, &child, NOW), Refusal::Closed { office: code(COUNTY) });
    assert!(!desk.take_back(code(COUNTY), NOW).unwrap(), "it has ended already");
    assert!(!desk.take_back(code(TOWN), NOW).unwrap(), "nobody invited it");
}

#[test]
fn only_direct_children_are_invited_and_admitted() {
    let mut world = World::new(24);
    let [city, county, _, village] = world.line();
    let until = NOW.plus(HOUR_MS);
    let invite = |world: &mut World, by: &Identity, child| {
        world.desk(by).invite(code(child), NOW, until, &mut world.rng).map(drop).unwrap_err()
    };
    for (by, child) in [(&city, TOWN), (&city, CITY), (&county, "330381001000")] {
        let error = invite(&mut world, by, child);
        assert!(matches!(error, DeskError::Identity(IdentityError::NotOurChild { .. })), "{error}");
    }
    let error = invite(&mut world, &village, OTHER_VILLAGE);
    assert!(matches!(error, DeskError::Identity(IdentityError::AdmitsNobody { .. })), "{error}");

    let mut desk = world.desk(&county);
    let invitation = world.invite(&mut desk, TOWN);
    let town = world.joining(invitation, "lost");
    let mut wrong_desk = world.desk(&city);
    let refusal = refused(&mut wrong_desk, &town, NOW);
    assert_eq!(refusal, Refusal::NotOurChild { office: code(TOWN), asked: code(CITY) });
}

#[test]
fn a_child_takes_no_other_root_office_or_key() {
    let mut world = World::new(25);
    let (city, other) = (world.city(), world.city());
    let mut desk = world.desk(&city);
    let invitation = world.invite(&mut desk, COUNTY);
    let joining = world.joining(invitation.clone(), "county");
    let stranger = Secret::generate(&mut world.rng);
    let reply = desk.handle_request(&joining.request(), NOW);

    let mut elsewhere = invitation.clone();
    elsewhere.root = other.fingerprint();
    let other_root = world.joining(elsewhere, "county").accept(&reply, NOW);
    assert!(matches!(other_root, Err(AcceptError::OtherRoot { .. })));
    let grant = crate::identity::join::granted(&reply).unwrap();
    let other_key =
        crate::identity::join::take(grant, code(COUNTY), invitation.root, stranger, None, NOW);
    assert!(matches!(other_key, Err(AcceptError::OtherKey)));
    assert!(joining.accept(&reply, NOW).is_ok());
}

#[test]
fn requests_that_are_not_requests_get_a_typed_answer() {
    let mut world = World::new(26);
    let city = world.city();
    let mut desk = world.desk(&city);
    let invitation = world.invite(&mut desk, COUNTY);
    let whole = world.joining(invitation, "county").request();
    let mut answers = |bytes: &[u8]| {
        let reply = desk.handle_request(bytes, NOW);
        match crate::identity::join::granted(&reply) {
            Err(AcceptError::Refused(refusal)) => refusal,
            _ => panic!("expected a refusal"),
        }
    };
    let long = answers(&[1; 20_000]);
    assert!(matches!(long, Refusal::Request(RequestError::TooLong { found: 20_000, .. })));
    let newer = answers(&[9, 0]);
    assert_eq!(newer, Refusal::Request(RequestError::Version { expected: 1, found: 9 }));
    for cut in 0..whole.len() {
        let cut_off = answers(&whole[..cut]);
        assert!(matches!(cut_off, Refusal::Request(RequestError::Malformed { .. })), "{cut}");
    }
    let mut forged = whole.clone();
    let in_the_key = 12;
    forged[in_the_key] ^= 1;
    assert_eq!(answers(&forged), Refusal::BadProof);
}

#[test]
fn a_revoked_key_does_not_come_in_again() {
    let mut world = World::new(27);
    let city = world.city();
    let mut desk = world.desk(&city);
    let invitation = world.invite(&mut desk, COUNTY);
    let joining = world.joining(invitation, "county");
    let reply = desk.handle_request(&joining.request(), NOW);
    let county = joining.accept(&reply, NOW).unwrap();
    revoke(&world.registry, CITY, county.key());
    let invitation = world.invite(&mut desk, COUNTY);
    let joining = world.joining(invitation, "county");
    assert_eq!(refused(&mut desk, &joining, NOW), Refusal::Revoked { key: county.key() });
    let registry: Arc<dyn Registry> = Arc::clone(&world.registry) as _;
    assert_eq!(registry.standing(city.office(), city.key()), Standing::Good);
}
