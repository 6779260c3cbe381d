//! What becomes of offices, and what is wrong with a file that says so.

use daiban_sync::id::OfficeCode;

use super::messages;
use crate::calendar::Date;

messages! {
    office_added(code: OfficeCode, name: &str, from: Date) {
        zh: "{code} {name}自{from}起设立",
        en: "{code} {name} is added from {from}",
    }
    office_renamed(code: OfficeCode, old: &str, new: &str, from: Date) {
        zh: "{code} {old}自{from}起更名为{new}",
        en: "{code} {old} is called {new} from {from}",
    }
    office_merged(code: OfficeCode, name: &str, into: OfficeCode, successor: &str, from: Date) {
        zh: "{code} {name}自{from}起并入{into} {successor}；在办件由上级单位接着办理",
        en: "{code} {name} is merged into {into} {successor} from {from}; the office above goes on with its cases",
    }
    office_moved(code: OfficeCode, name: &str, to: OfficeCode, from: Date) {
        zh: "{code} {name}自{from}起划转，新代码{to}；在办件由原上级单位接着办理",
        en: "{code} {name} has the code {to} from {from}; the office that was above goes on with its cases",
    }
    office_closes(code: OfficeCode, name: &str, from: Date) {
        zh: "{code} {name}自{from}起撤销；在办件由上级单位接着办理",
        en: "{code} {name} is closed from {from}; the office above goes on with its cases",
    }
    office_is_closed(code: OfficeCode, from: Date) {
        zh: "{code}自{from}起已撤销，不再收件",
        en: "office {code} is closed from {from} and takes no cases",
    }
    apply_at(office: OfficeCode) { zh: "请到{office}申请", en: "apply at office {office}" }
    head_expected(expected: &str, found: &str) {
        zh: "第一行应为{expected}，写的是“{found}”",
        en: "the first line should be {expected}, it is {found:?}",
    }
    write_that_line { zh: "请加上这一行", en: "write that line" }
    no_rows { zh: "文件没有内容行", en: "the file has no rows" }
    add_a_row { zh: "请至少写一行", en: "write at least one" }
    cells_expected(expected: &str, found: &str) {
        zh: "应有四格{expected}，写的是“{found}”",
        en: "expected the four cells {expected}, got {found:?}",
    }
    write_four_cells { zh: "请按四格书写，空格也要留逗号", en: "write four cells; an empty one keeps its comma" }
    no_division_code(found: &str) {
        zh: "“{found}”不是12位区划代码",
        en: "{found:?} is no 12-digit code of a city or below",
    }
    write_twelve_digits { zh: "请写12位数字，如330382001001", en: "write 12 digits, such as 330382001001" }
    no_day(found: &str) { zh: "“{found}”不是日期", en: "{found:?} is no day" }
    write_a_day { zh: "请写成2026-09-01", en: "write it like 2026-09-01" }
    name_missing { zh: "没有名称", en: "there is no name" }
    write_its_name { zh: "请写机构名称", en: "write the office's name" }
    closed_goes_nowhere(found: &str) {
        zh: "撤销不指向别处，写的是“{found}”",
        en: "a closed office goes nowhere, got {found:?}",
    }
    empty_or_merge { zh: "请留空，或改为merged", en: "leave it empty, or write merged" }
    no_such_change(found: &str) { zh: "没有变动“{found}”", en: "there is no change {found:?}" }
    write_one_of(choices: &str) { zh: "请从中选用：{choices}", en: "use one of: {choices}" }
    not_below(office: OfficeCode, issuer: OfficeCode) {
        zh: "{office}不是{issuer}的下级，{issuer}不能变动它",
        en: "{office} is not below {issuer}, which cannot dispose of it",
    }
    have_it_published_above {
        zh: "请由两者共同的上级发布",
        en: "have an office publish it that is above all of them",
    }
    code_taken(office: OfficeCode) {
        zh: "代码{office}已在使用或使用过",
        en: "the code {office} is or was another office's",
    }
    give_a_new_code { zh: "代码不重复使用，请另编一个", en: "no code is given twice; choose another" }
    closed_already(office: OfficeCode) {
        zh: "{office}届时已经撤销",
        en: "{office} is closed by then",
    }
    leave_the_row_out { zh: "请删去这一行", en: "leave the row out" }
    nothing_above(office: OfficeCode) {
        zh: "{office}的上级届时不存在",
        en: "there is no open office above {office} by then",
    }
    add_the_one_above { zh: "请先设立上级，或改正代码", en: "add the one above first, or mend the code" }
    other_tier(to: OfficeCode, code: OfficeCode) {
        zh: "{to}与{code}不是同一级",
        en: "{to} is of another tier than {code}",
    }
    name_the_same_tier { zh: "请写同一级的代码", en: "name an office of the same tier" }
    no_open_office(office: OfficeCode) {
        zh: "{office}届时不能接办",
        en: "{office} is not open then, or is the same office",
    }
    offices_left_below(office: OfficeCode, left: OfficeCode) {
        zh: "{office}之下届时还有{left}",
        en: "{left} is still below {office} then",
    }
    see_to_them_first {
        zh: "请在同一文件中写明其下各机构的去向",
        en: "say in the same file what becomes of those below it",
    }
}
