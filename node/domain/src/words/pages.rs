//! The pages of a node: headings, labels, and why somebody is not let in.

use super::{Said, messages};

messages! {
    role_agent { zh: "代办员", en: "agent" }
    role_officer { zh: "审批人员", en: "officer" }
    role_operator { zh: "运维人员", en: "operator" }
    role_auditor { zh: "监察人员", en: "auditor" }

    page_training { zh: "培训模式：测试数据，不是真实办件", en: "TRAINING: practice data, no real cases" }
    page_skip { zh: "跳到正文", en: "Skip to the content" }
    page_other_language { zh: "English（英文）", en: "Chinese" }
    page_menu { zh: "主菜单", en: "Main menu" }
    page_work { zh: "今日待办", en: "Work" }
    page_sign_in { zh: "登录", en: "Sign in" }
    page_sign_out { zh: "退出", en: "Sign out" }
    page_unlock { zh: "已锁定", en: "Locked" }
    page_case(receipt: &str) { zh: "办件 {receipt}", en: "Case {receipt}" }
    page_not_done { zh: "没有办成", en: "It was not done" }
    page_waits {
        zh: "本机节点没有回应：已填的内容都还在本页，恢复后自动保存，请不要关闭",
        en: "The node does not answer: what you typed stays on this page and is saved when it does",
    }
    page_behind {
        zh: "下面的内容有更新：请记下已填的内容，刷新后再办",
        en: "What stands below has changed: note what you typed, reload, then act",
    }
    page_saved { zh: "已保存到本机磁盘", en: "Saved on this computer's disk" }

    sign_in_id { zh: "账号", en: "Account" }
    sign_in_password { zh: "密码", en: "Password" }
    sign_in_wrong { zh: "账号或密码不对", en: "The account or the password is wrong" }
    sign_in_locked(seconds: u64) {
        zh: "试错次数过多，请 {seconds} 秒后再试",
        en: "Too many tries; try again in {seconds} seconds",
    }
    sign_in_nobody {
        zh: "本机构还没有账号：请运维人员用 daiban account add 建立",
        en: "No account yet: the operator makes one with `daiban account add`",
    }
    unlock_hint(name: &str) {
        zh: "{name}：很久没有操作，请再输入密码。没有保存的内容仍在原页",
        en: "{name}: nothing was clicked for long; enter the password again",
    }
    unlock { zh: "解锁", en: "Unlock" }
    switch_person { zh: "换人登录", en: "Somebody else" }
    api_signed_out {
        zh: "未登录，或登录已失效",
        en: "nobody is signed in, or the session has ended",
    }
    api_sign_in {
        zh: "请用 POST /v1/session 登录，并在请求头中带上令牌",
        en: "sign in with POST /v1/session, and send its token as Authorization: Bearer",
    }
    api_not_your_role(role: &Said) {
        zh: "角色{role}不能提出这一请求",
        en: "this request is not open to the role {role}",
    }
    api_unreadable(why: &str) { zh: "请求不合格式：{why}", en: "the request is not as expected: {why}" }
    api_see_document {
        zh: "请对照 /v1/openapi.json",
        en: "see /v1/openapi.json for what is expected",
    }
    not_your_role(role: &Said) {
        zh: "此页不对{role}开放",
        en: "This page is not open to the role {role}",
    }
    ask_for_role { zh: "需要时请运维人员调整账号", en: "Ask the operator if your account should have it" }
    form_too_old {
        zh: "表单已过期，请返回后重新打开该页",
        en: "The form is out of date; go back and open the page again",
    }

    work_soon { zh: "快到期和已超期", en: "Due soon or late" }
    work_soon_hint(days: u16) {
        zh: "期限已过，或在今后 {days} 个工作日之内",
        en: "their day has passed, or is within the next {days} working days",
    }
    work_drafts { zh: "草稿", en: "Drafts" }
    work_to_correct { zh: "待补正", en: "To correct" }
    work_to_deliver { zh: "待送达、办结", en: "To deliver or close" }
    work_for_you { zh: "待您办理", en: "Waiting for you" }
    work_others { zh: "其他在办", en: "With others" }
    work_done { zh: "已结束", en: "Ended" }
    work_nothing { zh: "没有", en: "None" }
    work_all_of(count: usize) { zh: "全部 {count} 件", en: "All {count}" }
    work_more(shown: usize) { zh: "只显示 {shown} 件", en: "Only {shown} are shown" }
    work_next_page { zh: "下一页", en: "Next page" }
    column_receipt { zh: "收件号", en: "Receipt" }
    column_item { zh: "事项", en: "Item" }
    column_applicant { zh: "申请人", en: "Applicant" }
    column_status { zh: "状态", en: "Status" }
    column_due { zh: "到期", en: "Due" }
    due_unknown { zh: "日历未知，待通知", en: "calendar unknown until notice" }
    due_suspended { zh: "等申请人补正", en: "waits for the applicant" }
    due_today { zh: "今天", en: "today" }
    due_overdue { zh: "超期", en: "overdue" }

    case_form { zh: "申请表", en: "Form" }
    case_materials { zh: "材料", en: "Materials" }
    case_stages { zh: "环节", en: "Stages" }
    case_history { zh: "经过", en: "History" }
    case_decision { zh: "决定", en: "Decision" }
    case_stale {
        zh: "决定之后内容有变，请核对后重新确认",
        en: "The content has changed since the decision: compare, then reconfirm",
    }
    case_conflicts { zh: "两人同时填写，请选定其一", en: "Written by two at the same time: choose one" }
    case_safety { zh: "安全保存", en: "Safely held" }
    case_number { zh: "办件编号", en: "Case number" }
    case_origin { zh: "收件地", en: "Handed in at" }
    case_promised { zh: "承诺时限", en: "Promised" }
    case_statutory { zh: "法定时限", en: "By law" }
    case_your_turn { zh: "您可以办理", en: "What you can do" }
    case_not_your_turn { zh: "现在没有您要办的", en: "Nothing for you to do now" }
    case_on_its_way { zh: "传输中", en: "on its way" }
    case_missing { zh: "缺少", en: "missing" }
    case_open_since(at: &str) { zh: "待办，自 {at}", en: "open since {at}" }
    case_correcting_since(at: &str) { zh: "补正中，自 {at}", en: "with the applicant since {at}" }
    case_done_by(name: &str, at: &str) { zh: "{name} 办，{at}", en: "by {name}, {at}" }
    case_deemed_agreed(at: &str) { zh: "逾期视为同意 {at}", en: "silent, so agreed {at}" }
    case_later { zh: "未到", en: "later" }
    case_skipped { zh: "不再需要", en: "not needed" }
    case_show_whole { zh: "查看完整号码", en: "Show the whole numbers" }
    case_why_whole { zh: "查看理由（会留下记录）", en: "Why (this is recorded)" }
    case_why_needed { zh: "请填写查看理由", en: "Say why you need to see them" }

    case_since(at: &str) { zh: "自您上次查看（{at}）以来", en: "Since you looked last ({at})" }
    case_newer(version: u32) {
        zh: "本事项已有第{version}版，草稿须先换版再提交",
        en: "version {version} of the item is in force: the draft has to go over before it is handed in",
    }
    case_other_acts { zh: "其他办理动作", en: "Other acts" }
    case_choose { zh: "选定", en: "Choose" }

    no_such_act { zh: "页面没有这一动作", en: "pages offer no such act" }
    mend_form { zh: "请改正后再提交", en: "mend it and send it again" }
    days_expected(found: &str) {
        zh: "天数应为整数，收到“{found}”",
        en: "expected a whole number of days, got {found:?}",
    }
    not_your_organ { zh: "这是其他部门的动作", en: "this is for another organ to do" }
    node_stopping { zh: "节点正在停止", en: "the node is stopping" }
    try_again_soon { zh: "请稍后再试；已保存的都在", en: "try again soon; what was saved is kept" }

    unit_cent { zh: "(分)", en: "(cents)" }
    unit_yuan { zh: "(元)", en: "(yuan)" }

    page_new { zh: "新收件", en: "New application" }
    page_papers { zh: "材料", en: "Materials" }
    page_check { zh: "核对后提交", en: "Check the answers" }
    find_label { zh: "事项名称、拼音、拼音首字母或代码", en: "Name, pinyin, its initials or code of the item" }
    find { zh: "查找", en: "Find" }
    find_nothing { zh: "没有找到本机构可收的事项", en: "no such item is taken here" }
    look_items_up { zh: "请在“新收件”中查找", en: "look it up under New application" }
    guide_title { zh: "办事指南：材料和时限", en: "Guide: materials and limits" }
    enter_step(step: usize, of: usize) { zh: "第{step}步，共{of}步", en: "Step {step} of {of}" }
    enter_on { zh: "保存并继续", en: "Save and go on" }
    field_optional { zh: "选填", en: "optional" }
    field_derived { zh: "由证件号码自动得出", en: "read out of the ID number" }
    yes { zh: "是", en: "yes" }
    no { zh: "否", en: "no" }
    choose_file(name: &str) { zh: "拍照或选择文件：{name}", en: "Photograph or choose a file: {name}" }
    paper_too_small { zh: "照片太小，字可能看不清：请靠近些重拍", en: "The picture is small and may not be legible: take it from nearer" }
    paper_too_dark { zh: "照片太暗，可能看不清：请到亮处重拍", en: "The picture is dark and may not be legible: take it in better light" }
    paper_too_bright { zh: "照片发白，可能看不清：请避开反光重拍", en: "The picture is washed out and may not be legible: take it without glare" }
    paper_blurred { zh: "照片模糊，可能看不清：请拿稳、对准后重拍", en: "The picture is blurred and may not be legible: hold still and take it again" }
    attach_more { zh: "再加一张或一页", en: "Add another" }
    attach_file { zh: "上传", en: "Attach" }
    check_missing { zh: "还缺这些", en: "This is missing" }
    change { zh: "修改", en: "change" }
    again_title { zh: "可能重复申请", en: "It may have been applied for before" }
    again_known { zh: "打开已有的办件", en: "Open the case that is there" }
    again_why { zh: "仍要另行申请的理由", en: "Why it is applied for all the same" }
    reuse_offer(on: &str, receipt: &str) {
        zh: "用已核验的（{on}，办件 {receipt}）",
        en: "Use what was verified on {on} in case {receipt}",
    }
    hand_in { zh: "提交", en: "Hand in" }
    go_on { zh: "继续填写", en: "Go on with it" }

    page_me { zh: "我的账号", en: "My account" }
    me_roles { zh: "角色", en: "Roles" }
    me_organ { zh: "部门", en: "Organ" }
    me_places { zh: "已登录的浏览器", en: "Signed in at" }
    me_since { zh: "登录时间", en: "Since" }
    me_seen { zh: "最近操作", en: "Last click" }
    me_place { zh: "位置", en: "Where" }
    me_here { zh: "本浏览器", en: "this browser" }
    me_elsewhere { zh: "其他浏览器", en: "another browser" }
    me_leave { zh: "退出其他浏览器", en: "Sign out everywhere else" }

    ask_handler { zh: "协查单位（12位区划代码）", en: "Office to ask (12-digit code)" }
    ask_about { zh: "被协查人（或单位）", en: "About whom" }
    ask_about_id { zh: "其证件号码，查证必需时填写", en: "Their ID number, only if it is needed" }
    ask_question { zh: "协查的事项和理由", en: "What is to be found out, and why" }
    ask_help_case { zh: "哪一次协查", en: "Which asking" }
    handler_expected(found: &str) {
        zh: "协查单位应为12位区划代码，收到“{found}”",
        en: "expected the 12-digit code of an office, got {found:?}",
    }
    help_not_answered { zh: "对方尚未查复", en: "the other office has not answered yet" }
    ask_reasons { zh: "理由，一行一条", en: "Reasons, one a line" }
    ask_items { zh: "需补正的内容，一行一条，一次说全", en: "What is missing, one a line, everything at once" }
    ask_note { zh: "说明", en: "Note" }
    ask_reason { zh: "理由", en: "Reason" }
    ask_findings { zh: "踏勘、核查情况", en: "Findings" }
    ask_procedure { zh: "特别程序", en: "Special procedure" }
    ask_days { zh: "工作日数", en: "Working days" }
    ask_objections { zh: "异议，一行一条，没有则空", en: "Objections, one a line; empty if none" }
    ask_certificate { zh: "证照编号", en: "Number of the certificate" }
    ask_amount { zh: "金额（元）", en: "Amount (yuan)" }
    ask_how { zh: "送达方式", en: "How" }
    ask_tracking { zh: "邮件号", en: "Tracking number" }
    ask_organs { zh: "抄告的部门", en: "Organs to refer to" }
    ask_together { zh: "联合踏勘的部门", en: "Organs that were there too" }
    ask_silent { zh: "逾期未答复的部门", en: "The organ that was silent" }
    ask_other_organ { zh: "移送给", en: "Transfer to" }
    ask_card { zh: "亮牌", en: "The card" }
    ask_stars { zh: "评价", en: "Rating" }
    stars_5 { zh: "★★★★★ 非常满意", en: "★★★★★ very satisfied" }
    stars_4 { zh: "★★★★ 满意", en: "★★★★ satisfied" }
    stars_3 { zh: "★★★ 基本满意", en: "★★★ fairly satisfied" }
    stars_2 { zh: "★★ 不满意", en: "★★ dissatisfied" }
    stars_1 { zh: "★ 非常不满意", en: "★ very dissatisfied" }
    way_post { zh: "邮政快递", en: "post" }
    ask_opinion { zh: "意见", en: "Opinion" }
    opinion_agree { zh: "同意", en: "agree" }
    opinion_disagree { zh: "不同意", en: "disagree" }
    opinion_forward { zh: "同意但需转报", en: "agree, to be forwarded" }
    ask_outcome { zh: "决定", en: "Outcome" }
    outcome_granted { zh: "准予", en: "granted" }
    outcome_refused { zh: "不予批准", en: "refused" }
    amount_expected(found: &str) {
        zh: "金额应为如 1234.56 的数，收到“{found}”",
        en: "expected an amount such as 1234.56, got {found:?}",
    }
}
