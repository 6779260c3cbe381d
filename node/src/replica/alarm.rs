//! Alarms: what an operator must hear of.

use std::fmt;

use daiban_domain::words::Said;
use daiban_sync::id::{BlobId, Incarnation, LogId, NodeKey, OfficeCode};
use serde::{Deserialize, Serialize};

/// What an operator must hear of. Nothing here names a citizen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "alarm")]
pub enum Alarm {
    /// This node's own log had gone on elsewhere: the data directory was restored from a copy.
    RolledBack { log: LogId, held: u64, known_above: u64, incarnation: Incarnation },
    /// Entries written after a rollback were written again under a new incarnation.
    ForkMended { log: LogId, common: u64, rewritten: u64, incarnation: Incarnation },
    /// Another author signed two histories of one log.
    Equivocation { log: LogId, author: NodeKey, office: OfficeCode, len: u64 },
    /// A peer broke the rules and was cut off.
    PeerRefused { office: OfficeCode, reason: String },
    /// An entry is genuine but does not take effect.
    Quarantined { log: LogId, seq: u64, office: OfficeCode, reason: String },
    /// An act without authority changed nothing.
    NotAllowed { office: OfficeCode, reason: String },
    /// Nothing more is saved until somebody acts.
    Latched { reason: String },
    /// Stored entries cannot be read; they are asked for again.
    Damaged { what: String },
    /// What was damaged has been fetched again.
    Repaired { log: LogId, from: u64, to: u64 },
    /// A damaged file has been fetched again.
    BlobRepaired { blob: BlobId },
    /// The database does not follow the journal.
    Views { reason: String },
    /// A peer's clock is far from ours.
    ClockError { office: OfficeCode, off_by_ms: i64 },
}

impl Alarm {
    /// What a person is told.
    pub fn said(&self) -> Said {
        Said::of_data(self.zh(), self.to_string())
    }

    fn zh(&self) -> String {
        match self {
            Self::RolledBack { log, held, known_above, incarnation } => format!(
                "本节点由旧副本恢复：自己的日志 {log} 只有 {held} 项，其他机构有 {known_above} 项；\
                 正在取回，此后以化身 {:016x} 书写",
                incarnation.0
            ),
            Self::ForkMended { log, common, rewritten, incarnation } => format!(
                "本节点恢复旧副本后又使用过：日志 {log} 在第 {common} 项之后与上级不同；\
                 {rewritten} 项已以化身 {:016x} 重新书写，没有丢失",
                incarnation.0
            ),
            Self::Equivocation { log, author, office, len } => format!(
                "{office} 的节点 {author} 为日志 {log} 签了两份历史，至迟在第 {len} 项分歧；\
                 两份均留作证据，该日志已冻结"
            ),
            Self::PeerRefused { office, reason } => format!("已断开与 {office} 的连接：{reason}"),
            Self::Quarantined { log, seq, office, reason } => {
                format!("{office} 的日志 {log} 第 {seq} 项不生效：{reason}")
            }
            Self::NotAllowed { office, reason } => format!("{office} 的一项办理无效：{reason}"),
            Self::Latched { reason } => format!("已停止保存：{reason}"),
            Self::Damaged { what } => format!("数据损坏：{what}"),
            Self::Repaired { log, from, to } => {
                format!("日志 {log} 第 {from} 至 {to} 项已从相邻机构取回")
            }
            Self::BlobRepaired { blob } => format!("损坏的文件 {blob} 已从相邻机构取回"),
            Self::Views { reason } => {
                format!("数据库未能跟上日志：{reason}；请停止节点，运行 daiban rebuild")
            }
            Self::ClockError { office, off_by_ms } => {
                format!("本机构与 {office} 的时钟相差 {} 秒；请校正有误的一方", off_by_ms / 1_000)
            }
        }
    }
}

/// In English, for the log.
impl fmt::Display for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RolledBack { log, held, known_above, incarnation } => write!(
                f,
                "this node was restored from an old copy: it held {held} entries of its own log \
                 {log}, another office holds {known_above}; they are fetched back and new \
                 entries go to incarnation {:016x}",
                incarnation.0
            ),
            Self::ForkMended { log, common, rewritten, incarnation } => write!(
                f,
                "this node was used after it was restored from an old copy: log {log} differs from \
                 the office above after entry {common}; {rewritten} entries were written again \
                 under incarnation {:016x}, nothing is lost",
                incarnation.0
            ),
            Self::Equivocation { log, author, office, len } => write!(
                f,
                "node {author} of office {office} signed two histories of log {log} that differ at \
                 or before entry {len}; both are kept as evidence, the log is frozen"
            ),
            Self::PeerRefused { office, reason } => {
                write!(f, "office {office} was cut off: {reason}")
            }
            Self::Quarantined { log, seq, office, reason } => write!(
                f,
                "entry {seq} of log {log} by office {office} does not take effect: {reason}"
            ),
            Self::NotAllowed { office, reason } => {
                write!(f, "an act of office {office} has no effect: {reason}")
            }
            Self::Latched { reason } => write!(f, "nothing more is saved: {reason}"),
            Self::Damaged { what } => write!(f, "{what}"),
            Self::Repaired { log, from, to } => {
                write!(f, "entries {from} to {to} of log {log} were fetched again from a neighbour")
            }
            Self::BlobRepaired { blob } => {
                write!(f, "the damaged file {blob} was fetched again from a neighbour")
            }
            Self::Views { reason } => {
                write!(
                    f,
                    "the database does not follow the journal: {reason}; stop the node and run \
                     `daiban rebuild`"
                )
            }
            Self::ClockError { office, off_by_ms } => write!(
                f,
                "the clocks of this office and of {office} differ by {} s; set the wrong one",
                off_by_ms / 1_000
            ),
        }
    }
}
