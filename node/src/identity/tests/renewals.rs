use daiban_sync::id::Millis;

use crate::identity::clock::DAY_MS;
use crate::identity::testing::*;
use crate::identity::*;

fn days_later(days: u64) -> Millis {
    NOW.plus(days * DAY_MS)
}

fn renewed(desk: &mut Desk, identity: &Identity, now: Millis) -> Result<Identity, AcceptError> {
    let reply = desk.handle_request(&renewal_request(identity), now);
    accept_renewal(identity, &reply, now)
}

#[test]
fn renewal_is_due_at_half_life() {
    let mut world = World::new(40);
    let [_, _, _, village] = world.line();
    assert!(!village.needs_renewal(days_later(43)).unwrap());
    assert!(village.needs_renewal(days_later(46)).unwrap());
}

#[test]
fn an_expired_node_may_renew_and_keeps_its_keys() {
    let mut world = World::new(41);
    let [city, county, town, village] = world.line();
    let now = days_later(150);
    let late = verify_chain(city.root(), village.chain(), Some(now));
    assert!(matches!(late, Err(ChainError::Expired { .. })));

    let city = city.renewed_city(now, &Lifetimes::default()).unwrap().unwrap();
    let county = renewed(&mut world.desk(&city), &county, now).unwrap();
    let town = renewed(&mut world.desk(&county), &town, now).unwrap();
    let renewed = renewed(&mut world.desk(&town), &village, now).unwrap();
    assert_eq!(renewed.key(), village.key());
    assert!(verify_chain(city.root(), renewed.chain(), Some(now)).is_ok());
    assert!(town.renewed_city(now, &Lifetimes::default()).unwrap().is_none());
}

#[test]
fn no_certificate_outlives_those_above_it() {
    let mut world = World::new(42);
    let [_, _, town, village] = world.line();
    let issuing_ends = validity_of(&town.issuing.as_ref().unwrap().chain[0]).unwrap().not_after;
    let near = Millis(issuing_ends.0 - 10 * DAY_MS);
    let short = renewed(&mut world.desk(&town), &village, near).unwrap();
    assert_eq!(short.validity().unwrap().not_after, issuing_ends);

    let refusal = renewed(&mut world.desk(&town), &village, issuing_ends).map(drop).unwrap_err();
    assert!(matches!(refusal, AcceptError::Refused(Refusal::OwnFault { .. })), "{refusal}");
}

#[test]
fn a_renewal_needs_the_old_key_and_the_old_chain() {
    let mut world = World::new(43);
    let [_, _, town, village] = world.line();
    let mut desk = world.desk(&town);
    let neighbour = world.admit(&town, "330382001002");

    let mut thief = village.clone();
    thief.node = Secret::generate(&mut world.rng);
    let refusal = renewed(&mut desk, &thief, NOW).map(drop).unwrap_err();
    assert!(matches!(refusal, AcceptError::Refused(Refusal::Chain { .. })), "{refusal}");

    let mut mover = village.clone();
    mover.office = neighbour.office();
    let refusal = renewed(&mut desk, &mover, NOW).map(drop).unwrap_err();
    assert!(matches!(refusal, AcceptError::Refused(Refusal::Chain { .. })), "{refusal}");

    revoke(&world.registry, COUNTY, village.key());
    let refusal = renewed(&mut desk, &village, NOW).map(drop).unwrap_err();
    let expected = Refusal::Revoked { key: village.key() };
    assert!(matches!(refusal, AcceptError::Refused(found) if found == expected));
}
