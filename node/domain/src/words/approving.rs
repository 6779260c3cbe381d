//! Approving many cases at once.

use super::{Said, messages};

messages! {
    approve_title { zh: "批量办理", en: "Many at once" }
    approve_tick(receipt: &str) { zh: "勾选 {receipt}", en: "Tick {receipt}" }
    approve_all { zh: "全部勾选", en: "Tick all" }
    approve_look { zh: "核对勾选的", en: "Look at what is ticked" }
    approve_hint {
        zh: "勾选的可以一起办理；先逐件核对，再确认。每件各有一个签名的办理记录",
        en: "What is ticked is done together, after you have looked at each. Each case gets a signed act of its own",
    }
    approve_check { zh: "核对后一起办理", en: "Look at each, then approve" }
    approve_act { zh: "办理", en: "Act" }
    approve_rests_on(fields: usize, files: usize) {
        zh: "申请表 {fields} 栏、材料 {files} 份",
        en: "{fields} fields, {files} files",
    }
    approve_confirm(count: usize) { zh: "同意并办理这 {count} 件", en: "Approve these {count}" }
    approve_none { zh: "没有勾选办件", en: "no case is ticked" }
    approve_tick_first { zh: "请在待办中勾选后再核对", en: "tick cases in the list of work first" }
    approve_too_many(max: usize) { zh: "一次至多 {max} 件", en: "at most {max} at once" }
    approve_not_open { zh: "现在不能批量办理这一件", en: "this one cannot be done in a batch now" }
    approve_open_alone { zh: "请打开办件单独办理", en: "open the case and see to it by itself" }
    approve_done(done: usize, of: usize) { zh: "共 {of} 件：已办理 {done} 件", en: "{done} of {of} are done" }
    approve_result { zh: "结果", en: "Result" }
    approve_verb_done(what: &Said) { zh: "已保存：{what}", en: "saved: {what}" }
}
