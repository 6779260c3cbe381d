//! Checks of fields: the fault, and what to do about it.

use super::messages;

messages! {
    field_empty { zh: "未填写", en: "it is empty" }
    fill_in(label: &str, key: &str) { zh: "请填写{label}", en: "fill in {key}" }
    value_of_no_kind {
        zh: "既不是文字、整数，也不是是/否",
        en: "it is neither text, a whole number nor yes/no",
    }
    amounts_in_cents {
        zh: "金额请以分为单位",
        en: "give amounts in cents (分), without a decimal point",
    }
    contradicts_id(derived: &str) {
        zh: "与证件号码不一致（应为{derived}）",
        en: "it contradicts the ID number, which says {derived}",
    }
    check_id_or_leave_empty {
        zh: "请核对证件号码或清空本栏由系统填写",
        en: "check the ID number, or leave this empty to have it filled in",
    }
    too_many_characters(most: usize) {
        zh: "超过{most}字",
        en: "it has more than {most} characters",
    }
    shorten { zh: "请缩短", en: "shorten it" }
    pattern_expected(pattern: &str) {
        zh: "格式应如 {pattern}（9为数字，A为大写字母）",
        en: "expected the form {pattern} (9: a digit, A: a capital letter)",
    }
    compare_with_document {
        zh: "请对照材料重新填写",
        en: "compare it with the document and type it again",
    }
    same_as_other(other: &str) { zh: "与另一栏相同", en: "it is the same as {other}" }
    name_different_persons {
        zh: "请核对，两栏应为不同的人",
        en: "the two fields name different persons; check both",
    }
    yes_or_no_expected { zh: "应为是或否", en: "expected yes or no" }
    choose_one { zh: "请选择", en: "choose one" }
    division_unknown { zh: "不是已知的12位区划代码", en: "it is no known 12-digit division code" }
    choose_village { zh: "请从列表中选择村(社区)", en: "choose the village from the list" }
    control_characters { zh: "含有不可见的控制字符", en: "it contains control characters" }
    type_instead { zh: "请重新输入，不要粘贴", en: "type it instead of pasting" }
    text_expected { zh: "应为文字", en: "expected text" }
    give_text { zh: "请填写文字", en: "give text" }
    no_such_day { zh: "日期不存在", en: "there is no such day" }
    write_day_so { zh: "请按 2026-11-21 的格式填写", en: "write it as 2026-11-21" }
    day_in_future { zh: "日期晚于今天", en: "it lies in the future" }
    check_date { zh: "请核对日期", en: "check the date" }
    whole_number_expected { zh: "应为整数", en: "expected a whole number" }
    give_whole_number {
        zh: "请填写整数，金额以分为单位",
        en: "give a whole number; amounts in cents (分)",
    }
    number_out_of_range(low: i64, high: i64) {
        zh: "应在{low}至{high}之间",
        en: "expected {low} to {high}",
    }
    check_number { zh: "请核对数值", en: "check the number" }
    no_such_option(options: &str) {
        zh: "应为以下之一：{options}",
        en: "expected one of {options}",
    }
    choose_from_list { zh: "请从列表中选择", en: "choose from the list" }
    persons_expected {
        zh: "人员名单应为列表，每人须有 name",
        en: "expected a list of persons, each with a name",
    }
    enter_one_by_one { zh: "请逐人填写", en: "enter them one by one" }
    id_twice { zh: "同一证件号码出现两次", en: "one ID number occurs twice" }
    remove_repeated_person { zh: "请删除重复的人员", en: "remove the repeated person" }

    id_shape { zh: "应为17位数字加1位数字或X", en: "expected 17 digits and a digit or X" }
    type_id_again { zh: "请对照身份证重新输入", en: "type it again from the card" }
    id_birth {
        zh: "其中的出生日期不存在或晚于今天",
        en: "the date of birth does not exist or lies ahead",
    }
    check_digits_of_birth { zh: "请核对第7至14位", en: "check digits 7 to 14" }
    id_check_digit { zh: "校验位不符，至少有一位输错", en: "the check character does not fit" }
    compare_digits { zh: "请逐位核对", en: "compare it digit by digit" }
    id_province { zh: "前两位不是省级代码", en: "no province has this number" }
    check_first_digits { zh: "请核对前两位", en: "check the first two digits" }
    id_of_training {
        zh: "99开头的测试证号只能在培训模式使用",
        en: "test identities (99…) are for training only",
    }
    use_real_number { zh: "请使用真实证号", en: "use a real number, or set the node to training" }
    uscc_shape { zh: "统一社会信用代码为18位", en: "a credit code has 18 characters" }
    mobile_shape {
        zh: "手机号码为1开头的11位数字",
        en: "a mobile number has 11 digits and begins with 1",
    }
    bank_card_shape { zh: "银行卡号为12至19位数字", en: "a card number has 12 to 19 digits" }
    number_check_digit { zh: "校验位不符，至少有一位输错", en: "its check digit does not fit" }
    compare_with_original {
        zh: "请对照原件逐位核对",
        en: "compare it with the original digit by digit",
    }
}
