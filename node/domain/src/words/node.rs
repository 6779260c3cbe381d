//! A node says no: its replica, its disk, its bundles, its admin socket.

use daiban_sync::id::OfficeCode;

use super::{Said, messages};

messages! {
    node_failed(error: &str) { zh: "本节点出错：{error}", en: "{error}" }
    tell_operator_to_verify {
        zh: "请联系运维人员",
        en: "tell the operator; `daiban verify` examines the data",
    }
    write_failed(reason: &str) {
        zh: "磁盘写入失败，未保存：{reason}",
        en: "not saved: {reason}",
    }
    mend_disk_and_restart {
        zh: "请检查磁盘后重新启动",
        en: "mend the disk, then restart the node",
    }
    database_behind(reason: &str) {
        zh: "数据库出错，未保存：{reason}",
        en: "not saved: the database does not follow the journal: {reason}",
    }
    stop_and_rebuild {
        zh: "请检查磁盘，停止节点后运行 daiban rebuild",
        en: "see to the disk, stop the node, then run `daiban rebuild`",
    }
    free_disk_space { zh: "请清理磁盘空间", en: "free some disk space" }
    file_not_saved(error: &str) { zh: "文件未保存：{error}", en: "the file is not saved: {error}" }
    check_disk_space { zh: "请检查磁盘空间", en: "see to the disk and its space" }
    space_plenty { zh: "磁盘空间充足", en: "there is room on the disk" }
    space_no_new_materials {
        zh: "磁盘空间不足：暂不接收照片和文件，仍可收件",
        en: "the disk is nearly full: photographs and documents are refused until space is freed; \
             cases can still be entered",
    }
    space_no_new_cases {
        zh: "磁盘空间不足：暂不接收新件，在办件仍可办理",
        en: "the disk is nearly full: new cases are refused until space is freed; cases in \
             progress can still be worked on",
    }
    space_full {
        zh: "磁盘已满：暂不接收任何新内容，已保存的不受影响",
        en: "the disk is full: nothing new is accepted until space is freed; what was saved stays \
             saved",
    }
    check_receipt { zh: "请核对收件号", en: "compare it with the printed receipt" }
    file_not_here { zh: "附件文件不在本节点", en: "the file is not in the store of this node" }
    upload_first { zh: "请先上传文件", en: "upload the file first" }
    no_such_item(code: &str) { zh: "目录中没有事项{code}", en: "the catalog has no item {code}" }
    list_items {
        zh: "用 `daiban catalog list` 查看事项",
        en: "`daiban catalog list` shows the items",
    }
    notice_faulty(reason: &Said) {
        zh: "通知有误，未发布：{reason}",
        en: "the notice is faulty: {reason}",
    }
    mend_and_publish { zh: "请改正后再发布", en: "mend it, then publish it again" }
    no_such_case { zh: "本节点没有这个办件", en: "this node has no such case" }
    check_receipt_or_wait {
        zh: "请核对收件号，或等待同步",
        en: "check the receipt number, or wait for the sync",
    }
    nothing_shared(to: OfficeCode) {
        zh: "{to} 既不是本机构的上级也不是下级，没有可携带的内容",
        en: "office {to} is neither above nor below this one: they share nothing",
    }
    choose_above_or_below {
        zh: "请选择上级或下级机构",
        en: "choose an office above or below",
    }
    no_node_known(to: OfficeCode) {
        zh: "还不认识 {to} 的节点，无法为它加密",
        en: "no node of office {to} is known here, so nothing can be sealed for it",
    }
    connect_or_import {
        zh: "与它联网一次，或先导入它制作的摆渡包",
        en: "connect to it once, or import a bundle that it made",
    }
    has_everything(to: OfficeCode) { zh: "{to} 已有全部内容", en: "office {to} has everything" }
    carry_all { zh: "如仍需要请加 --all", en: "add --all to carry everything all the same" }
    listed_field_differs(receipt: &str, held: &str) {
        zh: "办件{receipt}中为「{held}」",
        en: "case {receipt} says {held:?}",
    }
    make_field_agree {
        zh: "请改成一致，或在该办件中修改",
        en: "make them agree here, or edit that case",
    }
    listed_case_differs(receipt: &str) {
        zh: "已有相同申请的办件{receipt}，内容不同",
        en: "case {receipt} asks for the same with other content",
    }
    make_row_agree {
        zh: "请核对后改成一致，或在该办件中修改",
        en: "compare both: make the row agree, or edit that case",
    }
    line_is_no_command(error: &str) {
        zh: "无法识别的内容：{error}",
        en: "the line is not a command: {error}",
    }
    mend_line { zh: "请更正后重新提交", en: "mend the line and send it again" }
    mend_request { zh: "请更正", en: "mend the request" }

    bundle_not_taken(why: &Said) {
        zh: "摆渡包未导入，内容未保留：{why}",
        en: "the bundle was not taken and nothing of it kept: {why}",
    }
    carry_where_it_belongs {
        zh: "请交给收件机构，或请对方重新制作",
        en: "carry it where it belongs, or ask for a new one",
    }
    update_older { zh: "请更新较旧的一方", en: "update the older office" }
    copy_again { zh: "请重新拷贝后再试", en: "copy it again and try once more" }
    bundle_not_received(error: &str) {
        zh: "无法接收摆渡包：{error}",
        en: "the bundle could not be received: {error}",
    }
    check_space_and_retry {
        zh: "请检查磁盘空间后重试",
        en: "look at the disk's space and try again",
    }
    bundle_no_bundle {
        zh: "这不是摆渡包",
        en: "expected a bundle of daiban, got another kind of file",
    }
    bundle_version(found: u8, ours: u8) {
        zh: "格式版本为 {found}，本机只认 {ours}",
        en: "expected a bundle of version {ours}, got {found}",
    }
    bundle_elsewhere(ours: OfficeCode, to: OfficeCode) {
        zh: "它是给 {to} 的，本机构是 {ours}",
        en: "expected a bundle for office {ours}, got one for {to}",
    }
    bundle_of_another_node(ours: &str) {
        zh: "它是给本机构其他节点的，本节点是 {ours}",
        en: "it was made for other nodes of this office, this one is {ours}",
    }
    bundle_truncated(piece: u64) {
        zh: "文件在第 {piece} 段中断，没有拷贝完整",
        en: "the file ends in piece {piece}: it was not copied whole",
    }
    bundle_damaged(piece: u64) {
        zh: "第 {piece} 段已损坏或错位",
        en: "piece {piece} is damaged or out of place",
    }
    bundle_trailing(piece: u64) {
        zh: "第 {piece} 段之后还有多余内容",
        en: "expected the end after piece {piece}, got more",
    }
    bundle_content(error: &str) {
        zh: "内容有误：{error}",
        en: "the content of the bundle: {error}",
    }
    bundle_key(node: &str) {
        zh: "无法为节点 {node} 加密",
        en: "node {node} has a key that nothing can be sealed to",
    }
    bundle_io(error: &str) { zh: "无法读写：{error}", en: "{error}" }

    material_too_large(kb: u64, max_kb: u64) {
        zh: "文件为 {kb} KB，超过上限 {max_kb} KB；请压缩或分成几个文件",
        en: "the file has {kb} KB, at most {max_kb} are taken: shrink or split it",
    }
    material_empty { zh: "空文件；请重新选择", en: "the file is empty: choose another" }
    material_unknown {
        zh: "无法识别的文件；请使用 JPEG、PNG 或 PDF",
        en: "expected a JPEG, PNG or PDF",
    }
    material_broken(error: &str) {
        zh: "图片损坏：{error}；请重新拍照",
        en: "the picture is broken: take it again",
    }
}
