//! What operators do at the pages: publish, carry bundles, read the quarantine and what is overdue.

use daiban_sync::id::OfficeCode;

use super::{Said, messages};

messages! {
    page_publish { zh: "发布通知", en: "Publish" }
    page_bundles { zh: "摆渡包", en: "Bundles" }
    page_quarantine { zh: "隔离的日志项", en: "Quarantine" }

    publish_hint {
        zh: "先预演，看清会改变什么，再发布。发布的内容随同步到达各下级机构",
        en: "It is rehearsed first: you see what it would change, then publish. It travels down with the sync",
    }
    publish_what { zh: "文件内容", en: "What the files are" }
    publish_catalog { zh: "事项目录（.toml，可多选）", en: "items (.toml, several at once)" }
    publish_calendar { zh: "工作日历（.csv）", en: "calendar (.csv)" }
    publish_directory { zh: "机构变动（.csv）", en: "offices that change (.csv)" }
    publish_organs { zh: "部门代码（.csv）", en: "codes of organs (.csv)" }
    publish_file { zh: "选择文件", en: "Choose the files" }
    publish_rehearse { zh: "预演", en: "Rehearse" }
    publish_announcement { zh: "发公告", en: "Announce something" }
    publish_title { zh: "标题", en: "Title" }
    publish_text { zh: "正文", en: "Text" }
    publish_delegation { zh: "委托办理环节", en: "Delegate a stage" }
    delegation_item { zh: "事项代码", en: "Code of the item" }
    delegation_action { zh: "环节", en: "Stage" }
    delegation_from_organ { zh: "原办理部门代码", en: "Organ whose stage it is (code)" }
    delegation_to_office { zh: "受委托机构12位代码", en: "12-digit code of the office that may do it" }
    delegation_to_organ { zh: "受委托部门代码", en: "Organ there (code)" }
    delegation_from_day { zh: "自何日起", en: "From this day on" }
    delegation_within { zh: "适用范围12位代码（空：本机构及下级）", en: "Within this office (empty: here and below)" }
    publish_file_expected { zh: "请选择要发布的文件", en: "expected a file to publish, and none was chosen" }
    publish_one_file_expected(count: usize) {
        zh: "只能选择一个文件，现在选了 {count} 个",
        en: "expected one file, and {count} were chosen",
    }
    publish_utf8_expected(name: &str) {
        zh: "{name} 不是UTF-8文本，请另存为UTF-8后再选",
        en: "expected {name} to be UTF-8 text; save it as such and choose it again",
    }
    publish_field_expected(field: &Said) { zh: "请填写：{field}", en: "expected: {field}" }
    publish_field_unfit(field: &Said, text: &str) {
        zh: "{field}不能是「{text}」",
        en: "{field} cannot be \"{text}\"",
    }
    publish_nothing_new { zh: "与现行的没有不同，不必发布", en: "Nothing in it is new; there is nothing to publish" }
    publish_look_at_notices { zh: "请核对文件和下面的现行通知", en: "compare the files with the notices in force below" }
    publish_rehearsed { zh: "预演：尚未发布", en: "Rehearsal: not published yet" }
    publish_would(count: usize) { zh: "没有错误。发布后会有 {count} 处改变：", en: "No errors. {count} things would change:" }
    publish_is_final {
        zh: "发布后不能撤回，只能再发布新的",
        en: "What is published cannot be taken back; only something newer can be published",
    }
    publish { zh: "确认发布", en: "Publish it" }
    publish_not_yet { zh: "不发布，返回", en: "Do not publish, go back" }
    publish_done { zh: "已发布", en: "Published" }
    publish_in_part { zh: "只发布了一部分", en: "Only some of it was published" }
    publish_travels { zh: "随同步到达各下级机构：", en: "It travels down with the sync:" }
    notices_in_force { zh: "现行通知", en: "Notices in force" }
    notices_none { zh: "没有", en: "None" }
    column_notice { zh: "内容", en: "What it says" }

    bundle_hint {
        zh: "道路或线路中断时，把加密的摆渡包存入U盘带去。只有收件机构能打开，丢失也不泄密",
        en: "When a line is cut, carry an encrypted bundle on a stick. Only the office that it is for can open it",
    }
    bundle_make { zh: "制作摆渡包", en: "Make a bundle" }
    bundle_for { zh: "收件机构12位代码", en: "12-digit code of the office that it is for" }
    bundle_everything { zh: "连同对方已确认的内容", en: "also what that office has signed for" }
    bundle_without_materials { zh: "不带材料文件", en: "without the files of materials" }
    bundle_take { zh: "导入摆渡包", en: "Take a bundle" }
    bundle_file { zh: "带来的摆渡包", en: "The bundle that was brought" }
    bundle_code_expected { zh: "请填写收件机构的12位代码", en: "expected the 12-digit code of the office that it is for" }
    bundle_taken(from: &str, entries: u64, known: u64, files: u64) {
        zh: "已导入{from}的摆渡包：新增 {entries} 项，原有 {known} 项，文件 {files} 个",
        en: "Taken, from {from}: {entries} new entries, {known} held before, {files} files",
    }
    bundle_parts_refused(count: usize) { zh: "{count} 段内容未被接受", en: "{count} parts were not taken" }
    bundle_ask_for_all {
        zh: "请对方勾选「连同对方已确认的内容」重新制作；仍不成功请运行 daiban verify",
        en: "ask for a new one that has everything; if that fails too, `daiban verify` examines the data",
    }

    page_overdue { zh: "超期办件", en: "Overdue cases" }
    overdue_all { zh: "在办超期", en: "open and overdue" }
    overdue_yellow { zh: "在办黄牌", en: "open with a yellow card" }
    overdue_red { zh: "在办红牌", en: "open with a red card" }
    overdue_none { zh: "没有", en: "None" }
    column_whose_turn { zh: "轮到谁办", en: "Whose turn" }
    column_days_over { zh: "超期天数", en: "Days over" }

    invitation_take_back { zh: "收回", en: "Take back" }
    invitation_not_open(office: OfficeCode) {
        zh: "{office}没有可收回的邀请：已使用、已收回或已过期",
        en: "no invitation of {office} is open: it was used, taken back, or has expired",
    }
    certified_until { zh: "本机证书有效至", en: "This node's certificate ends" }
    certified_hint(until: &str) {
        zh: "{until}，过半自动续期",
        en: "{until}; it is renewed by itself when half of its time is over",
    }

    quarantine_hint {
        zh: "真实但没有效力的日志项：保留原样，写明原因，不会丢弃",
        en: "Genuine entries without effect: kept as they came, each with its reason, never dropped",
    }
    column_entry { zh: "日志项", en: "Entry" }
    session_began { zh: "建立连接", en: "a session began" }
    contact_last { zh: "最近联系", en: "last contact" }
    timeline_session { zh: "连接", en: "session" }
}
