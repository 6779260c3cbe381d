//! A bundle: one that was found somewhere, and one that a sender made of anything.

use daiban_node::bundle::{BundleError, Item, Opened, Route, Sealer, read_header};
use daiban_sync::id::{Millis, NodeKey};
use daiban_sync::limits::FRAME_BYTES_MAX;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;
use serde::{Deserialize, Serialize};

use super::office::{TOWN, VILLAGE, code, key};

#[derive(Serialize, Deserialize)]
pub(super) enum Story {
    /// A file.
    Found(Vec<u8>),
    /// A bundle of these items, whose byte at this place, from the end, is another.
    Made { items: Vec<Item>, flipped: Option<u16> },
}

pub(super) fn check(bytes: &[u8]) {
    let Ok((story, _)) = postcard::take_from_bytes(bytes) else { return };
    match story {
        Story::Found(file) => {
            let header = read_header(&mut file.as_slice());
            let opened = opened(&file);
            assert!(header.is_ok() || opened.is_err(), "it opens without a header");
        }
        Story::Made { items, flipped } => made(&items, flipped),
    }
}

fn made(items: &[Item], flipped: Option<u16>) {
    let fits = |item: &Item| postcard::to_stdvec(item).is_ok_and(|b| b.len() <= FRAME_BYTES_MAX);
    if !items.iter().all(fits) {
        return;
    }
    let mut file = sealed(items);
    let whole = opened(&file).expect("what was sealed opens");
    assert!(whole == items, "{} items went in, {} came out", items.len(), whole.len());
    if let Some(back) = flipped.map(usize::from)
        && let Some(place) = file.len().checked_sub(back + 1)
    {
        file[place] ^= 0x10;
        assert!(opened(&file).is_err(), "byte {place} of {} does not count", file.len());
        assert!(opened(&file[..place]).is_err(), "a cut at {place} is not seen");
    }
}

pub(super) fn sealed(items: &[Item]) -> Vec<u8> {
    let route = Route { from: code(VILLAGE), to: code(TOWN), made: Millis(1_772_354_096_789) };
    let town = NodeKey(key(TOWN).verifying_key().to_bytes());
    let mut sealer = Sealer::new(route, &[town], &mut ChaCha20Rng::from_seed([1; 32]))
        .expect("a key of the town");
    items.iter().for_each(|item| sealer.push(item).expect("an item within the bound"));
    let begun = sealer.take();
    [begun, sealer.finish()].concat()
}

fn opened(file: &[u8]) -> Result<Vec<Item>, BundleError> {
    let mut opened = Opened::new(file, code(TOWN), &key(TOWN))?;
    let mut items = Vec::new();
    while let Some(item) = opened.next_item()? {
        items.push(item);
    }
    Ok(items)
}
