use super::*;
use crate::entry::Payload;
use crate::id::Hlc;
use crate::limits::PAYLOAD_BYTES_MAX;

const VILLAGE: u64 = 330_382_001_001;
const NEIGHBOUR: u64 = 330_382_001_002;

fn office(code: u64) -> OfficeCode {
    OfficeCode::new(code).unwrap()
}

/// Believes everybody who brings a certificate to be the village.
struct Village;

impl Authenticator for Village {
    fn office_of(&self, _: NodeKey, chain: &[Vec<u8>]) -> Result<OfficeCode, String> {
        chain.first().map(|_| office(VILLAGE)).ok_or_else(|| "no chain".to_owned())
    }
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

fn genesis() -> Genesis {
    Genesis {
        author: NodeKey(key(7).verifying_key().to_bytes()),
        incarnation: Incarnation(1),
        channel: Channel::cases(office(VILLAGE)),
        chain: vec![vec![1]],
    }
}

fn act(bytes: &[u8]) -> Entry {
    Entry { at: Hlc(2), kind: Kind::Act, payload: Payload::Present(bytes.to_vec()) }
}

fn first(genesis: &Genesis) -> Run {
    let entries = vec![genesis.entry(Hlc(1)), act(b"one")];
    Run::write(genesis.log_id(), Head::EMPTY, entries, &key(7))
}

fn held() -> Tip {
    *first(&genesis()).verify(None, &Village).ok().unwrap().tip()
}

#[test]
fn a_run_is_refused_with_its_reason() {
    let log = genesis().log_id();
    let check = |held: Option<&Tip>, run: Run, expected: RunError| {
        assert_eq!(run.verify(held, &Village).err(), Some(expected));
    };
    let (tip, next) = (held(), |after| Run::write(log, after, vec![act(b"two")], &key(7)));
    assert!(next(tip.head).verify(Some(&tip), &Village).is_ok());

    let elsewhere = Head { hash: EntryHash([9; 32]), ..tip.head };
    check(Some(&tip), next(elsewhere), RunError::Forked { log, len: 2 });
    let further = Head { len: 5, ..tip.head };
    check(Some(&tip), next(further), RunError::Gap { log, held: 2, after: 5 });
    check(Some(&tip), first(&genesis()), RunError::Gap { log, held: 2, after: 0 });
    check(None, next(tip.head), RunError::Gap { log, held: 0, after: 2 });

    let forged = Run::write(log, tip.head, vec![act(b"two")], &key(8));
    check(Some(&tip), forged, RunError::Signature { log, len: 3 });
    let mut altered = next(tip.head);
    altered.entries[0].payload = Payload::Present(b"2".to_vec());
    check(Some(&tip), altered, RunError::Chain { log, len: 3 });
    let again = Run::write(log, tip.head, vec![genesis().entry(Hlc(3))], &key(7));
    check(Some(&tip), again, RunError::SecondGenesis { log, seq: 2 });
    let nothing = Run::write(log, tip.head, Vec::new(), &key(7));
    check(Some(&tip), nothing, RunError::Size { log, entries: 0 });
    let long = vec![act(&vec![0; PAYLOAD_BYTES_MAX + 1])];
    check(Some(&tip), Run::write(log, tip.head, long, &key(7)), RunError::Size { log, entries: 1 });
    let large = vec![act(&vec![0; RUN_BYTES_MAX]), act(b"x"), act(b"y")];
    check(
        Some(&tip),
        Run::write(log, tip.head, large, &key(7)),
        RunError::Size { log, entries: 3 },
    );
    let endless = Head { len: u64::MAX, ..tip.head };
    let mut overflowing = next(tip.head);
    overflowing.after = endless;
    check(Some(&tip), overflowing, RunError::Size { log, entries: 1 });
}

#[test]
fn a_log_begins_with_what_gives_it_its_name() {
    let check = |genesis: Genesis, expected: &dyn Fn(LogId) -> RunError| {
        let expected = expected(genesis.log_id());
        assert_eq!(first(&genesis).verify(None, &Village).err(), Some(expected));
    };
    let unproved = Genesis { chain: Vec::new(), ..genesis() };
    check(unproved, &|log| RunError::Author { log, why: "no chain".into() });
    let channel = Channel::cases(office(NEIGHBOUR));
    let elsewhere = Genesis { channel, ..genesis() };
    check(elsewhere, &|log| RunError::Writer { log, office: office(VILLAGE), channel });
    let long_chain = Genesis { chain: vec![vec![1]; 7], ..genesis() };
    check(long_chain, &|log| RunError::Genesis { log });

    let log = LogId([3; 32]);
    let refused = |entries| Run::write(log, Head::EMPTY, entries, &key(7)).verify(None, &Village);
    assert_eq!(refused(vec![genesis().entry(Hlc(1))]).err(), Some(RunError::Genesis { log }));
    assert_eq!(refused(vec![act(b"one")]).err(), Some(RunError::Genesis { log }));
}

#[test]
fn erasure_keeps_the_chain_and_the_genesis() {
    let erased = without_payloads(first(&genesis()));
    assert!(erased.entries[0].payload.bytes().is_some());
    assert!(erased.entries[1].payload.bytes().is_none());
    assert_eq!(erased.verify(None, &Village).ok().unwrap().tip(), &held());
}

#[test]
fn runs_are_cut_where_verification_wants_them_cut() {
    let check = |lens: &[usize], expected: usize| {
        let entries: Vec<_> = lens.iter().map(|len| act(&vec![0; *len])).collect();
        assert_eq!(fits_in_run(&entries), expected, "{lens:?}");
        let run = Run::write(LogId([1; 32]), Head::EMPTY, entries[..expected].to_vec(), &key(7));
        assert!(run.check_size().is_ok());
    };
    check(&[1; 300], RUN_ENTRIES_MAX);
    check(&[RUN_BYTES_MAX, 1], 1);
    check(&[0, 0, RUN_BYTES_MAX, 1], 3);
    check(&[RUN_BYTES_MAX / 2, RUN_BYTES_MAX / 2, 1], 2);
    check(&[1, PAYLOAD_BYTES_MAX], 1);
}

#[test]
fn what_is_held_already_is_left_out_of_a_run() {
    let genesis = genesis();
    let log = genesis.log_id();
    let held = held();
    let entries = vec![genesis.entry(Hlc(1)), act(b"one"), act(b"two")];
    let longer = Run::write(log, Head::EMPTY, entries, &key(7));
    let rest = longer.verify(Some(&held), &Village).ok().unwrap().into_run();
    assert_eq!((rest.after, rest.entries.len()), (held.head, 1));

    let other =
        Run::write(log, Head::EMPTY, vec![genesis.entry(Hlc(1)), act(b"x"), act(b"y")], &key(7));
    let forked = Some(RunError::Forked { log, len: 2 });
    assert_eq!(other.verify(Some(&held), &Village).err(), forked, "another history");
}
