//! Why a command was not carried out: a sentence, what to do, and a kind that exit codes and HTTP
//! follow.

use daiban_domain::desk::Refused;
use daiban_domain::words::Said;
use serde::{Deserialize, Serialize};

use crate::store::Space;

/// Why a command was not carried out. Nothing of it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Refusal {
    pub kind: RefusalKind,
    pub sentence: Said,
    pub remedy: Said,
    /// The fields, or what changed since it was read.
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    pub detail: serde_json::Value,
}

/// Refusals by what is to be done; each has an exit code of the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefusalKind {
    /// The request itself is wrong.
    Input,
    /// There is no such case or item here.
    NotFound,
    /// The law or the item does not allow it.
    NotAllowed,
    /// The disk cannot take it.
    Disk,
    /// The node is at fault.
    Internal,
}

impl Refusal {
    pub(crate) fn new(kind: RefusalKind, sentence: (&str, &str), remedy: (&str, &str)) -> Self {
        Self {
            kind,
            sentence: Said::of_data(sentence.0, sentence.1),
            remedy: Said::of_data(remedy.0, remedy.1),
            detail: serde_json::Value::Null,
        }
    }

    pub(crate) fn internal(error: impl std::fmt::Display) -> Self {
        let said = error.to_string();
        Self::new(
            RefusalKind::Internal,
            (&format!("本节点出错：{said}"), &said),
            ("请联系运维人员", "tell the operator; `daiban verify` examines the data"),
        )
    }

    pub(super) fn latched(reason: &str) -> Self {
        Self::new(
            RefusalKind::Disk,
            (&format!("磁盘写入失败，未保存：{reason}"), &format!("not saved: {reason}")),
            ("请检查磁盘后重新启动", "mend the disk, then restart the node"),
        )
    }

    /// What rests on a case must not rest on an old view of it.
    pub(super) fn views_broken(reason: &str) -> Self {
        let en = format!("not saved: the database does not follow the journal: {reason}");
        let remedy = (
            "请检查磁盘，停止节点后运行 daiban rebuild",
            "see to the disk, stop the node, then run `daiban rebuild`",
        );
        Self::new(RefusalKind::Disk, (&format!("数据库出错，未保存：{reason}"), &en), remedy)
    }

    pub(crate) fn no_room(space: Space) -> Self {
        Self::new(
            RefusalKind::Disk,
            (space.words(), space.sentence()),
            ("请清理磁盘空间", "free some disk space"),
        )
    }

    pub(crate) fn not_written(error: impl std::fmt::Display) -> Self {
        let said = error.to_string();
        Self::new(
            RefusalKind::Disk,
            (&format!("文件未保存：{said}"), &format!("the file is not saved: {said}")),
            ("请检查磁盘空间", "see to the disk and its space"),
        )
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}；{}", self.sentence, self.remedy)
    }
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        let kind = match refused.fields.is_empty() && refused.difference.is_empty() {
            true => RefusalKind::NotAllowed,
            false => RefusalKind::Input,
        };
        let detail = match (&refused.fields[..], &refused.difference[..]) {
            ([], []) => serde_json::Value::Null,
            (fields, difference) => {
                serde_json::json!({ "fields": fields, "difference": difference })
            }
        };
        Self { kind, sentence: refused.sentence, remedy: refused.remedy, detail }
    }
}
