//! The data directory and its settings.

use std::path::{Path, PathBuf};

use daiban_node::identity::{Identity, SaveError};
use daiban_node::settings::{SHIPPED, Settings, SettingsError, items_of};

use crate::exit::{Code, Done, Failure};

/// The settings file inside the data directory.
pub(crate) const SETTINGS_FILE: &str = "settings.toml";

/// A data directory, as the command was told.
#[derive(Clone, Debug)]
pub(crate) struct Home {
    pub(crate) data: PathBuf,
    /// `--set section.key=value`
    pub(crate) overrides: Vec<(String, String)>,
}

impl Home {
    /// The file, then the environment, then the flags.
    pub(crate) fn settings(&self) -> Done<Settings> {
        let file = self.data.join(SETTINGS_FILE);
        let file = file.exists().then_some(file);
        Settings::load(file.as_deref(), std::env::vars(), &self.overrides).map_err(unsettled)
    }

    /// The identity, or a sentence that says how to make one.
    pub(crate) fn identity(&self) -> Done<Identity> {
        Identity::load(&self.data).map_err(no_identity)
    }

    /// Writes the shipped settings, every key explained, with the values of `--set` in their
    /// places. A file that is there stays.
    pub(crate) fn write_settings(&self) -> Done {
        let path = self.data.join(SETTINGS_FILE);
        if path.exists() {
            return Ok(());
        }
        Settings::load(None, [], &self.overrides).map_err(unsettled)?;
        let text = set_in(SHIPPED, &self.overrides);
        Settings::from_layers(&text, [], &[]).map_err(unsettled)?;
        std::fs::create_dir_all(&self.data)
            .and_then(|()| std::fs::write(&path, text))
            .map_err(|error| disk(&path, error))
    }

    /// `--data demo-data/town`, for commands to copy.
    pub(crate) fn flag(&self) -> String {
        format!("--data {}", self.data.display())
    }
}

/// A file that cannot be read or written.
pub(crate) fn disk(path: &Path, error: std::io::Error) -> Failure {
    let path = path.display();
    let (code, failed) = match error.kind() {
        std::io::ErrorKind::NotFound => (Code::NotFound, "does not exist"),
        _ => (Code::Disk, "cannot be read or written"),
    };
    let zh = if code == Code::NotFound { "不存在" } else { "无法读写" };
    Failure::new(code, format!("{path} {zh}"), format!("{path} {failed}")).because(error).remedy(
        "请核对路径、权限和磁盘空间",
        "check the path, the permissions and the disk's space",
    )
}

fn unsettled(error: SettingsError) -> Failure {
    Failure::new(Code::Usage, "设置有误", "the settings cannot be used").because(error)
}

/// An identity that cannot be read.
pub(crate) fn no_identity(error: SaveError) -> Failure {
    let code = match error {
        SaveError::Missing { .. } => Code::NotFound,
        SaveError::Exists { .. } => Code::NotAllowed,
        SaveError::Io { .. } => Code::Disk,
        SaveError::Malformed { .. } | SaveError::Chain { .. } => Code::Damage,
    };
    let (zh, en) = match code {
        Code::NotFound => {
            ("此数据目录还没有节点身份", "there is no identity in this data directory")
        }
        Code::NotAllowed => ("此数据目录已有节点身份", "this data directory has an identity"),
        _ => ("无法读取节点身份", "the identity cannot be read"),
    };
    Failure::new(code, zh, en).because(error)
}

/// The text of a settings file with some values in the place of their defaults.
fn set_in(shipped: &str, values: &[(String, String)]) -> String {
    let mut section = "";
    let mut text = String::new();
    for line in shipped.lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name;
        }
        let set =
            line.split_once(" = ").filter(|_| !line.starts_with('#')).and_then(|(key, old)| {
                let name = format!("{section}.{key}");
                // The last of several flags counts, as it does when they are read.
                let (_, value) = values.iter().rev().find(|(set, _)| *set == name)?;
                Some(format!("{key} = {}", as_toml(old, value)))
            });
        text += &set.unwrap_or_else(|| line.to_owned());
        text.push('\n');
    }
    text
}

/// A value written like the default that it replaces.
fn as_toml(old: &str, value: &str) -> String {
    if old.starts_with('[') {
        return format!("{:?}", items_of(value));
    }
    if old.starts_with('"') { format!("{value:?}") } else { value.to_owned() }
}

/// `section.key=value`
pub(crate) fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if key.contains('.') => {
            Ok((key.trim().to_owned(), value.trim().to_owned()))
        }
        _ => Err(format!(
            "expected section.key=value such as node.listen=0.0.0.0:3816, got {text:?}"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_take_the_place_of_defaults_and_the_comments_stay() {
        let values = [
            ("node.advertise", "127.0.0.1:4000, b:5"),
            ("node.training", "true"),
            ("log.level", "debug"),
            ("sync.idle_s", "7"),
            ("sync.idle_s", "9"),
            ("sync.keepalive_s", "2"),
        ];
        let values = values.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let text = set_in(SHIPPED, &values);
        let settings = Settings::from_layers(&text, [], &[]).unwrap();
        assert_eq!(settings.node.advertise, ["127.0.0.1:4000", "b:5"]);
        assert_eq!(as_toml("[]", r#"["a:1", "b:2"]"#), as_toml("[]", "a:1,b:2"));
        assert!(settings.node.training);
        assert_eq!((settings.log.level.as_str(), settings.sync.idle_s), ("debug", 9));
        assert_eq!(text.lines().count(), SHIPPED.lines().count());
    }

    #[test]
    fn a_setting_has_a_section_and_a_value() {
        assert_eq!(setting("a.b=c=d").unwrap(), ("a.b".into(), "c=d".into()));
        assert!(setting("listen=1").is_err() && setting("node.listen").is_err());
    }
}
