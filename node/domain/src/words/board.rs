//! The pages of operators and of supervision.

use super::{Said, messages};

messages! {
    page_board { zh: "运维看板", en: "Board" }
    page_supervision { zh: "电子监察", en: "Supervision" }
    page_invitations { zh: "邀请下级", en: "Invitations" }
    page_looks { zh: "查看记录", en: "Audit" }
    page_figure_cases { zh: "数字背后的办件", en: "The cases behind a figure" }

    board_all { zh: "全部", en: "all" }
    board_alarms { zh: "未结束的告警", en: "Open alarms" }
    board_no_alarms { zh: "没有未结束的告警", en: "No alarm is open" }
    board_more_alarms(more: usize) {
        zh: "另有 {more} 个，请按状态或机构查看",
        en: "{more} more: see them by state or office",
    }
    board_tree { zh: "机构", en: "Offices" }
    board_below { zh: "下级机构", en: "Offices below" }
    board_dark_since(span: &Said) { zh: "失联 {span}", en: "dark for {span}" }
    board_heard_ago(span: &Said) { zh: "{span}前", en: "{span} ago" }
    span_minutes(n: u64) { zh: "{n} 分钟", en: "{n} min" }
    span_hours(n: u64) { zh: "{n} 小时", en: "{n} h" }
    span_days(n: u64) { zh: "{n} 天", en: "{n} d" }

    column_office { zh: "机构", en: "Office" }
    column_state { zh: "状态", en: "State" }
    column_heard { zh: "最近联系", en: "Last contact" }
    column_unsent { zh: "待上传", en: "To send" }
    column_oldest { zh: "最早待传", en: "Oldest waits" }
    column_clock { zh: "时钟差", en: "Clock" }
    column_disk { zh: "磁盘剩余", en: "Disk left" }
    column_version { zh: "版本", en: "Version" }
    column_quarantine { zh: "隔离", en: "Quarantined" }
    column_alarms { zh: "本地告警", en: "Alarms there" }
    column_backup { zh: "最近备份", en: "Last backup" }
    column_cases { zh: "办件", en: "Cases" }
    column_files { zh: "待取文件", en: "Files wanted" }
    column_when { zh: "时间", en: "When" }
    column_what { zh: "事件", en: "What" }
    column_who { zh: "人员", en: "Who" }
    column_why { zh: "理由", en: "Why" }
    column_case { zh: "办件", en: "Case" }
    column_until { zh: "有效至", en: "Until" }
    entries_unsent(entries: u64, bytes: &str) { zh: "{entries} 项，{bytes}", en: "{entries} entries, {bytes}" }
    never_backed_up { zh: "无记录", en: "none known" }

    alarm_raised { zh: "发生", en: "raised" }
    alarm_cleared { zh: "自行结束", en: "cleared" }
    alarm_acknowledged(name: &str, word: &str) { zh: "{name} 已确认：{word}", en: "{name}: {word}" }
    alarm_unacknowledged { zh: "尚无人确认", en: "nobody has seen to it" }
    alarm_acknowledge { zh: "确认", en: "Acknowledge" }
    alarm_word { zh: "处理情况", en: "What is being done" }

    office_sessions { zh: "连接", en: "Sessions" }
    office_no_session { zh: "现在没有直接连接", en: "No direct session now" }
    session_live { zh: "实时", en: "live" }
    session_comparing { zh: "比对中", en: "comparing" }
    session_since { zh: "自", en: "Since" }
    session_quality { zh: "往返、丢包", en: "Round trip, loss" }
    session_backlog(entries: u64) { zh: "待发 {entries} 项", en: "{entries} to send" }
    office_quarantine { zh: "隔离的日志项", en: "In quarantine" }
    office_no_quarantine { zh: "没有", en: "Nothing" }
    office_timeline { zh: "经过", en: "What has happened" }
    office_no_timeline { zh: "没有记录", en: "Nothing is known" }
    office_unknown(code: &str) { zh: "本机构之下没有 {code}", en: "there is no {code} here or below" }
    see_board { zh: "请在看板中查找", en: "look it up on the board" }

    invite_office { zh: "下级机构12位代码", en: "12-digit code of the office below" }
    invite_hours { zh: "有效小时数", en: "Hours that it holds" }
    invite { zh: "生成邀请码", en: "Invite" }
    invite_code { zh: "邀请码", en: "Invitation code" }
    invite_once(until: &str) {
        zh: "只显示这一次，只能用一次，有效至 {until}。在下级机构的电脑上运行：daiban join 邀请码",
        en: "Shown this once, works once, until {until}. At the office below: daiban join CODE",
    }
    invite_code_expected { zh: "请填写本机构直属下级的12位代码", en: "expected the 12-digit code of an office directly below" }
    invite_hours_expected { zh: "小时数应为 1 至 8760 的整数", en: "expected a whole number of hours from 1 to 8760" }
    invitations_given { zh: "已发出的邀请", en: "Invitations given out" }
    invitation_open { zh: "可用", en: "open" }
    invitation_used { zh: "已使用", en: "used" }
    invitation_closed { zh: "已关闭", en: "closed" }
    invitation_expired { zh: "已过期", en: "expired" }

    supervision_from { zh: "自", en: "From" }
    supervision_to { zh: "至", en: "To" }
    supervision_by { zh: "分组", en: "By" }
    by_all { zh: "全部", en: "all" }
    by_office { zh: "收件机构", en: "office" }
    by_organ { zh: "决定部门", en: "organ" }
    by_item { zh: "事项", en: "item" }
    by_month { zh: "月份", en: "month" }
    supervision_show { zh: "统计", en: "Show" }
    supervision_csv { zh: "导出CSV", en: "Export as CSV" }
    supervision_trend { zh: "各月走势", en: "Month by month" }
    supervision_group { zh: "分组", en: "Group" }
    supervision_days { zh: "平均办理（工作日）", en: "Working days on average" }
    supervision_ninetieth { zh: "九成办结（工作日）", en: "Nine of ten within" }
    supervision_nothing { zh: "这段时间没有办件", en: "No case in this time" }
    supervision_counted(cases: usize) { zh: "共 {cases} 件", en: "{cases} cases" }
    supervision_both { zh: "计入的和其中符合的", en: "counted, and those that hold" }
    supervision_holds { zh: "符合", en: "Holds" }
    period_expected { zh: "请填写起止日期，起始日期不晚于截止日期", en: "expected two days, the first not after the last" }

    looks_hint { zh: "谁在何时、因何查看过完整证件号码", en: "Who looked at whole ID numbers, when and why" }
    looks_none { zh: "还没有人查看过", en: "Nobody has looked yet" }
}
