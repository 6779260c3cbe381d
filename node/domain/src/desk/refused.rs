//! The desk says no.

use serde::Serialize;

use crate::case::Quarantine;
use crate::check::FieldError;
use crate::fold::{Ignored, NextAct};
use crate::form::FieldChange;
use crate::words::Said;

/// Why a command is refused, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{sentence}；{remedy}{}", listed(.fields))]
pub struct Refused {
    pub sentence: Said,
    pub remedy: Said,
    /// Every faulty field at once.
    pub fields: Vec<FieldError>,
    /// What changed since it was read.
    pub difference: Vec<FieldChange>,
}

fn listed(fields: &[FieldError]) -> String {
    fields.iter().map(|field| format!("\n  {field}")).collect()
}

impl Refused {
    pub(super) fn new(sentence: Said, remedy: Said) -> Self {
        Self { sentence, remedy, fields: Vec::new(), difference: Vec::new() }
    }

    pub(super) fn fields(fields: Vec<FieldError>) -> Self {
        let count = fields.len();
        Self {
            fields,
            ..Self::new(
                Said::new(
                    format!("有{count}处填写有误"),
                    format!("{count} fields cannot stand as they are"),
                ),
                Said::new("请逐项改正后再保存", "mend each of them and save again"),
            )
        }
    }

    pub(super) fn not_opened() -> Self {
        Self::new(
            Said::new(
                "办件的建档记录尚未到达本节点",
                "the act that opens the case has not arrived here",
            ),
            Said::new("请等待同步完成", "wait until the sync is complete"),
        )
    }

    pub(super) fn unknown_item(code: &str, version: u32) -> Self {
        Self::new(
            Said::new(
                format!("本节点没有事项{code}第{version}版"),
                format!("this node has no item {code} version {version}"),
            ),
            Said::new(
                "请等待目录通知到达，或更新程序",
                "wait for the catalog notice, or update the program",
            ),
        )
    }

    pub(super) fn too_long(found: usize) -> Self {
        Self::new(
            Said::new(
                format!("内容过长（{found}字节）"),
                format!("the text is too long ({found} bytes)"),
            ),
            Said::new("请缩短，或作为附件上传", "shorten it, or attach it as a file"),
        )
    }

    pub(super) fn read_again(difference: Vec<FieldChange>) -> Self {
        Self {
            difference,
            ..Self::new(
                Said::new("您所看到的内容已有变化", "what you read is not what the case holds now"),
                Said::new("请重新阅读后再决定", "read the case again, then decide"),
            )
        }
    }

    pub(super) fn pin_missing() -> Self {
        Self::new(
            Said::new("决定须注明所依据的内容", "a decision names what was read"),
            Said::new(
                "请在办件页面办理，或附上 case show 给出的 pin",
                "act on the case's page, or pass the pin that `case show` prints",
            ),
        )
    }

    pub(super) fn materials_on_their_way(keys: &[&str]) -> Self {
        let keys = keys.join("、");
        Self::new(
            Said::new(
                format!("材料{keys}尚未传到本节点"),
                format!("materials {keys} have not arrived at this node"),
            ),
            Said::new("请等待材料传输完成后再决定", "decide when they are here"),
        )
    }

    pub(super) fn materials_missing(keys: &[String]) -> Self {
        let keys = keys.join("、");
        Self::new(
            Said::new(
                format!("缺少必要材料{keys}"),
                format!("required materials are missing: {keys}"),
            ),
            Said::new("请补充材料，或要求补正", "attach them, or request a correction"),
        )
    }

    pub(super) fn by_fold(ignored: Ignored, next: &[NextAct]) -> Self {
        let turn = |act: &NextAct, word: &str| match act.organ {
            Some(organ) => format!("{}/{organ} {word}", act.office),
            None => format!("{} {word}", act.office),
        };
        let zh: Vec<_> = next.iter().map(|act| turn(act, &act.words.zh)).collect();
        let en: Vec<_> = next.iter().map(|act| turn(act, act.verb)).collect();
        let remedy = if next.is_empty() {
            Said::new(
                "本办件已结束，如有需要请另行申请",
                "the case has ended; open a new one if needed",
            )
        } else {
            Said::new(
                format!("现在可以：{}", zh.join("；")),
                format!("possible now: {}", en.join("; ")),
            )
        };
        Self::new(ignored.why, remedy)
    }
}

impl From<Quarantine> for Refused {
    fn from(quarantine: Quarantine) -> Self {
        Self::new(
            Said::new("本节点不能保存这一内容", quarantine.to_string()),
            Said::new("请联系运维人员", "tell the operator"),
        )
    }
}
