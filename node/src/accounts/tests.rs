use super::session::{IDLE_MS, SESSION_MS};
use super::*;

const NOW: Millis = Millis(1_772_413_200_000);
const RIGHT: &str = "correct horse";

fn office() -> (tempfile::TempDir, Accounts) {
    let folder = tempfile::tempdir().unwrap();
    let mut accounts = Accounts::open(folder.path()).unwrap();
    accounts.add(new("lili", &[Role::Agent], None)).unwrap();
    (folder, accounts)
}

fn new(id: &str, roles: &[Role], organ: Option<&str>) -> NewAccount {
    NewAccount {
        id: id.into(),
        name: "李丽".into(),
        roles: roles.to_vec(),
        organ: organ.map(|organ| organ.parse().unwrap()),
        password: RIGHT.into(),
    }
}

#[test]
fn a_session_outlives_the_process_and_its_token_is_not_on_the_disk() {
    let (folder, mut accounts) = office();
    let token = accounts.sign_in(NOW, "lili", RIGHT, Token::random()).unwrap();
    drop(accounts);
    let text = std::fs::read_to_string(folder.path().join("accounts.json")).unwrap();
    assert!(!text.contains(&token.text()) && !text.contains(RIGHT));
    let mut again = Accounts::open(folder.path()).unwrap();
    assert_eq!(again.visit(NOW, &token, true).unwrap().account.name, "李丽");
    again.sign_out(&token).unwrap();
    assert!(Accounts::open(folder.path()).unwrap().visit(NOW, &token, true).is_none());
}

#[test]
fn after_five_wrong_passwords_even_the_right_one_waits_and_longer_each_time() {
    let (_folder, mut accounts) = office();
    let mut try_at = |now: Millis, password: &str| {
        accounts.sign_in(now, "lili", password, Token::random()).map(|_| ())
    };
    for _ in 0..TRIES_MAX {
        assert!(matches!(try_at(NOW, "wrong"), Err(SignInError::Wrong)));
    }
    assert!(matches!(try_at(NOW, RIGHT), Err(SignInError::Locked { for_ms: LOCK_MS_MIN })));
    let later = NOW.plus(LOCK_MS_MIN);
    assert!(matches!(try_at(later, "wrong"), Err(SignInError::Wrong)));
    let twice = LOCK_MS_MIN * 2;
    assert!(matches!(try_at(later, RIGHT), Err(SignInError::Locked { for_ms }) if for_ms == twice));
    assert!(try_at(later.plus(twice), RIGHT).is_ok());
}

#[test]
fn an_idle_browser_is_locked_and_the_password_opens_it() {
    let (_folder, mut accounts) = office();
    let token = accounts.sign_in(NOW, "lili", RIGHT, Token::random()).unwrap();
    let idle = NOW.plus(IDLE_MS);
    assert!(accounts.visit(idle, &token, true).unwrap().is_locked);
    assert!(matches!(accounts.unlock(idle, &token, "wrong"), Err(SignInError::Wrong)));
    accounts.unlock(idle, &token, RIGHT).unwrap();
    assert!(!accounts.visit(idle, &token, true).unwrap().is_locked);
    assert!(accounts.visit(idle.plus(SESSION_MS), &token, true).is_none());
}

#[test]
fn a_new_password_and_a_disabled_account_end_every_session() {
    let (_folder, mut accounts) = office();
    let token = accounts.sign_in(NOW, "lili", RIGHT, Token::random()).unwrap();
    accounts.reset_password("lili", "another password").unwrap();
    assert!(accounts.visit(NOW, &token, true).is_none());
    accounts.set_disabled("lili", true).unwrap();
    let refused = accounts.sign_in(NOW, "lili", "another password", Token::random());
    assert!(matches!(refused.map(|_| ()), Err(SignInError::Wrong)));
}

#[test]
fn what_is_unfit_is_refused_with_its_reason() {
    let (_folder, mut accounts) = office();
    for (faulty, part) in [
        (new("lili", &[Role::Agent], None), "already"),
        (new("李丽", &[Role::Agent], None), "expected an id"),
        (new("wang", &[], None), "at least one role"),
        (new("wang", &[Role::Officer], None), "--organ"),
        (NewAccount { password: "short".into(), ..new("wang", &[Role::Agent], None) }, "got 5"),
    ] {
        let error = accounts.add(faulty).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
    assert!(accounts.add(new("wang", &[Role::Officer], Some("MZ"))).is_ok());
    assert!(matches!(accounts.set_disabled("nobody", true), Err(AccountError::Unknown { .. })));
}

#[test]
fn whoever_is_signed_in_at_two_browsers_leaves_the_other_one() {
    let (_folder, mut accounts) = office();
    accounts.add(new("wang", &[Role::Agent], None)).unwrap();
    let mut enter = |id| accounts.sign_in(NOW, id, RIGHT, Token::random()).unwrap();
    let (here, there, other) = (enter("lili"), enter("lili"), enter("wang"));
    let places = accounts.places(NOW, &here);
    assert_eq!(places.iter().filter(|place| place.is_this).count(), 1);
    assert_eq!(places.len(), 2);
    accounts.leave_other_places(&here).unwrap();
    assert!(accounts.visit(NOW, &there, true).is_none());
    assert!(
        accounts.visit(NOW, &here, true).is_some() && accounts.visit(NOW, &other, true).is_some()
    );
    assert_eq!(accounts.places(NOW.plus(SESSION_MS), &here), []);
}
