//! The pages for everybody: progress, question, rating, complaint, guides, what is made public.

use super::messages;

messages! {
    public_home { zh: "办件查询", en: "How a case stands" }
    public_guides { zh: "办事指南", en: "Guides" }
    public_ledger { zh: "办理结果公开", en: "Published results" }
    public_receipt { zh: "收件号（回执上的26位）", en: "Receipt number (26 characters)" }
    public_digits { zh: "申请人证件号码后四位", en: "Last four characters of the applicant's ID number" }
    public_look { zh: "查询", en: "Look" }
    public_unknown {
        zh: "没有与收件号和证件号码后四位都相符的办件",
        en: "there is no case with both this receipt number and these four characters",
    }
    public_unknown_hint {
        zh: "请对照回执再输入一次；刚收的办件可能还在路上，请稍后再查",
        en: "compare both with the receipt; a case that was just received may still be on its way",
    }
    public_elsewhere { zh: "本机构不提供群众查询", en: "this office has no public pages" }
    public_elsewhere_hint { zh: "请到县或市政务服务中心的网页查询", en: "ask at the page of the county or the city" }
    public_too_often { zh: "查询过于频繁", en: "too many requests from your address" }
    public_too_often_hint(seconds: u64) {
        zh: "请 {seconds} 秒后再试",
        en: "try again in {seconds} seconds",
    }
    public_waits_for(who: &str) { zh: "现在由 {who} 办理", en: "now with {who}" }
    public_to_correct { zh: "需要您补正", en: "You are asked for" }
    public_received { zh: "收件", en: "Received" }
    public_accepted { zh: "受理", en: "Accepted" }
    public_decided { zh: "决定", en: "Decided" }
    public_handed_over { zh: "送达", en: "Handed over" }
    public_rate { zh: "评价", en: "Rate it" }
    public_rated { zh: "您的评价", en: "Your rating" }
    public_complain { zh: "投诉", en: "Complain" }
    public_complaint { zh: "您的投诉", en: "Your complaint" }
    public_ask { zh: "咨询", en: "Ask a question" }
    public_question { zh: "您的咨询", en: "Your question" }
    public_answer { zh: "答复", en: "Answer" }
    public_no_answer_yet { zh: "待答复", en: "not answered yet" }
    public_told { zh: "已收到，谢谢", en: "It was received, thank you" }
    public_ledger_hint {
        zh: "只公开依法公示的事项和法人事项；姓名只显示一部分，涉及未成年人和个人隐私的不公开",
        en: "only what the law has published and what bodies applied for; names are shown in part, and nothing that concerns minors or private life",
    }
    public_ledger_empty { zh: "暂无", en: "none yet" }
    public_column_result { zh: "结果", en: "Result" }
    public_column_day { zh: "收件日期", en: "Received on" }
}
