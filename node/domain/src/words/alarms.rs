//! Alarms of a node, for its operator.

use daiban_sync::id::{BlobId, Incarnation, LogId, NodeKey, OfficeCode};

use super::messages;

messages! {
    alarm_rolled_back(log: LogId, held: u64, known_above: u64, incarnation: Incarnation) {
        zh: "本节点由旧副本恢复：自己的日志 {log} 只有 {held} 项，其他机构有 {known_above} 项；\
             正在取回，此后以化身 {incarnation} 书写",
        en: "this node was restored from an old copy: it held {held} entries of its own log {log}, \
             another office holds {known_above}; they are fetched back and new entries go to \
             incarnation {incarnation}",
    }
    alarm_fork_mended(log: LogId, common: u64, rewritten: u64, incarnation: Incarnation) {
        zh: "本节点恢复旧副本后又使用过：日志 {log} 在第 {common} 项之后与上级不同；\
             {rewritten} 项已以化身 {incarnation} 重新书写，没有丢失",
        en: "this node was used after it was restored from an old copy: log {log} differs from the \
             office above after entry {common}; {rewritten} entries were written again under \
             incarnation {incarnation}, nothing is lost",
    }
    alarm_equivocation(log: LogId, author: NodeKey, office: OfficeCode, len: u64) {
        zh: "{office} 的节点 {author} 为日志 {log} 签了两份历史，至迟在第 {len} 项分歧；\
             两份均留作证据，以上级所持为准，待该节点补正",
        en: "node {author} of office {office} signed two histories of log {log} that differ at or \
             before entry {len}; both are kept as evidence, what the office above holds stands until the \
             node mends it",
    }
    alarm_peer_refused(office: OfficeCode, reason: &str) {
        zh: "已断开与 {office} 的连接：{reason}",
        en: "office {office} was cut off: {reason}",
    }
    alarm_quarantined(log: LogId, seq: u64, office: OfficeCode, reason: &str) {
        zh: "{office} 的日志 {log} 第 {seq} 项不生效：{reason}",
        en: "entry {seq} of log {log} by office {office} does not take effect: {reason}",
    }
    alarm_not_allowed(office: OfficeCode, reason: &str) {
        zh: "{office} 的一项办理无效：{reason}",
        en: "an act of office {office} has no effect: {reason}",
    }
    alarm_latched(reason: &str) {
        zh: "已停止保存：{reason}",
        en: "nothing more is saved: {reason}",
    }
    alarm_damaged(what: &str) { zh: "数据损坏：{what}", en: "{what}" }
    alarm_no_room(what: &str) {
        zh: "磁盘空间不足，文件暂留原处：{what}",
        en: "there is no room for files, they stay where they are for now: {what}",
    }
    alarm_repaired(log: LogId, from: u64, to: u64) {
        zh: "日志 {log} 第 {from} 至 {to} 项已从相邻机构取回",
        en: "entries {from} to {to} of log {log} were fetched again from a neighbour",
    }
    alarm_blob_repaired(blob: BlobId) {
        zh: "损坏的文件 {blob} 已从相邻机构取回",
        en: "the damaged file {blob} was fetched again from a neighbour",
    }
    alarm_views(reason: &str) {
        zh: "数据库未能跟上日志：{reason}；请停止节点，运行 daiban rebuild",
        en: "the database does not follow the journal: {reason}; stop the node and run \
             `daiban rebuild`",
    }
    alarm_clock_error(office: OfficeCode, seconds: i64) {
        zh: "本机构与 {office} 的时钟相差 {seconds} 秒；请校正有误的一方",
        en: "the clocks of this office and of {office} differ by {seconds} s; set the wrong one",
    }
}
