//! Hostile bytes are refused cheaply: the samples of the project's hostile collection, and mutants.

#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]
#![allow(clippy::cast_possible_truncation, reason = "SHA-256 truncates by definition")]

#[path = "hostile/samples.rs"]
mod samples;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use daiban_domain::act::CaseId;
use daiban_domain::form::guard::{self, ChangeRefused};
use daiban_domain::form::{FieldValue, Fields, Form, FormRefused, actor_for, stem_of};
use daiban_sync::id::{Incarnation, Millis, NodeKey};
use samples::SAMPLES;

struct Counting;

static IN_USE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

#[allow(unsafe_code, reason = "a counting allocator forwards to the system's")]
// SAFETY: every call is forwarded unchanged to `System`.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = IN_USE.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(now, Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// "Each must be refused in under 10 ms and 20 MB."
const MEMORY_MAX: usize = 20 << 20;

fn victim() -> (Form, Vec<u8>) {
    let actor = actor_for(NodeKey([1; 32]), CaseId([2; 16]), Incarnation(3));
    let mut fields: Fields =
        (0..24).map(|n| (format!("field{n}"), FieldValue::from("欧阳秀兰"))).collect();
    fields.insert("why".into(), FieldValue::LongText("因病致贫，需要帮助".into()));
    Form::create(&actor, &fields, Millis(1_000))
}

/// What it peaks at while working, beyond what was in use before.
fn peak_of(work: impl FnOnce()) -> usize {
    let before = IN_USE.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    work();
    PEAK.load(Ordering::Relaxed) - before
}

#[test]
fn hostile_bytes_are_refused_cheaply() {
    samples_are_refused();
    std::panic::set_hook(Box::new(|_| {}));
    the_panic_is_contained();
    mutants_never_panic_through_nor_swell();
}

fn samples_are_refused() {
    for (name, bytes) in SAMPLES {
        let (mut form, _) = victim();
        let before = form.heads();
        // Even as their own author they get nowhere.
        let stem = stem_of(NodeKey([1; 32]), CaseId([2; 16]));
        let peak = peak_of(|| {
            let refused = form.adopt(bytes, stem).unwrap_err();
            println!("{name}: {refused}");
        });
        assert!(peak < MEMORY_MAX, "{name} took {peak} bytes");
        assert_eq!(form.heads(), before);
    }
    let bomb = guard::inspect(include_bytes!("hostile/bomb.chg")).unwrap_err();
    assert!(
        matches!(bomb, ChangeRefused::TooMany { what: "operations", found: 3_000_001, .. }),
        "{bomb}"
    );
}

/// The sample on which automerge panics, as its author would send it: under a name of our shape.
fn the_panic_is_contained() {
    let sample = include_bytes!("hostile/panic-chg.bin");
    let actor = actor_for(NodeKey([1; 32]), CaseId([2; 16]), Incarnation(3));
    // Header 9 bytes, length 2, no dependencies, then the actor: its length and 16 bytes.
    let body = [&[0, 24], actor.to_bytes(), &sample[11 + 2 + 16..]].concat();
    let len =
        [u8::try_from(body.len() & 0x7f).unwrap() | 0x80, u8::try_from(body.len() >> 7).unwrap()];
    let mut bytes = [&sample[..9], &len, &body].concat();
    mend_checksum(&mut bytes);
    let mut form = Form::default();
    let before = form.heads();
    let peak = peak_of(|| {
        let refused = form.adopt(&bytes, stem_of(NodeKey([1; 32]), CaseId([2; 16]))).unwrap_err();
        println!("panic-chg.bin under our name: {refused}");
    });
    assert!(peak < MEMORY_MAX, "it took {peak} bytes");
    assert_eq!(form.heads(), before);
}

/// Flips bytes of good changes and mends the checksum, as a hostile enrolled node would.
fn mutants_never_panic_through_nor_swell() {
    let (_, good) = victim();
    let stem = stem_of(NodeKey([1; 32]), CaseId([2; 16]));
    let mut outcomes = std::collections::BTreeMap::<&str, u32>::new();
    let mut worst = 0;
    let mut seed = 1_u64;
    for _ in 0..4_000 {
        let mut bytes = good.clone();
        for _ in 0..3 {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let at = 12 + usize::try_from(seed >> 33).unwrap() % (bytes.len() - 12);
            bytes[at] = seed.to_le_bytes()[3];
        }
        mend_checksum(&mut bytes);
        let mut form = Form::default();
        let mut outcome = "applied";
        worst = worst.max(peak_of(|| {
            outcome = match form.adopt(&bytes, stem) {
                Ok(_) => "applied",
                Err(FormRefused::Hostile(_)) => "guard",
                Err(FormRefused::Panicked) => "panicked inside",
                Err(FormRefused::Unloadable) => "unloadable",
                Err(FormRefused::Schema { .. }) => "schema",
                Err(_) => "other",
            };
        }));
        *outcomes.entry(outcome).or_default() += 1;
        let stored = Form::load(&form.save()).expect("whatever was adopted loads again");
        assert_eq!(stored.heads(), form.heads());
    }
    drop(std::panic::take_hook());
    println!("mutants: {outcomes:?}, worst {worst} bytes");
    assert!(worst < MEMORY_MAX, "a mutant took {worst} bytes");
}

/// SHA-256 over type, length and body; its first four bytes are the checksum.
fn mend_checksum(bytes: &mut [u8]) {
    let hash = sha256(&bytes[8..]);
    bytes[4..8].copy_from_slice(&hash[..4]);
}

/// FIPS 180-4, for the test only.
fn sha256(data: &[u8]) -> [u8; 32] {
    let primes: Vec<u64> = (2..).filter(|n| (2..*n).all(|d| n % d != 0)).take(64).collect();
    let fraction = |root: f64| ((root.fract()) * 4_294_967_296.0) as u32;
    let k: Vec<u32> = primes.iter().map(|p| fraction((*p as f64).cbrt())).collect();
    let mut h: Vec<u32> = primes[..8].iter().map(|p| fraction((*p as f64).sqrt())).collect();
    let mut message = data.to_vec();
    message.push(0x80);
    message.resize(
        message.len().next_multiple_of(64) + if message.len() % 64 > 56 { 64 } else { 0 },
        0,
    );
    let bits = (data.len() as u64 * 8).to_be_bytes();
    let end = message.len();
    message[end - 8..].copy_from_slice(&bits);
    for block in message.chunks(64) {
        let mut w: Vec<u32> =
            block.chunks(4).map(|c| u32::from_be_bytes(c.try_into().unwrap())).collect();
        for t in 16..64 {
            let (a, b) = (w[t - 15], w[t - 2]);
            let s0 = a.rotate_right(7) ^ a.rotate_right(18) ^ (a >> 3);
            let s1 = b.rotate_right(17) ^ b.rotate_right(19) ^ (b >> 10);
            w.push(w[t - 16].wrapping_add(s0).wrapping_add(w[t - 7]).wrapping_add(s1));
        }
        let mut v = h.clone();
        for t in 0..64 {
            let s1 = v[4].rotate_right(6) ^ v[4].rotate_right(11) ^ v[4].rotate_right(25);
            let choose = (v[4] & v[5]) ^ (!v[4] & v[6]);
            let t1 =
                v[7].wrapping_add(s1).wrapping_add(choose).wrapping_add(k[t]).wrapping_add(w[t]);
            let s0 = v[0].rotate_right(2) ^ v[0].rotate_right(13) ^ v[0].rotate_right(22);
            let t2 = s0.wrapping_add((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
            v.rotate_right(1);
            v[4] = v[4].wrapping_add(t1);
            v[0] = t1.wrapping_add(t2);
        }
        h.iter_mut().zip(v).for_each(|(h, v)| *h = h.wrapping_add(v));
    }
    let mut out = [0; 32];
    out.chunks_mut(4).zip(h).for_each(|(chunk, word)| chunk.copy_from_slice(&word.to_be_bytes()));
    out
}
