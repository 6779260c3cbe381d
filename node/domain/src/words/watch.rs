//! The watch over offices: what may be wrong with one, and what is said of it.

use super::{Said, messages};

messages! {
    trouble_dark { zh: "失联", en: "dark" }
    trouble_latched { zh: "停止保存", en: "saves nothing" }
    trouble_disk { zh: "磁盘不足", en: "disk" }
    trouble_behind { zh: "积压", en: "behind" }
    trouble_clock { zh: "时钟偏差", en: "clock" }
    trouble_quarantine { zh: "隔离", en: "quarantine" }
    trouble_backup { zh: "备份过期", en: "backup" }
    state_ok { zh: "正常", en: "ok" }
    state_never { zh: "从未联系", en: "never heard of" }

    watch_dark(office: &str, minutes: u64) {
        zh: "{office}失联：{minutes} 分钟没有消息",
        en: "{office} is dark: nothing was heard of it for {minutes} min",
    }
    watch_dark_briefly(office: &str, seconds: u64) {
        zh: "{office}失联：{seconds} 秒没有消息",
        en: "{office} is dark: nothing was heard of it for {seconds} s",
    }
    watch_latched(office: &str) {
        zh: "{office}已停止保存：写盘失败，请检查磁盘后重启节点",
        en: "{office} saves nothing any more: a write failed; mend the disk, then restart the node",
    }
    watch_disk(office: &str, mib: u64) {
        zh: "{office}磁盘只剩 {mib} MB",
        en: "{office} has {mib} MB of disk left",
    }
    watch_behind(office: &str, hours: u64) {
        zh: "{office}积压：最早的未上传内容已等待 {hours} 小时",
        en: "{office} is behind: its oldest entry has waited {hours} h for the way up",
    }
    watch_clock(office: &str, seconds: u64) {
        zh: "{office}时钟相差 {seconds} 秒",
        en: "the clock of {office} is wrong by {seconds} s",
    }
    watch_quarantine(office: &str, entries: u64) {
        zh: "{office}有 {entries} 项被隔离",
        en: "{office} holds {entries} entries in quarantine",
    }
    watch_backup(office: &str, days: u64) {
        zh: "{office}已 {days} 天没有备份",
        en: "{office} was last backed up {days} days ago",
    }
    watch_never_backed_up(office: &str) {
        zh: "{office}从未备份",
        en: "{office} was never backed up",
    }

    alarm_word_expected(chars: usize) {
        zh: "确认告警须写明姓名和处理情况（最多 {chars} 字）",
        en: "expected a name and what is being done ({chars} characters at most)",
    }
    say_what_is_done { zh: "请写一句处理情况，如“已电话联系，停电”", en: "say it in a sentence, such as \"phoned them: a power cut\"" }
    alarm_not_open(office: &str, trouble: &Said) {
        zh: "{office}没有未结束的“{trouble}”告警",
        en: "no alarm \"{trouble}\" of {office} is open",
    }
    see_open_alarms { zh: "用 daiban alarms list 或运维看板查看", en: "see `daiban alarms list` or the board" }
}
