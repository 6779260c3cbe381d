//! Legal case numbers and the blocks that they come from.

use daiban_sync::id::OfficeCode;

use super::messages;
use crate::calendar::Date;

messages! {
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
