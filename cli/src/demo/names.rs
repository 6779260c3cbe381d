//! Names of people who do not exist, and of the places they live in.

use crate::draw::Draw;

/// Family names with weights in tenths of a percent, as frequent as in the whole country.
const FAMILIES: &[(&str, u64)] = &[
    ("王", 72),
    ("李", 71),
    ("张", 68),
    ("刘", 54),
    ("陈", 45),
    ("杨", 31),
    ("黄", 22),
    ("赵", 21),
    ("吴", 20),
    ("周", 20),
    ("徐", 16),
    ("孙", 15),
    ("马", 13),
    ("朱", 13),
    ("胡", 13),
    ("林", 12),
    ("郭", 12),
    ("何", 12),
    ("高", 11),
    ("罗", 10),
    ("郑", 9),
    ("梁", 9),
    ("谢", 8),
    ("宋", 8),
    ("叶", 5),
    ("金", 4),
    ("倪", 2),
    ("南", 1),
    ("潘", 5),
];
/// 乐清 has more of these.
const YUEQING: &[(&str, u64)] = &[
    ("陈", 3),
    ("郑", 4),
    ("叶", 4),
    ("林", 3),
    ("南", 3),
    ("倪", 3),
    ("金", 3),
    ("胡", 3),
    ("潘", 3),
];
/// 亳州 has more of these.
const BOZHOU: &[(&str, u64)] = &[("马", 2)];

/// Given names by the year of birth until which they were usual.
const GIVEN: &[(u64, &[&str])] = &[
    (1950, &["桂英", "秀兰", "德才", "守义", "玉珍", "金凤", "长根", "阿妹", "有福", "素英"]),
    (1975, &["建国", "爱华", "卫东", "春梅", "国强", "丽华", "志明", "小红", "永康", "雪琴"]),
    (1995, &["伟", "丽", "超", "静", "磊", "海燕", "晓东", "婷婷", "鹏", "文静"]),
    (u64::MAX, &["子涵", "浩然", "欣怡", "梓萱", "宇轩", "诗琪", "俊杰", "一诺", "思远", "雨桐"]),
];

/// Names that programs get wrong: double family names, four characters, rare characters, dots.
const BOUNDARY: &[&str] = &[
    "欧阳修远",
    "上官婉清",
    "司马光耀",
    "诸葛思齐敏",
    "阿依古丽·买买提",
    "陈𬱖",
    "李㛃",
    "林龑",
    "王喆",
    "买买提·吐尔逊江",
];
/// One in this many has such a name.
const BOUNDARY_ONE_IN: u64 = 40;

/// A name for somebody born in `year` in the city with these two digits.
pub(super) fn person(draw: &mut Draw, year: u64, in_bozhou: bool) -> String {
    if draw.below(BOUNDARY_ONE_IN) == 0 {
        return (*draw.pick(BOUNDARY)).to_owned();
    }
    let more = if in_bozhou { BOZHOU } else { YUEQING };
    let weight = |(family, weight): &(&str, u64)| {
        weight * more.iter().find(|(name, _)| name == family).map_or(1, |(_, times)| *times)
    };
    let mut left = draw.below(FAMILIES.iter().map(weight).sum());
    let mut family = FAMILIES[0].0;
    for entry in FAMILIES {
        family = entry.0;
        if left < weight(entry) {
            break;
        }
        left -= weight(entry);
    }
    let usual =
        GIVEN.iter().find(|(until, _)| year <= *until).map_or(GIVEN[0].1, |(_, names)| names);
    format!("{family}{}", draw.pick(usual))
}

/// A hamlet of the village.
pub(super) fn hamlet(draw: &mut Draw, in_bozhou: bool) -> String {
    let endings: &[&str] =
        if in_bozhou { &["庄", "楼", "寨", "集"] } else { &["宕", "垟", "岙", "坑"] };
    let family = draw.pick(FAMILIES).0;
    format!("{family}{}", draw.pick(endings))
}

/// A company that nobody has registered.
pub(super) fn company(draw: &mut Draw, place: &str) -> String {
    let words = ["瓯江", "雁荡", "晨光", "恒达", "鑫源", "绿野", "东海", "清和", "古井", "涡河"];
    let trades = ["电气", "农业发展", "新材料", "机械制造", "食品", "药业", "物流"];
    format!("{place}{}{}有限公司（测试）", draw.pick(&words), draw.pick(&trades))
}
