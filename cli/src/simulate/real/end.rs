//! How a play ends: everything heals, all agree, and the stores of the stopped processes are judged.

use std::time::{Duration, Instant};

use daiban_node::identity::Identity;
use daiban_node::settings::Settings;
use daiban_node::shell::{Certificates, open_replica};
use daiban_sim::Checker;
use daiban_sim::real::Stopped;
use serde_json::Value;

use super::actor::Actor;
use super::node::{is_linked, log_path};
use super::scene::{Place, Scene};
use crate::exit::{Code, Done, Failure};
use crate::home::no_identity;
use crate::office::now;
use crate::run::not_started;

/// So long anything may take on a slow machine before it counts as never.
const PATIENCE: Duration = Duration::from_secs(90);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Until every office has a session with the one above.
pub(super) fn wait_until_linked(scene: &Scene, actors: &[Actor<'_>]) -> Done {
    let began = Instant::now();
    while let Some(why) = actors.iter().find_map(|actor| unlinked(scene, actor)) {
        if began.elapsed() > PATIENCE {
            return Err(Failure::new(Code::Internal, "节点没有连上", "an office is not linked")
                .because(why));
        }
        std::thread::sleep(LOOK_EVERY);
    }
    Ok(())
}

fn unlinked(scene: &Scene, actor: &Actor<'_>) -> Option<String> {
    let above = scene.above(actor.place.office)?;
    let status = actor.status();
    let is_linked = status.is_some_and(|status| is_linked(&status, above.office));
    (!is_linked).then(|| format!("{} has no session with {}", actor.place.office, above.office))
}

/// Everybody is up and reaches everybody.
pub(super) fn heal(scene: &Scene, actors: &mut [Actor<'_>]) -> Done {
    scene.heal();
    actors.iter_mut().try_for_each(Actor::recover)
}

/// Waits until all agree; that they never do is a failure of the play.
pub(super) fn agree(scene: &Scene, actors: &mut [Actor<'_>]) {
    let healed = scene.now();
    let began = Instant::now();
    let mut agreed = 0;
    // Twice, for an answer of one office is older than that of the next.
    while agreed < 2 {
        actors.iter_mut().for_each(Actor::watch);
        let why = actors.iter().find_map(|actor| unfinished(scene, actor));
        agreed = if why.is_none() { agreed + 1 } else { 0 };
        if let Some(why) = why.filter(|_| began.elapsed() > PATIENCE) {
            return scene.play().fail(scene.now(), Checker::Convergence, why);
        }
        std::thread::sleep(LOOK_EVERY);
    }
    scene.sample();
    let mut play = scene.play();
    play.counts.healed_after_ms = scene.now() - healed;
    play.counts.lived_ms = scene.now();
}

/// What an office still has to do.
fn unfinished(scene: &Scene, actor: &Actor<'_>) -> Option<String> {
    let office = actor.place.office;
    let Some(status) = actor.status() else { return Some(format!("{office} does not answer")) };
    let all_zero = |list: &str, key: &str| {
        status[list].as_array().into_iter().flatten().all(|one| one[key] == 0)
    };
    let is_quiet = status["views_behind"] == false
        && status["blobs_wanted"] == 0
        && status["latched"] == Value::Null
        && all_zero("peers", "backlog_entries")
        && all_zero("above", "missing");
    (!is_quiet)
        .then(|| format!("{office} is not done: {status}"))
        .or_else(|| unlinked(scene, actor))
}

/// Opens what the stopped processes left and lets the checkers look at it.
pub(super) fn judge(scene: &Scene, root: &[u8]) -> Done {
    let stopped = scene.places().map(open).collect::<Done<Vec<_>>>()?;
    let mut play = scene.play();
    for place in scene.places() {
        play.moved(place.office, place.moved());
    }
    play.judge(scene.now(), &stopped, &Certificates::under(root));
    Ok(())
}

fn open(place: &Place) -> Done<Stopped> {
    let identity = Identity::load(&place.data).map_err(no_identity)?;
    let opened = open_replica(&place.data, &Settings::default(), &identity);
    let (_, blobs, _, mut replica) = opened.map_err(not_started)?;
    while replica.work(now()) {}
    let log = std::fs::read_to_string(log_path(&place.data)).unwrap_or_default();
    Ok(Stopped { office: place.office, replica, blobs, log })
}
