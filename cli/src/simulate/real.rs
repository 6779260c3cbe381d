//! A scenario on real processes: a small tree of nodes behind the link emulator, in real time, with
//! the same checkers over their stores at the end.
//!
//! ```text
//! script  who comes, what breaks ─→ actor  an office in its thread: agenda, process, faults
//!                                     ├─→ desk   its people, over the admin socket
//!                                     └─→ scene  the roads between the offices, the clock
//! end     everything heals, all agree within a bound, all stop, the checkers judge
//! ```

mod actor;
mod desk;
mod end;
mod node;
mod scene;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use daiban_sim::real::{Beat, Happens, Play};
use daiban_sim::{Record, Scenario};
use daiban_sync::id::OfficeCode;

use actor::{Actor, Deed};
pub(crate) use daiban_sim::scenario::{Profile, Profiles};
pub(crate) use node::{Running, is_linked};
use scene::Scene;
pub(crate) use scene::weather;

use crate::exit::{Code, Done, Failure};
use crate::office::now;
use crate::progress::Progress;
use crate::tree::enrol;

/// On a slow machine people go on for so long, and again, until what the scenario expects has
/// happened.
const LINGERS_MS: u64 = 2_000;
const LINGERS_MS_MAX: u64 = 60_000;
const SAMPLE_EVERY: Duration = Duration::from_millis(250);

/// What is to be done at an office is told to it here.
type Ears = BTreeMap<OfficeCode, Receiver<(u64, Deed)>>;

/// Plays a scenario so that it lasts some seconds, in data directories below `root`. What the
/// checkers find stands in the record.
///
/// # Errors
/// What stands in the way of playing it.
pub(super) fn play(
    scenario: &Scenario,
    (seed, seconds): (u64, u64),
    root: &Path,
    progress: &mut Progress,
) -> Done<Record> {
    let lasts_ms = seconds * 1_000;
    let (play, script) = Play::new(scenario, seed, now(), lasts_ms).map_err(unplayable)?;
    let offices: Vec<OfficeCode> = play.offices().iter().map(|(office, _)| *office).collect();
    let city = enrol(root, &offices).map_err(not_set_up)?;
    let (wishes, ears) = offices
        .iter()
        .map(|office| (*office, channel()))
        .map(|(office, (wish, ear))| ((office, wish), (office, ear)))
        .unzip();
    let scene = Scene::new(play, root, seed, wishes).map_err(not_set_up)?;
    let mut actors = enter(&scene, ears)?;
    end::wait_until_linked(&scene, &actors)?;
    scene.block_blocked();
    hand_out(&scene, script);
    scene.begin();
    perform(&scene, &mut actors, lasts_ms, progress);
    let mut until = lasts_ms;
    while !scene.play().has_happened() && until < lasts_ms + LINGERS_MS_MAX {
        until += LINGERS_MS;
        perform(&scene, &mut actors, until, progress);
    }
    end::heal(&scene, &mut actors)?;
    end::agree(&scene, &mut actors);
    actors.iter_mut().rev().try_for_each(Actor::stop)?;
    drop(actors);
    end::judge(&scene, &city)?;
    Ok(scene.into_play().finish())
}

/// Every office, started from the top, so that nobody dials in vain.
fn enter<'a>(scene: &'a Scene, mut ears: Ears) -> Done<Vec<Actor<'a>>> {
    let mut actors = Vec::new();
    for place in scene.places() {
        if let Some(ear) = ears.remove(&place.office) {
            actors.push(Actor::enter(scene, place, ear)?);
        }
    }
    Ok(actors)
}

fn hand_out(scene: &Scene, script: Vec<Beat>) {
    for Beat { at_ms, office, happens } in script {
        let deed = match happens {
            Happens::Come => Deed::Come,
            Happens::Breaks(fault) => Deed::Break(fault),
        };
        scene.wish(office, at_ms, deed);
    }
}

/// Lets the story go on until then.
fn perform(scene: &Scene, actors: &mut [Actor<'_>], until: u64, progress: &mut Progress) {
    std::thread::scope(|scope| {
        for actor in actors {
            scope.spawn(move || actor.play(until));
        }
        while scene.now() < until {
            scene.sample();
            progress.tell(scene.now().min(until), until);
            std::thread::sleep(SAMPLE_EVERY);
        }
    });
}

fn unplayable(what: String) -> Failure {
    Failure::new(
        Code::NotAllowed,
        format!("真实进程不能上演：{what}"),
        format!("real processes cannot be made to play {what}"),
    )
    .remedy("去掉 --real，在虚拟城市中上演", "play it in the virtual city, without --real")
}

fn not_set_up(why: impl std::fmt::Display) -> Failure {
    Failure::new(Code::Internal, "无法搭建节点", "the offices cannot be set up").because(why)
}
