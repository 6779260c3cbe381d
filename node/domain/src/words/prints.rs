//! What is printed at a counter: receipt, notice of what is missing, ledger of a day.

use super::messages;

messages! {
    print_receipt { zh: "收件回执", en: "Receipt" }
    print_notice { zh: "一次性告知书", en: "Notice of all that is missing" }
    print_ledger { zh: "收件台账", en: "Ledger of the day" }
    print_now { zh: "打印", en: "Print" }
    print_hint { zh: "用浏览器的打印功能（Ctrl+P），纸张选 A4", en: "Print with the browser (Ctrl+P) on A4" }
    print_to(applicant: &str) { zh: "申请人{applicant}：", en: "To {applicant}:" }
    print_received(item: &str, at: &str) {
        zh: "您申请的“{item}”已于 {at} 收件，所交材料如下。",
        en: "Your application for {item} was received on {at}, with the materials below.",
    }
    print_not_received(item: &str) {
        zh: "您申请的“{item}”已登记，尚未提交，材料如下。",
        en: "Your application for {item} is noted, not handed in yet; its materials are below.",
    }
    print_lacks(item: &str) {
        zh: "您申请的“{item}”还需补齐下列全部内容，一次告知，补齐后不再要求其他内容。",
        en: "Your application for {item} still lacks all of the following; nothing else will be asked for.",
    }
    print_complete { zh: "材料齐全，不需补正。", en: "Everything is there; nothing is missing." }
    print_law {
        zh: "依据《中华人民共和国行政许可法》第三十二条：材料不齐全或者不符合法定形式的，应当当场或者在五个工作日内一次告知需要补正的全部内容。",
        en: "By article 32 of the Administrative Licence Law everything that is to be corrected is told at once, within five working days.",
    }
    print_fields_missing { zh: "申请表须填写", en: "To be filled in" }
    print_materials_missing { zh: "须补交的材料", en: "Materials to bring" }
    print_asked { zh: "办理部门要求补正", en: "Asked for by the organ" }
    print_later(days: u16) {
        zh: "可在受理后 {days} 个工作日内补交",
        en: "may follow within {days} working days after acceptance",
    }
    print_copies(copies: u8) { zh: "{copies}份", en: "copies: {copies}" }
    print_paper_original { zh: "原件", en: "original" }
    print_paper_copy { zh: "复印件，验原件", en: "copy, shown with the original" }
    print_ask {
        zh: "查询进度：在县、市政务服务网页输入收件号和证件号码后四位。",
        en: "Progress: enter the receipt number and the last four characters of the ID number at the county's or the city's page.",
    }
    print_applicant_signs { zh: "申请人（签字）", en: "Applicant (signature)" }
    print_agent_signs { zh: "经办人（签字）", en: "Agent (signature)" }
    print_seal { zh: "收件单位（盖章）", en: "Office (seal)" }
    print_date { zh: "日期", en: "Date" }
    print_qr(receipt: &str) { zh: "收件号 {receipt} 的二维码", en: "QR code of receipt {receipt}" }
    print_handover { zh: "交接清单", en: "Handover list" }
    handover_hint {
        zh: "以下办件未办结，现移交接收人继续办理。",
        en: "The cases below are open; whoever takes over goes on with them.",
    }
    handover_gives { zh: "移交人（签字）", en: "Handed over by (signature)" }
    handover_takes { zh: "接收人（签字）", en: "Taken over by (signature)" }
    handover_note { zh: "备注", en: "Note" }
    ledger_day { zh: "收件日期", en: "Day" }
    ledger_show { zh: "查看", en: "Show" }
    ledger_of(office: &str, day: &str, count: usize) {
        zh: "{office}　{day}　共 {count} 件",
        en: "{office}, {day}: {count} cases",
    }
    ledger_number { zh: "序号", en: "No." }
    ledger_time { zh: "时间", en: "Time" }
    ledger_signature { zh: "领取人签字", en: "Signature on delivery" }
    ledger_empty { zh: "当日没有收件", en: "nothing was received that day" }
    ledger_day_expected(found: &str) {
        zh: "日期应如 2026-03-02，收到“{found}”",
        en: "expected a day such as 2026-03-02, got {found:?}",
    }
    guide_fee { zh: "收费", en: "Fee" }
    guide_free { zh: "不收费", en: "free of charge" }
    guide_charged { zh: "收费", en: "charged" }
    guide_visits { zh: "到现场次数", en: "Visits" }
    guide_delivery { zh: "送达方式", en: "How the result comes" }
}
