//! The sentences for faults of a catalog file: what is wrong and how to mend it.

use super::nearest::{choices, nearest};
use crate::words::Said;

/// What is wrong, and what to do.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub(super) problem: Said,
    pub(super) remedy: Said,
}

/// A fault in both languages: `[中文, English]` each.
pub(super) fn fault(problem: [&str; 2], remedy: [&str; 2]) -> Fault {
    let said = |[zh, en]: [&str; 2]| Said::of_data(zh, en);
    Fault { problem: said(problem), remedy: said(remedy) }
}

pub(super) fn missing(example: &str) -> Fault {
    fault(["没有填写", "it is missing"], [&format!("请加上 {example}"), &format!("add {example}")])
}

pub(super) fn unknown_key<'a>(key: &str, known: impl Iterator<Item = &'a str> + Clone) -> Fault {
    let all = choices(key, known.clone());
    let remedy = match nearest(key, known) {
        Some(near) => [
            format!("是否应为 {near}？此处可用：{all}"),
            format!("did you mean {near}? Known here: {all}"),
        ],
        None => [format!("此处可用：{all}"), format!("known here: {all}")],
    };
    fault(["没有这个键", "unknown key"], [&remedy[0], &remedy[1]])
}

/// A word, code or name that is not among those there are.
pub(super) fn not_listed<'a>(found: &str, known: impl Iterator<Item = &'a str> + Clone) -> Fault {
    let all = choices(found, known.clone());
    let near = nearest(found, known);
    let hint = |words: &str| near.map_or_else(String::new, |near| words.replace('_', near));
    fault(
        [&format!("没有“{found}”"), &format!("there is no {found:?}")],
        [
            &format!("{}请从中选用：{all}", hint("是否应为 _？")),
            &format!("{}use one of: {all}", hint("did you mean _? ")),
        ],
    )
}

pub(super) fn wrong_type(expected: [&str; 2], found: &str) -> Fault {
    fault(
        [
            &format!("应为{}，写的是 {found}", expected[0]),
            &format!("expected {}, got {found}", expected[1]),
        ],
        ["请参照其他事项的写法", "write it as in the other items"],
    )
}

/// A value that its own reader refuses, such as a date.
pub(super) fn unreadable(found: &str, why: &str, example: &str) -> Fault {
    fault(
        [&format!("无法识别“{found}”"), why],
        [&format!("请写成 {example}"), &format!("write it like {example}")],
    )
}

pub(super) fn not_toml(why: &str) -> Fault {
    fault(["文件不是有效的 TOML", why], ["请改正这一行的语法", "mend the syntax of this line"])
}

pub(super) fn twice(what: &str) -> Fault {
    fault(
        [&format!("“{what}”出现了两次"), &format!("{what:?} is there twice")],
        ["请删去一个；也请查看所引用的分组", "remove one; look into the groups as well"],
    )
}

pub(super) fn no_such_field<'a>(name: &str, known: impl Iterator<Item = &'a str> + Clone) -> Fault {
    let near = nearest(name, known);
    let hint = |words: &str| near.map_or_else(String::new, |near| words.replace('_', near));
    fault(
        [&format!("本事项没有栏目“{name}”"), &format!("the item has no field {name:?}")],
        [
            &format!("{}请改正，或加上这个栏目", hint("是否应为 _？")),
            &format!("{}mend the name, or add the field", hint("did you mean _? ")),
        ],
    )
}

pub(super) fn too_much(
    what: [&str; 2],
    found: impl std::fmt::Display,
    most: impl std::fmt::Display,
) -> Fault {
    fault(
        [
            &format!("{}为 {found}，最多为 {most}", what[0]),
            &format!("{} {found}, at most {most} fits", what[1]),
        ],
        ["请调整其中之一", "change one of the two"],
    )
}
