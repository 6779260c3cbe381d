//! Legal case numbers and the blocks that they come from.

use daiban_sync::id::OfficeCode;

use super::messages;
use crate::calendar::Date;
use crate::case_number::CaseNumber;
use crate::organ::OrganCode;

messages! {
    officer_of_numbers { zh: "系统编号", en: "numbered by the node" }
    alarm_numbers_used_up(item: &str, day: Date, leased: usize) {
        zh: "事项{item}在{day}的{leased}个编号已用完或随旧磁盘遗失，办件照常受理，编号待补；请上级增加编号段（daiban numbers lease）",
        en: "all {leased} numbers of item {item} for {day} are used or lost with an old disk; cases are accepted and their numbers \
             wait: ask the office above for another block (`daiban numbers lease`)",
    }
    alarm_number_twice(number: CaseNumber, one: &str, other: &str) {
        zh: "编号{number}同时属于{one}和{other}；受理机构将为较晚的一件另给编号",
        en: "cases {one} and {other} have one number, {number}; the office that accepted gives the later \
             another",
    }
    numbering_resumed(office: OfficeCode) {
        zh: "{office}已掌握本机构给出的全部编号",
        en: "office {office} knows every number that it has given",
    }
    numbering_resumed_after_loss(office: OfficeCode) {
        zh: "{office}换了磁盘或恢复了旧备份；当日此前下发的编号段不再使用",
        en: "office {office} has another disk or an old copy; blocks leased before are not used any more that day",
    }
    no_block_left(count: u16) {
        zh: "没有{count}个连续的空闲流水号",
        en: "no {count} serials in a row are left",
    }
    lease_fewer {
        zh: "请减少个数，或查看 daiban numbers leases",
        en: "ask for fewer, or look at `daiban numbers leases`",
    }
    block_or_count {
        zh: "编号段和个数应当给出一个，只给一个",
        en: "expected a block or a count, and not both",
    }
    give_block_or_count {
        zh: "例如 --block 0200-0299 或 --count 100",
        en: "such as --block 0200-0299 or --count 100",
    }
    organ_has_no_code(office: OfficeCode, organ: OrganCode) {
        zh: "{office}的{organ}没有统一社会信用代码",
        en: "organ {organ} of office {office} has no unified social credit code here",
    }
    name_another_item_or_office {
        zh: "请换一个事项，或用 --office 指定实施机构",
        en: "name another item, or with --office the office that carries it out",
    }
    act_numbered { zh: "编号", en: "numbered" }
    leases_come_from_county(issuer: OfficeCode) {
        zh: "编号段由县（市、区）或市下发，{issuer}不能下发",
        en: "blocks of numbers are leased by a county or city, not by office {issuer}",
    }
    lease_outside(issuer: OfficeCode, office: OfficeCode) {
        zh: "{office}不在{issuer}之下，不能取得其编号段",
        en: "office {office} is not below {issuer} and gets no block of it",
    }
    lease_ends_before(from: Date, until: Date) {
        zh: "编号段至{until}为止，早于起用日{from}",
        en: "the block ends on {until}, before it begins on {from}",
    }
    lease_overlaps(block: &str, office: OfficeCode, held: &str) {
        zh: "编号段{block}与{office}已有的{held}重叠",
        en: "block {block} overlaps {held}, which office {office} holds",
    }
    numbered_by_accepting(office: OfficeCode) {
        zh: "编号由受理的{office}给出",
        en: "the number is given by office {office}, which accepted the case",
    }
    item_has_no_code { zh: "本事项没有实施编码", en: "the item has no implementing code" }
    number_of_another_item {
        zh: "编号不是本事项在本层级的实施编码",
        en: "the number is not of this item at this level",
    }
    number_of_another_day(day: Date) {
        zh: "编号的日期不是给出之日{day}",
        en: "the number does not say the day on which it was given, {day}",
    }
    serial_of_another(serial: u16, office: OfficeCode) {
        zh: "流水号{serial}属于{office}的编号段",
        en: "serial {serial} is in a block of office {office}",
    }
    serial_not_leased(serial: u16) {
        zh: "流水号{serial}不在任何编号段内",
        en: "serial {serial} is in no block that was leased",
    }
    lease_not_here(serial: u16) {
        zh: "流水号{serial}所在的编号段尚未到达",
        en: "the lease of serial {serial} has not arrived here",
    }
}
