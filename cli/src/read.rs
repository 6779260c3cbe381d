//! Read tokens: proof that a decision is about what was on the screen.
//!
//! `case show` prints the first eight hex digits of the BLAKE3 of the case's pin. A decision takes
//! the token; it is refused when the case holds something else by then. So that the refusal can say
//! what changed, the pins that were shown last are kept (hashes only) beside the data.

use std::path::{Path, PathBuf};

use daiban_domain::act::Pin;
use daiban_domain::words::Said;
use serde_json::Value;

use crate::exit::{Code, Done, Failure};

/// Pins that are remembered.
const SHOWN_MAX: usize = 64;
const SHOWN_FILE: &str = "shown.json";
const TOKEN_DIGITS: usize = 8;

/// What the case holds now.
pub(crate) fn pin_of(view: &Value) -> Done<Pin> {
    serde_json::from_value(view["state"]["pin"].clone()).map_err(|error| {
        Failure::new(
            Code::NotAllowed,
            "办件内容尚未齐全，不能据以决定",
            "the case has not arrived whole, so nothing can rest on it",
        )
        .because(error)
        .remedy("请等待同步完成", "wait until the sync is complete")
    })
}

/// The token of a pin.
pub(crate) fn token(pin: &Pin) -> String {
    let json = serde_json::to_vec(pin).unwrap_or_default();
    blake3::hash(&json).to_hex()[..TOKEN_DIGITS].to_owned()
}

/// Remembers what was shown; losing it costs only the words of a later refusal.
pub(crate) fn remember(data: &Path, pin: &Pin) {
    let (path, token) = (shown_file(data), token(pin));
    let mut shown = remembered(data);
    shown.retain(|(known, _)| *known != token);
    shown.push((token, pin.clone()));
    shown.drain(..shown.len().saturating_sub(SHOWN_MAX));
    let fresh = path.with_extension(format!("{}.new", std::process::id()));
    let written = serde_json::to_vec(&shown).map_err(std::io::Error::other);
    let _ = written
        .and_then(|bytes| std::fs::write(&fresh, bytes))
        .and_then(|()| std::fs::rename(fresh, path));
}

/// The pin that `given` names. If the case holds something else by now, the node will refuse it
/// and say what changed.
///
/// # Errors
/// The token is missing, or nobody knows any more what it stood for.
pub(crate) fn named(data: &Path, case: &str, now: &Pin, given: Option<&str>) -> Done<Pin> {
    let Some(given) = given.map(str::trim) else { return Err(unread(case)) };
    if given.eq_ignore_ascii_case(&token(now)) {
        return Ok(now.clone());
    }
    let known = remembered(data).into_iter().find(|(token, _)| token.eq_ignore_ascii_case(given));
    known.map(|(_, then)| then).ok_or_else(|| changed(case))
}

/// Materials that came after `then`.
pub(crate) fn new_materials(then: &Pin, now: &Pin) -> Vec<Said> {
    let since = now.materials.iter().filter(|material| !then.materials.contains(material));
    let said = |key: &str| Said::of_data(format!("新材料 {key}"), format!("new material {key}"));
    since.map(|material| said(&material.key)).collect()
}

fn unread(case: &str) -> Failure {
    Failure::new(
        Code::NotAllowed,
        "决定须注明所读内容：缺少 --read",
        "a decision names what was read: --read is missing",
    )
    .remedy(
        format!("请先用 daiban case show {case} 阅读，阅读码印在页首"),
        format!("read the case with `daiban case show {case}`, which prints the token"),
    )
}

fn changed(case: &str) -> Failure {
    Failure::new(
        Code::NotAllowed,
        "您所看到的内容已有变化",
        "what you read is not what the case holds now",
    )
    .remedy(
        format!("请用 daiban case show {case} 重新阅读后再决定"),
        format!("read it again with `daiban case show {case}`, then decide"),
    )
}

fn remembered(data: &Path) -> Vec<(String, Pin)> {
    let bytes = std::fs::read(shown_file(data)).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

fn shown_file(data: &Path) -> PathBuf {
    data.join(SHOWN_FILE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use daiban_domain::act::PinnedMaterial;
    use daiban_sync::id::BlobId;

    fn pin(blobs: &[u8]) -> Pin {
        let material = |&n: &u8| PinnedMaterial { key: "ID".into(), blob: BlobId([n; 32]) };
        Pin { materials: blobs.iter().map(material).collect(), ..Pin::default() }
    }

    #[test]
    fn the_token_names_the_content() {
        assert_eq!(token(&pin(&[1])).len(), TOKEN_DIGITS);
        assert_eq!(token(&pin(&[1])), token(&pin(&[1])));
        assert_ne!(token(&pin(&[1])), token(&pin(&[1, 2])));
        assert_eq!(new_materials(&pin(&[1]), &pin(&[1, 2])).len(), 1);
    }

    #[test]
    fn what_was_shown_is_remembered_within_a_bound() {
        let data = std::env::temp_dir().join(format!("daiban-shown-{}", std::process::id()));
        std::fs::create_dir_all(&data).unwrap();
        (0..70).for_each(|n| remember(&data, &pin(&[n])));
        let shown = remembered(&data);
        assert_eq!(shown.len(), SHOWN_MAX);
        assert_eq!(shown.last().unwrap().1, pin(&[69]));
        std::fs::remove_dir_all(&data).unwrap();
    }

    #[test]
    fn a_decision_without_a_token_or_with_an_unknown_one_is_not_allowed() {
        let nowhere = Path::new("/nonexistent");
        for given in [None, Some("00000000")] {
            let refused = named(nowhere, "R1", &pin(&[1]), given).unwrap_err();
            assert_eq!(refused.code, Code::NotAllowed);
            assert!(refused.shown(crate::say::Lang::Zh).contains("case show R1"));
        }
        let given = token(&pin(&[1])).to_uppercase();
        assert_eq!(named(nowhere, "R1", &pin(&[1]), Some(&given)).unwrap(), pin(&[1]));
    }

    #[test]
    fn a_case_without_state_cannot_be_decided_on() {
        assert_eq!(pin_of(&serde_json::json!({})).unwrap_err().code, Code::NotAllowed);
    }
}
