//! What a validly enrolled peer may not do: it is refused with a reason, nothing is stored, and
//! others are served as before.

#![allow(clippy::unwrap_used, reason = "a test fails where it stands")]

mod limits;
mod scene;

use daiban_domain::act::CaseId;
use daiban_domain::payload;
use daiban_node::replica::{Answer, Command};
use daiban_node::transport::Lane;
use daiban_sync::channel::Channel;
use daiban_sync::entry::{Entry, Genesis, Kind, Payload};
use daiban_sync::error::{Incompatible, InvalidFrame, Misbehaviour, SessionError};
use daiban_sync::frame::{Frame, Hello};
use daiban_sync::head::Head;
use daiban_sync::id::{Hlc, Incarnation, LogId, NodeKey};
use daiban_sync::run::{Run, RunError};
use daiban_sync::wire::PREFACE;
use daiban_tests::tree::{self, COUNTY, VILLAGE_B};
use scene::{Scene, act, genesis, own, village};

#[tokio::test(flavor = "multi_thread")]
async fn entries_in_another_channel_are_refused() {
    let scene = Scene::new().await;
    let neighbours = scene.run(Channel::cases(tree::office(VILLAGE_B)), Vec::new());
    let expected = Misbehaviour::OutOfScope(neighbours.log);
    scene.refuses_frames("a neighbour's cases", expected, &[Frame::Run(neighbours)]).await;

    let channel = Channel::Notices { issuer: tree::office(COUNTY) };
    let countys = scene.run(channel, Vec::new());
    let expected = RunError::Writer { log: countys.log, office: village(), channel };
    scene.refuses_frames("the county's notices", expected, &[Frame::Run(countys)]).await;

    let unshared = scene.run(Channel::Notices { issuer: tree::office(VILLAGE_B) }, Vec::new());
    let expected = Misbehaviour::OutOfScope(unshared.log);
    let name = "a neighbour's notices";
    scene.refuses_frames(name, expected, &[Frame::Run(unshared)]).await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_in_anothers_name_are_refused() {
    let scene = Scene::new().await;
    let chain = scene.village.chain().to_vec();
    let (author, incarnation, channel) = (NodeKey([9; 32]), Incarnation(1), own());
    let forged = Genesis { author, incarnation, channel, chain };
    let entries = vec![forged.entry(Hlc(1))];
    let run = Run::write(forged.log_id(), Head::EMPTY, entries, scene.village.signing_key());
    let name = "a genesis that names another key";
    scene.refuses_frames(name, "its author is not authentic", &[Frame::Run(run)]).await;

    let (log, entries) = (LogId([7; 32]), vec![genesis(&scene.village, own()).entry(Hlc(1))]);
    let run = Run::write(log, Head::EMPTY, entries, scene.village.signing_key());
    let name = "a log's name that is not its own";
    scene.refuses_frames(name, RunError::Genesis { log }, &[Frame::Run(run)]).await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_chains_are_refused() {
    let scene = Scene::new().await;
    let run = |byte: u8| scene.run(own(), vec![act(vec![byte; 40])]);
    let log = run(1).log;
    let refuses = async |name: &str, expected: RunError, run: Run| {
        scene.refuses_frames(name, expected, &[Frame::Run(run)]).await;
    };
    let mut changed = run(1);
    changed.entries[1].payload = Payload::Present(vec![2; 40]);
    refuses("a changed payload", RunError::Chain { log, len: 2 }, changed).await;

    let mut borrowed = run(2);
    borrowed.head.signature = run(1).head.signature;
    let expected = RunError::Signature { log, len: 2 };
    refuses("a head signed for something else", expected, borrowed).await;

    let mut hanging = run(1);
    (hanging.after.len, hanging.head.head.len) = (5, 7);
    let expected = RunError::Gap { log, held: 0, after: 5 };
    refuses("a continuation of nothing", expected, hanging).await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_no_protocol_are_refused() {
    let scene = Scene::new().await;
    let newer = Incompatible::Version { ours_min: 1, ours_max: 1, theirs_min: 8, theirs_max: 9 };
    let cases: [(&str, Vec<u8>, SessionError); 3] = [
        ("another protocol", b"GET / HTTP/1.1\r\n\r\n".to_vec(), Incompatible::Preface.into()),
        (
            "garbage after the preface",
            [PREFACE.as_slice(), &[0xa5; 64]].concat(),
            InvalidFrame::Compression.into(),
        ),
        ("a newer protocol", [b"daiban".as_slice(), &[8, 9], &[0; 16]].concat(), newer.into()),
    ];
    for (name, bytes, expected) in cases {
        scene
            .refuses(name, expected, async |stranger| {
                stranger.send(Lane::Control, bytes);
            })
            .await;
    }
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_greeting_in_another_offices_name_is_refused() {
    let scene = Scene::new().await;
    let (certificate, hello) = (village(), tree::office(VILLAGE_B));
    let expected = Misbehaviour::Office { certificate, hello };
    scene
        .refuses("a neighbour's name", expected, async |stranger| {
            let lie = Hello { office: hello, ..stranger.hello() };
            stranger.say(&[Frame::Hello(lie)]);
        })
        .await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_form_changes_are_quarantined_and_the_node_goes_on() {
    let samples = ["bomb.chg", "bomb.am", "panic-chg.bin", "panic-doc.bin"];
    let folder =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../node/domain/tests/hostile");
    let change = |(n, name): (u8, &str)| {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let payload = payload::form_change(CaseId([n; 16]), &bytes);
        Entry { at: Hlc(2), kind: Kind::FormChange, payload: Payload::Present(payload) }
    };
    let scene = Scene::new().await;
    let mut stranger = scene.stranger().await;
    stranger.greet();
    let entries = (1u8..).zip(samples).map(change).collect();
    stranger.say(&[Frame::Run(scene.run(own(), entries))]);
    scene.until("the samples in quarantine", |status| status.quarantined == 4).await;
    let status = scene.status().await;
    assert_eq!((status.cases, status.peers.len(), status.latched), (0, 2, None));
    let asked = scene.node.handle().ask(Command::Quarantine).await;
    let Some(Ok(Answer::Quarantine { entries })) = asked else {
        panic!("the quarantine is shown");
    };
    assert_eq!(entries.len(), samples.len());
    scene.end().await;
}
