use std::net::SocketAddr;
use std::path::Path;

use crate::identity::testing::*;
use crate::identity::{AcceptError, Identity, Invitation, Joining, Refusal, verify_chain};
use crate::transport::tests::support::*;
use crate::transport::*;

const HOUR_MS: u64 = 3_600_000;

/// A city that answers, and an invitation for a county that leads to it.
async fn city_that_invites(world: &mut World) -> (Identity, Node, Invitation) {
    let city = world.city();
    let node = Node::start(world, &city).await;
    let invitation = invite(world, &node);
    (city, node, invitation)
}

fn invite(world: &mut World, node: &Node) -> Invitation {
    let until = world.now.plus(HOUR_MS);
    let mut desk = node.desk.lock().unwrap();
    let mut invitation = desk.invite(code(COUNTY), world.now, until, &mut world.rng).unwrap();
    invitation.addresses = vec![node.addr.to_string()];
    invitation
}

async fn try_join(
    world: &mut World,
    invitation: &Invitation,
    data: &Path,
) -> Result<Identity, JoinError> {
    within(join(&invitation.to_string(), data, &clock_at(world.now), &mut world.rng)).await
}

fn refusal(result: Result<Identity, JoinError>) -> Refusal {
    match result.map(drop) {
        Err(JoinError::Accept(AcceptError::Refused(refusal))) => refusal,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[tokio::test]
async fn a_county_joins_is_saved_and_connects() {
    let mut world = World::new(160);
    let (city, mut at_city, invitation) = city_that_invites(&mut world).await;
    let data = world.data("county");
    let county = try_join(&mut world, &invitation, &data).await.unwrap();
    verify_chain(city.root(), county.chain(), Some(NOW)).unwrap();
    let saved = Identity::load(&data).unwrap();
    assert_eq!(saved.key(), county.key());
    let mut at_county = Node::start(&world, &saved).await;
    at_county.dial(city.office(), at_city.addr);
    at_county.connected().await;
    assert_eq!(at_city.connected().await.1.key, county.key());
    let again = try_join(&mut world, &invitation, &data).await.map(drop);
    assert!(matches!(again, Err(JoinError::Prepare(_))), "{again:?}");
}

#[tokio::test]
async fn a_code_used_by_somebody_else_is_refused() {
    let mut world = World::new(161);
    let (_, _node, invitation) = city_that_invites(&mut world).await;
    let (first, second) = (world.data("first"), world.data("second"));
    try_join(&mut world, &invitation, &first).await.unwrap();
    let refused = refusal(try_join(&mut world, &invitation, &second).await);
    assert_eq!(refused, Refusal::Used { office: code(COUNTY) });
}

#[tokio::test]
async fn five_wrong_secrets_close_the_invitation() {
    let mut world = World::new(162);
    let (_, node, right) = city_that_invites(&mut world).await;
    let mut wrong = right.clone();
    wrong.spoil_secret();
    let guesser = world.data("guesser");
    for tries_left in (0..5).rev() {
        let refused = refusal(try_join(&mut world, &wrong, &guesser).await);
        assert_eq!(refused, Refusal::WrongSecret { office: code(COUNTY), tries_left });
    }
    let honest = world.data("honest");
    let refused = refusal(try_join(&mut world, &right, &honest).await);
    assert_eq!(refused, Refusal::Closed { office: code(COUNTY) });
    let renewed = invite(&mut world, &node);
    try_join(&mut world, &renewed, &honest).await.unwrap();
}

#[tokio::test]
async fn an_invitation_that_ended_is_refused_by_the_parents_clock() {
    let mut world = World::new(163);
    let (_, node, invitation) = city_that_invites(&mut world).await;
    node.set_time(NOW.plus(HOUR_MS));
    let data = world.data("late");
    let refused = refusal(try_join(&mut world, &invitation, &data).await);
    assert!(matches!(refused, Refusal::Expired { .. }), "{refused}");
}

#[tokio::test]
async fn no_secret_is_sent_to_another_root_or_office() {
    let mut world = World::new(164);
    let (_, node, invitation) = city_that_invites(&mut world).await;
    let impostor = world.city();
    let heard = Arc::new(Listener::default());
    let impostor_node = listening(&world, &impostor, &heard).await;
    let mut misled = invitation.clone();
    misled.addresses = vec![impostor_node.1.to_string()];
    let data = world.data("misled");
    let error = try_join(&mut world, &misled, &data).await.map(drop).unwrap_err();
    assert!(error.to_string().contains("expected the root"), "{error}");

    let folder = world.data("county");
    let county = try_join(&mut world, &invitation, &folder).await.unwrap();
    let county_node = listening(&world, &county, &heard).await;
    let mut wrong_office = invite(&mut world, &node);
    wrong_office.addresses = vec![county_node.1.to_string()];
    let error = try_join(&mut world, &wrong_office, &data).await.map(drop).unwrap_err();
    assert!(error.to_string().contains("expected office"), "{error}");
    assert_eq!(heard.0.load(std::sync::atomic::Ordering::Relaxed), 0, "requests heard");
}

/// Counts the requests that reach it.
#[derive(Default)]
struct Listener(std::sync::atomic::AtomicUsize);

impl JoinHandler for Listener {
    fn handle_request(&self, _request: &[u8], _now: Millis) -> Vec<u8> {
        self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Vec::new()
    }
}

async fn listening(
    world: &World,
    identity: &Identity,
    handler: &Arc<Listener>,
) -> (Transport, SocketAddr) {
    let (events, _) = mpsc::channel(1);
    let parts = Parts {
        settings: quick(),
        identity: Arc::new(identity.clone()),
        registry: Arc::clone(&world.registry) as _,
        join_handler: Arc::clone(handler) as _,
        clock: clock_at(NOW),
    };
    let (transport, _) = Transport::bind(parts, events).await.unwrap();
    let addr = transport.local_addr().unwrap();
    (transport, addr)
}

#[tokio::test]
async fn an_expired_node_renews_over_the_network() {
    let mut world = World::new(165);
    let (city, node, invitation) = city_that_invites(&mut world).await;
    let folder = world.data("county");
    let county = try_join(&mut world, &invitation, &folder).await.unwrap();
    let later = NOW.plus(100 * 24 * HOUR_MS);
    let city = Arc::new(city.renewed_city(later, &Default::default()).unwrap().unwrap());
    node.set_time(later);
    node.transport.replace_identity(Arc::clone(&city)).unwrap();
    node.desk.lock().unwrap().replace_identity(city);
    let addresses = vec![node.addr.to_string()];
    let renewed = within(renew(&county, &addresses, &clock_at(later))).await.unwrap();
    assert_eq!(renewed.key(), county.key());
    verify_chain(renewed.root(), renewed.chain(), Some(later)).unwrap();
}

#[tokio::test]
async fn a_mistyped_code_asks_nobody() {
    let mut world = World::new(166);
    let (_, _node, invitation) = city_that_invites(&mut world).await;
    let typed = invitation.to_string().replacen("-", "-Z", 1);
    let data = world.data("typed");
    let result = within(join(&typed, &data, &clock_at(NOW), &mut world.rng)).await.map(drop);
    assert!(matches!(result, Err(JoinError::Code(_))), "{result:?}");
    assert!(Joining::prepare(invitation, &data, NOW, &mut world.rng).is_ok());
}
