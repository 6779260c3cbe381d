//! Nodes that are suspended or revoked, and what a revoked one wrote.

use daiban_sync::id::{NodeKey, OfficeCode};

use super::{Said, messages};

messages! {
    node_revoked(node: NodeKey, reason: &str) {
        zh: "节点{node}已吊销：{reason}",
        en: "node {node} is revoked: {reason}",
    }
    node_suspended(node: NodeKey, reason: &str) {
        zh: "节点{node}已停用：{reason}",
        en: "node {node} is suspended: {reason}",
    }
    node_reinstated(node: NodeKey, reason: &str) {
        zh: "节点{node}已恢复：{reason}",
        en: "node {node} is reinstated: {reason}",
    }
    beyond_revocation {
        zh: "写入它的节点已被吊销，此后的内容不生效；吊销它的机构可以采信",
        en: "the node that wrote it is revoked, and what it wrote from here on has no effect; the office that revoked it can accept it",
    }
    alarm_revoked(by: OfficeCode) {
        zh: "本节点已被{by}吊销：不再同步，不再写入，也不再显示办件",
        en: "this node was revoked by {by}: it syncs no more, writes no more and shows no case",
    }
    node_is_revoked(by: &Said) {
        zh: "本节点已被{by}吊销，不再受理或显示办件；已保存的内容都在",
        en: "this node was revoked by {by}; it takes and shows no cases any more, and what was saved is still there",
    }
    carry_and_join_again {
        zh: "请把它交给上级：用 daiban bundle export 导出尚未送达的内容，由上级采信；新节点凭新的邀请码加入",
        en: "take it to the office above: daiban bundle export carries what was never sent, which that office can accept; a new node joins with a new code",
    }
    node_expected(typed: &str) {
        zh: "没有编号以「{typed}」开头的下级节点",
        en: "expected the beginning of the key of one node below, got \"{typed}\"",
    }
    node_ambiguous(typed: &str, count: usize) {
        zh: "编号以「{typed}」开头的节点有{count}个",
        en: "{count} nodes have keys that begin with \"{typed}\"",
    }
    see_nodes { zh: "请用 daiban node list 或机构页面查看节点", en: "see daiban node list, or the page of the office" }
    node_not_below(office: OfficeCode) {
        zh: "{office}不是本机构的下级，不能处置它的节点",
        en: "office {office} is not below this one, which cannot dispose of its nodes",
    }
    ask_office_above(by: &Said) { zh: "请联系{by}", en: "speak to {by}" }
    say_why { zh: "请写明原因", en: "say why" }
    reason_expected { zh: "没有写原因", en: "expected a reason, and none was given" }
    node_stands_so(state: &Said) { zh: "该节点现在{state}", en: "the node is {state} now" }
    standing_good { zh: "正常", en: "in good standing" }
    standing_suspended(by: OfficeCode, reason: &str) {
        zh: "已由{by}停用：{reason}",
        en: "suspended by {by}: {reason}",
    }
    standing_revoked(by: OfficeCode, reason: &str) {
        zh: "已由{by}吊销：{reason}",
        en: "revoked by {by}: {reason}",
    }
    revocation_keeps(entries: u64, logs: usize) {
        zh: "此前收到的{entries}条（{logs}个日志）仍然有效；此后的进入隔离",
        en: "the {entries} entries in {logs} logs that are here stay in force; later ones go to quarantine",
    }
    suspension_waits {
        zh: "停用期间不与它同步；它已保存的内容恢复后照常送达并生效",
        en: "nobody syncs with it meanwhile; what it has saved comes up and counts once it is reinstated",
    }
    acceptance_takes(entries: u64) {
        zh: "采信{entries}条，随即生效",
        en: "{entries} entries take effect",
    }
    nothing_to_accept { zh: "该日志没有未采信的内容", en: "nothing of this log is left to accept" }
    accept_upto_expected(from: u64, upto: u64, got: u64) {
        zh: "请填写{from}到{upto}之间的数，现为{got}",
        en: "expected a number from {from} to {upto}, got {got}",
    }
    log_expected(typed: &str) {
        zh: "没有编号以「{typed}」开头的日志",
        en: "expected the beginning of the name of one log, got \"{typed}\"",
    }
    form_was_changed { zh: "修改表单", en: "the form was changed" }

    page_node { zh: "节点", en: "Node" }
    page_unaccepted { zh: "吊销后收到的内容", en: "What a revoked node wrote" }
    column_node { zh: "节点", en: "Node" }
    column_entries { zh: "日志项", en: "Entries" }
    column_unaccepted { zh: "未采信", en: "Not accepted" }
    column_number { zh: "第几条", en: "Number" }
    office_nodes { zh: "节点", en: "Nodes" }
    office_no_nodes { zh: "还没有节点联系过", en: "No node of it has been heard of" }
    node_what_to_do { zh: "要做什么", en: "What to do" }
    node_suspend { zh: "停用", en: "Suspend" }
    node_suspend_hint {
        zh: "暂不与它同步，例如电脑送修或找不到；可以恢复",
        en: "Nobody syncs with it for now, as when it is being repaired or cannot be found. It can be reinstated",
    }
    node_reinstate { zh: "恢复", en: "Reinstate" }
    node_reinstate_hint { zh: "重新与它同步", en: "It syncs again" }
    node_revoke { zh: "吊销", en: "Revoke" }
    node_revoke_hint {
        zh: "永不再信任，例如电脑被盗；不能撤回，该机构凭新的邀请码用新节点加入",
        en: "It is never believed again, as when it was stolen. This cannot be taken back; the office joins again with a new code",
    }
    node_rehearsed { zh: "预演：尚未执行", en: "Rehearsal: nothing is done yet" }
    node_do_it { zh: "确认执行", en: "Do it" }
    node_do_not { zh: "不执行，返回", en: "Do not, go back" }
    reason { zh: "原因", en: "Reason" }
    disposal_expected { zh: "请选择要做什么", en: "choose what to do" }
    number_expected(typed: &str) { zh: "应为整数，现为「{typed}」", en: "expected a whole number, got \"{typed}\"" }
    unaccepted_hint {
        zh: "下列内容确由该节点写入，吊销后才收到，尚不生效。核对属实的可以采信",
        en: "The node did write this; it came after the revocation and has no effect. Accept what has proved real",
    }
    unaccepted_cases { zh: "采信后的办件", en: "The cases as they would be" }
    accept_upto { zh: "采信到第几条", en: "Accept up to number" }
    accept { zh: "采信", en: "Accept" }
    renew_now { zh: "现在续期", en: "Renew it now" }
    not_renewed(why: &str) { zh: "证书没有续期：{why}", en: "the certificate was not renewed: {why}" }
    renewed_later {
        zh: "现有证书继续有效，节点会自动再试",
        en: "the present one goes on; the node tries again by itself",
    }
}
