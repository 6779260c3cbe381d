//! Who may depend on whom.

#![allow(clippy::unwrap_used, reason = "a test fails where it stands")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn dependencies(package: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(root().join(package).join("Cargo.toml")).unwrap();
    let manifest: toml::Table = text.parse().unwrap();
    let of = |table: &toml::Table, key: &str| -> Vec<String> {
        table
            .get(key)
            .and_then(|d| d.as_table())
            .map(|d| d.keys().cloned().collect())
            .unwrap_or_default()
    };
    of(&manifest, "dependencies").into_iter().chain(of(&manifest, "build-dependencies")).collect()
}

fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    found
}

fn check_absent(package: &str, banned: &[&str]) {
    let dependencies = dependencies(package);
    for name in banned {
        assert!(!dependencies.contains(*name), "{package} must not depend on {name}");
    }
}

#[test]
fn sync_is_pure_and_knows_nobody() {
    check_absent(
        "sync",
        &[
            "tokio",
            "quinn",
            "sled",
            "automerge",
            "rand",
            "getrandom",
            "daiban-domain",
            "daiban-node",
            "daiban-sim",
        ],
    );
}

#[test]
fn domain_does_no_io() {
    check_absent(
        "node/domain",
        &[
            "tokio",
            "quinn",
            "sled",
            "rustls",
            "rand",
            "getrandom",
            "axum",
            "daiban-node",
            "daiban-sim",
        ],
    );
}

#[test]
fn nothing_that_runs_an_office_depends_on_simulations_or_tests() {
    for package in ["sync", "node/domain", "node"] {
        check_absent(package, &["daiban-sim", "daiban-tests"]);
    }
    check_absent("cli", &["daiban-tests"]);
}

/// The command offers the virtual city as a verb, and no other verb knows of it.
#[test]
fn one_verb_of_the_command_knows_the_virtual_city() {
    for (path, text) in sources("cli/src") {
        let is_its_own = path.components().any(|part| part.as_os_str() == "simulate");
        let may_know = is_its_own || path.ends_with("simulate.rs");
        assert!(may_know || !text.contains("daiban_sim"), "{} knows it", path.display());
    }
}

#[test]
fn planted_bugs_stay_out_of_the_program() {
    for package in ["sync", "node/domain", "node", "cli", "simulations"] {
        let text = fs::read_to_string(root().join(package).join("Cargo.toml")).unwrap();
        let manifest: toml::Table = text.parse().unwrap();
        let default = manifest.get("features").and_then(|features| features.get("default"));
        assert_eq!(default, None, "{package} must not switch features on by itself");
    }
    let command = fs::read_to_string(root().join("cli/Cargo.toml")).unwrap();
    assert!(!command.contains("mutants"), "the command is built without planted bugs");
}

#[test]
fn store_and_transport_meet_in_the_replica_only() {
    let check = |folder: &str, banned: &[&str]| {
        for (path, text) in sources(folder) {
            for name in banned {
                assert!(!text.contains(name), "{} must not use {name}", path.display());
            }
        }
    };
    check(
        "node/src/store",
        &["crate::transport", "crate::replica", "crate::shell", "crate::identity"],
    );
    check("node/src/transport", &["crate::store", "crate::replica", "crate::shell"]);
    check(
        "node/src/identity",
        &["crate::store", "crate::transport", "crate::replica", "crate::shell"],
    );
    check(
        "node/src/list",
        &["crate::store", "crate::transport", "crate::shell", "crate::web", "std::fs"],
    );
    check("node/src/replica", &["crate::transport", "crate::shell", "tokio::", "async fn"]);
}

#[test]
fn links_in_documents_lead_somewhere() {
    let documents = [
        "README.md",
        "README.zh-CN.md",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "docs/wire.md",
        "docs/disk.md",
        "docs/fuzzing.md",
        "docs/network.md",
        "docs/simulation.md",
        "docs/guide.md",
        "docs/guide.zh-CN.md",
        "configs/README.md",
    ];
    for document in documents {
        let path = root().join(document);
        let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{document}: {e}"));
        let folder = path.parent().unwrap();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap();
            if file.is_empty() || file.contains("://") {
                continue;
            }
            assert!(folder.join(file).exists(), "{document} links to {target}, which is not there");
        }
    }
}
