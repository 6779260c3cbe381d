//! Runs, as they come and as a hostile author signs them: only what fits is proved.

use daiban_sync::channel::Channel;
use daiban_sync::entry::{Genesis, Kind};
use daiban_sync::head::Head;
use daiban_sync::id::Hlc;
use daiban_sync::limits::{RUN_BYTES_MAX, RUN_ENTRIES_MAX};
use daiban_sync::run::{Run, Tip, chain, hash_within, without_payloads};
use serde::{Deserialize, Serialize};

use super::office::{Office, Spelled, VILLAGE, code, entries};

/// What came, and whether the author of the log signs it as it is.
#[derive(Serialize, Deserialize)]
pub(super) struct Offered {
    pub(super) run: Run,
    pub(super) is_signed: bool,
}

/// A village with a log of three runs.
pub(super) fn village() -> Office {
    let mut village = Office::new(VILLAGE);
    for (count, bytes) in [(2, 5), (3, 40), (1, 300)] {
        village.write(Channel::cases(code(VILLAGE)), 7, entries(count, bytes));
    }
    village
}

pub(super) fn check(bytes: &[u8]) {
    let Ok((Offered { run, is_signed }, _)) = postcard::take_from_bytes(bytes) else { return };
    let village = village();
    let run = if is_signed { village.sign(run) } else { run };
    begins_as_it_says(&run);
    for held in held(&village) {
        let Ok(verified) = run.clone().verify(held.as_ref(), &Spelled) else { continue };
        let tip = *verified.tip();
        let (run, before) = (verified.run(), held.map_or(Head::EMPTY, |held| held.head));
        assert_eq!(run.after, before, "it continues something else");
        assert_eq!(tip.head, chain(run.log, before, &run.entries));
        assert!(tip.channel.may_be_written_by(tip.office), "{} may not", tip.office);
        assert!(is_signed || village.has_signed(run.log, tip.head), "nobody wrote it");
        assert!((1..=RUN_ENTRIES_MAX).contains(&run.entries.len()));
        let but_last = run.entries.iter().rev().skip(1).map(|entry| entry.payload.len() as usize);
        assert!(but_last.sum::<usize>() <= RUN_BYTES_MAX);
        assert!(
            run.entries.iter().skip(usize::from(held.is_none())).all(|e| e.kind != Kind::Genesis)
        );
        erasure_leaves_the_proof(run, held.as_ref(), &tip);
        overlap_is_cut(run, held.as_ref());
    }
}

/// Nothing, and each state that the village's log was in; another log's tip for a log unlike it.
fn held(village: &Office) -> Vec<Option<Tip>> {
    let (log, tip) = village.frontier.iter().next().expect("it has written");
    let heads = village.logs[log].iter().map(|run| Some(Tip { head: run.head.head, ..*tip }));
    std::iter::once(None).chain(heads).collect()
}

fn begins_as_it_says(run: &Run) {
    let Some(genesis) = run.entries.first().and_then(Genesis::read) else { return };
    assert_eq!(Genesis::read(&genesis.entry(Hlc(1))), Some(genesis));
}

fn erasure_leaves_the_proof(run: &Run, held: Option<&Tip>, tip: &Tip) {
    let erased = without_payloads(run.clone()).verify(held, &Spelled);
    assert!(erased.is_ok_and(|erased| erased.tip() == tip), "erasure breaks the chain");
}

/// What is left after some of it is held is proved on top of that.
fn overlap_is_cut(run: &Run, held: Option<&Tip>) {
    let Ok(whole) = run.clone().verify(held, &Spelled) else { return };
    for len in run.after.len + 1..run.head.head.len {
        let hash = hash_within(run, len).expect("within the run");
        let part = Tip { head: Head { len, hash }, ..*whole.tip() };
        let rest = run.clone().verify(Some(&part), &Spelled);
        assert!(rest.is_ok_and(|rest| rest.tip() == whole.tip()), "cut at {len}");
    }
}
