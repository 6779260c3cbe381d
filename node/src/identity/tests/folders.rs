use std::os::unix::fs::PermissionsExt;

use crate::identity::testing::*;
use crate::identity::*;

#[test]
fn an_identity_comes_back_from_its_folder() {
    let mut world = World::new(60);
    for identity in world.line() {
        let data = world.data(&format!("saved {}", identity.office()));
        assert!(matches!(Identity::load(&data), Err(SaveError::Missing { .. })));
        identity.save_new(&data).unwrap();
        let back = Identity::load(&data).unwrap();
        assert_eq!((back.office(), back.key()), (identity.office(), identity.key()));
        assert_eq!((back.chain(), back.root()), (identity.chain(), identity.root()));
        assert_eq!(back.may_admit(), identity.may_admit());
        assert_eq!((back.parent(), back.ancestors()), (identity.parent(), identity.ancestors()));
        assert!(matches!(identity.save_new(&data), Err(SaveError::Exists { .. })));
    }
}

#[test]
fn private_keys_are_for_the_owner_only() {
    let mut world = World::new(61);
    let city = world.city();
    let data = world.data("city");
    city.save_new(&data).unwrap();
    for name in ["node.key", "issuing.key", "root.key", "identity.json"] {
        let path = Identity::folder(&data).join(name);
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let folder = std::fs::metadata(Identity::folder(&data)).unwrap().permissions().mode();
    assert_eq!(folder & 0o777, 0o700);
}

#[test]
fn a_damaged_folder_is_named() {
    let mut world = World::new(62);
    let city = world.city();
    let data = world.data("damaged");
    city.save_new(&data).unwrap();
    let folder = Identity::folder(&data);
    let check = |name: &str, bytes: &[u8], expected: &str| {
        let path = folder.join(name);
        let before = std::fs::read(&path).unwrap();
        std::fs::write(&path, bytes).unwrap();
        let error = Identity::load(&data).map(drop).unwrap_err().to_string();
        assert!(error.contains(expected) && error.contains(name), "{error}");
        std::fs::write(&path, before).unwrap();
    };
    check("node.key", b"short", "got 5 bytes");
    check("identity.json", b"{}", "missing field");
    let whole = std::fs::read_to_string(folder.join("identity.json")).unwrap();
    check("identity.json", whole.replace("\"format\": 1", "\"format\": 2").as_bytes(), "format 1");
    let other_key = std::fs::read(folder.join("issuing.key")).unwrap();
    let path = folder.join("node.key");
    std::fs::write(&path, other_key).unwrap();
    let error = Identity::load(&data).map(drop).unwrap_err().to_string();
    assert!(error.contains("the certificate is for"), "{error}");
}
