//! What an item says, where two of its versions are compared, and what a draft is told of newer ones.

use super::{Said, messages};
use crate::catalog::Action;

messages! {
    rule_none { zh: "无", en: "none" }
    rule_yes { zh: "是", en: "yes" }
    rule_no { zh: "否", en: "no" }
    rule_label { zh: "名称", en: "name" }
    rule_type { zh: "类型", en: "type" }
    rule_required { zh: "必填", en: "required" }
    rule_required_if { zh: "何时必填", en: "required if" }
    rule_options { zh: "选项", en: "choices" }
    rule_least { zh: "最小值", en: "least" }
    rule_most { zh: "最大值", en: "most" }
    rule_characters { zh: "最多字数", en: "most characters" }
    rule_pattern { zh: "格式", en: "pattern" }
    rule_not_after_today { zh: "不晚于当天", en: "not after the day of entry" }
    rule_differs_from { zh: "不得与之相同的栏目", en: "differs from" }
    rule_derived { zh: "取自", en: "read out of" }
    rule_help { zh: "填写说明", en: "help" }
    rule_need { zh: "必要性", en: "need" }
    rule_copies { zh: "份数", en: "copies" }
    rule_grade { zh: "可信等级", en: "grade" }
    rule_licence { zh: "可复用的证照", en: "licence" }
    rule_reuse_days { zh: "复用天数", en: "reused for days" }
    rule_holder { zh: "持证人栏目", en: "holder by" }
    rule_electronic_only { zh: "只收电子件", en: "electronic only" }
    rule_paper { zh: "纸质", en: "paper" }
    rule_note { zh: "说明", en: "note" }
    rule_turn { zh: "顺序", en: "number" }
    rule_limit { zh: "时限", en: "limit" }
    rule_counts { zh: "计时", en: "on the clock" }
    rule_optional { zh: "可省", en: "optional" }
    rule_silence { zh: "逾期未答复", en: "on silence" }
    rule_pauses_others { zh: "补正暂停其他部门", en: "its correction pauses others" }
    rule_batch_approval { zh: "可批量审批", en: "may be approved in batches" }
    rule_join { zh: "并联规则", en: "join rule" }
    rule_promised { zh: "承诺时限", en: "promised" }
    rule_promised_basis { zh: "承诺依据", en: "basis of the promise" }
    rule_statutory { zh: "法定时限", en: "by law" }
    rule_statutory_basis { zh: "法定依据", en: "basis in law" }
    rule_procedures { zh: "特别程序", en: "special procedures" }
    rule_extension { zh: "延期", en: "extension" }
    rule_mend_within { zh: "整改和投诉答复时限", en: "to mend and to answer complaints" }
    rule_answer_within { zh: "咨询答复时限", en: "to answer questions" }
    rule_basic_code { zh: "基本编码", en: "basic code" }
    rule_initials { zh: "拼音首字母", en: "initials" }
    rule_domain { zh: "领域", en: "line of business" }
    rule_task_type { zh: "事项类型", en: "type of item" }
    rule_case_type { zh: "办件类型", en: "type of case" }
    rule_serves { zh: "服务对象", en: "serves" }
    rule_taken_at { zh: "受理层级", en: "taken at" }
    rule_decided_at { zh: "决定层级", en: "decided at" }
    rule_visits { zh: "跑动次数", en: "visits" }
    rule_delivery { zh: "送达", en: "delivery" }
    rule_fee { zh: "收费", en: "fee" }
    rule_proxy { zh: "代办", en: "agents" }
    rule_dedupe { zh: "查重", en: "same request if" }
    rule_season { zh: "季节", en: "season" }
    rule_window { zh: "集中办理", en: "in batches" }
    rule_valid_from { zh: "施行日期", en: "in force from" }
    rule_valid_until { zh: "截止日期", en: "in force until" }
    rule_applies_in { zh: "适用地区", en: "applies in" }
    rule_elsewhere { zh: "异地承办", en: "handled elsewhere" }
    rule_source { zh: "来源", en: "source" }

    need_required { zh: "必要", en: "required" }
    need_required_if(condition: &Said) { zh: "当{condition}时必要", en: "required if {condition}" }
    need_optional { zh: "可选", en: "optional" }
    need_tolerated(days: u16) {
        zh: "容缺，受理后{days}个工作日内补齐",
        en: "may follow within {days} working days",
    }
    need_tolerated_if(days: u16, condition: &Said) {
        zh: "当{condition}时需要，容缺，受理后{days}个工作日内补齐",
        en: "needed if {condition}, may follow within {days} working days",
    }
    need_made_at(action: Action) { zh: "办理中产生：{action}", en: "made at: {action}" }
    fee_of(cents: i64, payee: &str, basis: &str) {
        zh: "{cents}分，收款单位{payee}，依据{basis}",
        en: "{cents} cents to {payee} ({basis})",
    }
    fee_by_scale(payee: &str, basis: &str) {
        zh: "按标准收费，收款单位{payee}，依据{basis}",
        en: "by a scale, to {payee} ({basis})",
    }
    proxy_allowed { zh: "可代办", en: "may apply" }
    proxy_needs_poa { zh: "须委托书", en: "with a power of attorney" }
    proxy_home_visit { zh: "可上门", en: "visit homes" }

    rules_replaced(name: &str, old: u32, new: u32) {
        zh: "草稿按{name}第{old}版填写，现行第{new}版",
        en: "the draft follows version {old} of {name}; version {new} is in force",
    }
    migrate_first {
        zh: "请用 daiban case migrate 查看差异并换版，已填内容都会保留",
        en: "`daiban case migrate` shows the differences and goes over; what was filled in stays",
    }
    only_drafts_migrate { zh: "只有草稿可以换版", en: "only a draft goes over to another version" }
    no_newer_version(version: u32) {
        zh: "第{version}版就是现行版本，没有更新的版本",
        en: "version {version} is in force; there is no newer one",
    }
}
