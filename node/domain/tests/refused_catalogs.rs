//! Every fault of a catalog file is refused, naming file, line, field and remedy in both languages.

#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

use daiban_domain::catalog::{Catalog, CatalogError};
use daiban_domain::shipped::CATALOG_FILES;

/// What is wrong after `was` became `now` in the shipped `file`.
fn faults(file: &str, was: &str, now: &str) -> Vec<CatalogError> {
    let edit = |(name, text): &(&'static str, &'static str)| {
        assert!(*name != file || text.contains(was), "{file} does not hold {was:?}");
        let text = if *name == file { text.replacen(was, now, 1) } else { (*text).to_owned() };
        (*name, text)
    };
    let files: Vec<_> = CATALOG_FILES.iter().map(edit).collect();
    parsed(&files)
}

fn parsed(files: &[(&str, String)]) -> Vec<CatalogError> {
    let borrowed: Vec<_> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    Catalog::parse(&borrowed).err().unwrap_or_default()
}

/// The edit is refused at `field`, on the line where `now` stands, with `words` in the English.
fn refused(file: &str, was: &str, now: &str, field: &str, words: &str) {
    let errors = faults(file, was, now);
    let found = errors.iter().find(|e| e.field == field && e.file == file);
    let found = found.unwrap_or_else(|| panic!("{now:?}: nothing at {field}, but {errors:#?}"));
    let english = format!("{}; {}", found.problem.en, found.remedy.en);
    assert!(english.contains(words), "{now:?}: {english:?} does not say {words:?}");
    assert!(found.line > 1 || words.contains("missing"), "{found}");
    for said in [&found.problem, &found.remedy] {
        assert!(said.zh.chars().any(|c| c > '\u{2e80}'), "{said:?} is no Chinese");
        assert!(!said.en.is_empty());
    }
}

const JOINT: &str = "CL-SB-10.toml";
const PENSION: &str = "CL-SB-01.toml";
const ALLOWANCE: &str = "CL-MZ-05.toml";

#[test]
fn keys_and_types() {
    refused(PENSION, "serves =", "servs =", "servs", "did you mean serves?");
    refused(PENSION, "serves =", "servs =", "serves", "it is missing");
    refused(JOINT, "counts = false", "count = false", "stage[1].count", "did you mean counts?");
    refused(PENSION, "version = 1", "version = \"one\"", "version", "expected a whole number");
    refused(PENSION, "version = 1", "version = -1", "version", "expected a whole number");
    refused(PENSION, "version = 1", "version = 0", "version", "begin with 1");
    refused(PENSION, "required = true", "required = \"yes\"", "field[0].required", "true or false");
    refused(PENSION, "fee = { charge = false }", "fee = 0", "fee", "{ key = value }");
    refused(PENSION, "groups = [", "groups = 5 #", "groups", "a list of texts");
    refused(PENSION, "name = ", "name ", "(file)", "mend the syntax");
    refused(
        "_groups.toml",
        "max_chars = 50",
        "max_char = 50",
        "APPLICANT.field[0].max_char",
        "did",
    );
    refused("_materials.toml", "[HK]", "HKX = 5\n[HK]", "ID_DEAD.HKX", "unknown key");
    refused("_materials.toml", "[ID]", "HKX = 5\n[ID]", "HKX", "expected a [table]");
}

#[test]
fn words_that_do_not_exist() {
    refused(ALLOWANCE, "organ = \"CL\"", "organ = \"CX\"", "stage[2].organ", "did you mean CL?");
    refused(ALLOWANCE, "tier = \"town\"", "tier = \"twon\"", "stage[1].tier", "did you mean town?");
    let tiers = "accept_tiers = [\"village\", \"town\"]";
    refused(PENSION, tiers, "accept_tiers = [\"province\"]", "accept_tiers", "use one of: city");
    refused(
        PENSION,
        "action = \"confirm\"",
        "action = \"conform\"",
        "stage[2].action",
        "did you mean confirm?",
    );
    refused(PENSION, "\"sms_only\"", "\"sms\"", "delivery", "use one of");
    refused(JOINT, "[\"公示\"]", "[\"公告\"]", "special_procedures", "did you mean 公示?");
    refused(JOINT, "natural_days", "moons", "stage[1].limit.unit", "use one of: working_days");
    refused(JOINT, "\"deemed_agreed\"", "\"agreed\"", "stage[3].on_silence", "deemed_agreed");
    refused(PENSION, "20公共服务", "21公共服务", "task_type", "did you mean 20公共服务?");
    refused(PENSION, "\"自然人\"", "\"自然\"", "serves", "use one of");
    refused(PENSION, "\"BANK\"]", "\"BNAK\"]", "groups", "did you mean BANK?");
    refused(PENSION, "ref = \"HK\"", "ref = \"HKK\"", "material[1].ref", "did you mean HK?");
    refused(
        "_materials.toml",
        "grade = \"C\"",
        "grade = \"E\"",
        "ID.grade",
        "use one of: A, B, C, D",
    );
    refused(PENSION, "\"enum\"", "\"enun\"", "field[0].type", "did you mean enum?");
    refused(PENSION, "\"330382\", ", "\"乐清\", ", "applies_in", "write it like \"330382\"");
    refused(PENSION, "\"cxjmjbylbxcbdj\"", "\"参保\"", "initials", "no pinyin initials");
}

#[test]
fn codes_of_the_national_list() {
    let code = "\"992014001000\"";
    refused(PENSION, code, "\"9920140010\"", "basic_code", "expected 12 digits");
    refused(PENSION, code, "\"992O14001000\"", "basic_code", "write it like");
    refused(PENSION, code, "992014001000", "basic_code", "expected text");
    refused(PENSION, code, "\"990514001000\"", "basic_code", "not the task_type");
    refused(PENSION, code, "\"162014001000\"", "basic_code", "nor a province");
    refused("CL-SB-02.toml", "\"992014002000\"", code, "basic_code", "item CL-SB-01 has");
}

#[test]
fn what_names_a_field() {
    refused(PENSION, "\"apply_cardnumber\"]", "\"cardnumber\"]", "dedupe_key", "no field");
    let condition = "field = \"allow_type\", is";
    refused(
        ALLOWANCE,
        condition,
        "field = \"allow_typ\", is",
        "material[2].required_if",
        "did you mean allow_type?",
    );
    refused(
        ALLOWANCE,
        "\"困难生活\", \"两项\"] }",
        "\"生活困难\"] }",
        "material[2].required_if",
        "困难生活",
    );
    refused(
        ALLOWANCE,
        condition,
        "field = \"applyname\", is",
        "material[2].required_if",
        "options",
    );
    refused(ALLOWANCE, "is = [\"否\"]", "is = []", "material[5].required_if.is", "is = [");
    refused(JOINT, "key = \"batch_no\"", "key = \"members\"", "field[1].key", "twice");
    refused(PENSION, "ref = \"HK\"", "ref = \"ID\"", "material[1].ref", "twice");
    refused(
        PENSION,
        "required = true\n",
        "differs_from = \"grad\"\n",
        "field[0].differs_from",
        "grade",
    );
    refused(PENSION, "\"重残\", \"低保\"", "\"低保\", \"低保\"", "field[1].options", "twice");
    refused(JOINT, "min = 1", "min = 9\nmax = 1", "field[0].min", "greater than max");
    refused(JOINT, "min = 1", "options = [\"1\"]", "field[0].options", "contradict");
}

#[test]
fn materials_that_contradict_themselves() {
    let tolerated = "tolerated_days = 5";
    for now in
        ["tolerated_days = 5\nrequired = false", "tolerated_days = 5\nmade_at = \"publicity\""]
    {
        let field =
            if now.contains("made_at") { "material[4].made_at" } else { "material[4].required" };
        refused(JOINT, tolerated, now, field, "stand alone");
    }
    refused(JOINT, tolerated, "made_at = \"survey\"", "material[4].made_at", "no such stage");
    refused(JOINT, tolerated, "paper = \"original\"", "material[4].paper", "no paper");
    let reuse = "licence = \"居民身份证\"\n";
    refused("_materials.toml", reuse, "", "ID.reuse_days", "give licence, reuse_days and holder");
}

#[test]
fn stages_that_lead_nowhere() {
    refused(PENSION, "seq = 2", "seq = 4", "stage[1].seq", "4 follows 1");
    refused(PENSION, "seq = 3", "seq = 1", "stage[2].seq", "1 follows 2");
    refused(PENSION, "seq = 1", "seq = 0", "stage[0].seq", "0 follows 0");
    refused(PENSION, "action = \"confirm\"", "action = \"review\"", "stage", "0 stages decide");
    refused(ALLOWANCE, "action = \"review\"", "action = \"decide\"", "stage", "2 stages decide");
    refused(PENSION, "\"collect\"", "\"accept\"", "stage[0].stage", "begin with");
    refused(PENSION, "\"first_check\"", "\"collect\"", "stage[1].action", "only the first");
    refused("JB-08.toml", "\"issue\"", "\"accept\"", "stage", "several stages accept");
    let last = "tier = \"county\"\nlimit = { value = 5, unit = \"working_days\" }\n";
    let optional = format!("{last}optional = true\n");
    refused(PENSION, last, &optional, "stage[2].optional", "not optional");
}

#[test]
fn decisions_out_of_place() {
    let town = "JB-07.toml";
    refused(town, "decide_tier = \"town\"", "decide_tier = \"county\"", "stage[7].tier", "County");
    refused(PENSION, "seq = 3", "seq = 2", "stage[2].seq", "of its own");
    let (was, now) = ("action = \"pay\"", "action = \"accept\"");
    refused(ALLOWANCE, was, now, "stage[5].seq", "decided before it is accepted");
}

#[test]
fn parallel_organs_that_contradict_each_other() {
    let first = "on_silence = \"deemed_agreed\"\nnote = \"征地面积/批次\"";
    let with =
        |line: &str| format!("on_silence = \"deemed_agreed\"\n{line}\nnote = \"征地面积/批次\"");
    refused(JOINT, first, &with("join = \"lead\""), "stage[3].join", "join differently");
    refused(JOINT, first, &with("join = \"quorum\""), "stage[3].join", "contradict");
    refused(JOINT, first, &with("join = \"most\""), "stage[3].join", "use one of: all");
    let all = with("join = \"quorum\"\nquorum = 4");
    refused(JOINT, first, &all, "stage[3].quorum", "at most 3");
    refused(JOINT, first, &with("join = \"quorum\"\nquorum = 0"), "stage[3].quorum", "nobody");
    let (was, now) = ("note = \"村协办员\"", "on_silence = \"deemed_agreed\"");
    refused(PENSION, was, now, "stage[0].on_silence", "review");
}

#[test]
fn what_cannot_be_said_of_many_cases_at_once() {
    let (was, now) = ("note = \"村协办员\"", "batch_approval = true");
    refused(PENSION, was, now, "stage[0].batch_approval", "accept, first_check, review");
}

#[test]
fn limits_that_cannot_be_kept() {
    refused(
        ALLOWANCE,
        "promised = { value = 13",
        "promised = { value = 12",
        "promised",
        "13, at most 12",
    );
    refused(
        ALLOWANCE,
        "promised = { value = 13",
        "promised = { value = 21",
        "promised",
        "law allows",
    );
    let natural = "statutory = { value = 12, unit = \"natural_days\" }";
    let legal = "statutory = { value = 20, unit = \"working_days\" }";
    refused(ALLOWANCE, legal, natural, "promised", "law allows");
    refused(ALLOWANCE, "promised = {", "promise = {", "promised", "it is missing");
    refused(ALLOWANCE, "value = 0, unit", "value = 1, unit", "stage[0].limit.value", "on_the_spot");
    let extension = "extension = { limit = { value = 15, unit = \"working_days\"";
    let months = "extension = { limit = { value = 15, unit = \"months\"";
    refused(JOINT, extension, months, "extension", "same unit");
}

#[test]
fn terms_that_contradict_themselves() {
    let from = "valid_from = \"2024-01-01\"";
    let ends = format!("{from}\nvalid_until = \"2023-12-31\"");
    refused(PENSION, from, &ends, "valid_until", "ends before it begins");
    refused(PENSION, from, "valid_from = \"2024-02-30\"", "valid_from", "2024-01-01");
    refused(PENSION, "charge = false", "charge = true", "fee.charge", "amount_cent");
    refused(PENSION, "charge = false", "charge = false, amount_cent = 5", "fee.charge", "alone");
    let window = |window: &str| format!("{from}\nbatch_window = {{ {window} }}");
    refused(PENSION, from, &window("months = [9, 2]"), "batch_window.months", "smaller one first");
    refused(PENSION, from, &window("months = [9, 13]"), "batch_window.months", "1 to 12");
    refused(PENSION, from, &window("weeks = [1, 2]"), "batch_window.months", "months = [1, 3]");
}

#[test]
fn codes_and_files() {
    refused(PENSION, "code = \"CL-SB-01\"", "code = \"CL-SB-77\"", "code", "name the file after");
    let mut files: Vec<_> =
        CATALOG_FILES.iter().map(|(name, text)| (*name, (*text).to_owned())).collect();
    let text = files.iter().find(|(name, _)| *name == PENSION).unwrap().1.clone();
    files.push(("CL-SB-01-new.toml", text));
    let twice = parsed(&files);
    assert_eq!(twice.len(), 1, "{twice:#?}");
    assert_eq!((twice[0].field.as_str(), twice[0].file.as_str()), ("version", "CL-SB-01-new.toml"));
}

#[test]
fn all_faults_come_at_once_each_on_its_line() {
    let text = CATALOG_FILES.iter().find(|(name, _)| *name == ALLOWANCE).unwrap().1;
    let edited = text
        .replace("version = 1\n", "version = \"one\"\n")
        .replacen("ref = \"ID\"", "ref = \"IDX\"", 1)
        .replacen("organ = \"CL\"", "organ = \"QQ\"", 1)
        .replacen("serves =", "servs =", 1);
    let errors = faults(ALLOWANCE, text, &edited);
    for (field, words) in [
        ("version", "\"one\""),
        ("material[0].ref", "IDX"),
        ("stage[2].organ", "QQ"),
        ("servs", "servs"),
    ] {
        let found = errors.iter().find(|e| e.field == field).unwrap();
        let line = edited.lines().nth(found.line - 1).unwrap();
        assert!(line.contains(words), "{found} points at {line:?}");
    }
}
