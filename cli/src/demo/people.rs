//! Synthetic applicants. Their numbers are well formed and cannot be anybody's: province 99 in ID
//! numbers, `Y9` in credit codes, 154 in mobile numbers, 9900 in card numbers. Only a node in
//! training takes them. The same seed, office and number give the same person.

use daiban_domain::catalog::{Field, FieldType, Item};
use daiban_domain::form::{FieldValue, Fields};
use daiban_domain::office::OfficeTree;
use daiban_domain::shipped;
use daiban_sync::id::{OfficeCode, Tier};
use serde_json::{Value, json};

use super::names;
use super::numbers::{bank_card, citizen_id, credit_code, mobile};
use crate::draw::Draw;
use crate::exit::{Code, Done, Failure};
use crate::say::Screen;

/// The year in which everybody's age is reckoned.
const YEAR: u64 = 2024;
/// Ages by share in percent: those who come to a counter are mostly old.
const AGES: [(u64, u64, u64); 6] =
    [(6, 0, 6), (5, 7, 17), (22, 18, 44), (22, 45, 59), (35, 60, 79), (10, 80, 95)];
/// Of a hundred people over sixty, so many have no mobile phone.
const WITHOUT_PHONE: u64 = 15;
const BOZHOU: u32 = 3416;

/// `daiban demo people`
pub(super) fn print(
    screen: &Screen,
    item: &str,
    office: OfficeCode,
    seed: u64,
    count: u64,
) -> Done {
    let (catalog, tree) = (shipped::catalog(), shipped::offices());
    let item = catalog.latest(item).ok_or_else(|| {
        Failure::new(
            Code::NotFound,
            format!("目录中没有事项 {item}"),
            format!("the catalog has no item {item}"),
        )
        .remedy("用 daiban catalog list 查看", "`daiban catalog list` shows the items")
    })?;
    for n in 0..count {
        screen.line(&record(item, &tree, office, seed, n).to_string())?;
    }
    Ok(())
}

/// A record for `case new --from`.
pub(super) fn record(
    item: &Item,
    tree: &OfficeTree,
    office: OfficeCode,
    seed: u64,
    n: u64,
) -> Value {
    json!({ "item": item.code, "fields": applicant(item, tree, office, seed, n) })
}

/// The fields of an application for `item` by somebody who lives at `office`.
pub(crate) fn applicant(
    item: &Item,
    tree: &OfficeTree,
    office: OfficeCode,
    seed: u64,
    n: u64,
) -> Fields {
    let mut draw = Draw::new(&[seed, office.into(), n]);
    let home = home_of(tree, office, &mut draw);
    let adult =
        item.fields.iter().any(|field| matches!(field.key.as_str(), "partner_id" | "legal_id"));
    let person = Person::draw(&mut draw, home, adult);
    let mut form = Form { draw, tree, home, person, fields: Fields::new() };
    for field in &item.fields {
        form.fill(field);
    }
    form.fields
}

/// Somebody.
struct Person {
    name: String,
    id: String,
    has_phone: bool,
    age: u64,
}

impl Person {
    fn draw(draw: &mut Draw, home: OfficeCode, adult: bool) -> Self {
        let mut share = draw.below(100);
        let mut band = AGES[4];
        for entry in AGES {
            band = entry;
            if share < entry.0 {
                break;
            }
            share -= entry.0;
        }
        if adult && band.2 < 18 {
            band = AGES[2];
        }
        let age = band.1 + draw.below(band.2 - band.1 + 1);
        let year = YEAR - age;
        let name = names::person(draw, year, is_bozhou(home));
        let phoneless = age < 7 || (age >= 60 && draw.below(100) < WITHOUT_PHONE);
        Self { name, id: citizen_id(draw, home, year), has_phone: !phoneless, age }
    }
}

/// A form being filled in.
struct Form<'a> {
    draw: Draw,
    tree: &'a OfficeTree,
    home: OfficeCode,
    person: Person,
    fields: Fields,
}

impl Form<'_> {
    fn fill(&mut self, field: &Field) {
        let wanted = match &field.required_if {
            Some(condition) => condition.holds(&self.fields),
            None => field.required || self.draw.below(100) < 40,
        };
        if wanted && field.derived.is_none() {
            let value = self.value(field);
            self.fields.insert(field.key.clone(), value);
        }
    }

    fn value(&mut self, field: &Field) -> FieldValue {
        if let Some(text) = self.of_person(&field.key) {
            return FieldValue::Text(text);
        }
        if let Some(pattern) = &field.pattern {
            return FieldValue::Text(self.patterned(&field.key, pattern));
        }
        match field.kind {
            FieldType::Text => {
                FieldValue::Text(format!("{}{}", field.label, 1 + self.draw.below(99)))
            }
            FieldType::LongText => {
                FieldValue::Text("测试数据，由演示程序生成。\n不是真实办件。".to_owned())
            }
            FieldType::Id18 => {
                let birth = 1960 + self.draw.below(40);
                FieldValue::Text(citizen_id(&mut self.draw, self.home, birth))
            }
            FieldType::Uscc => FieldValue::Text(credit_code(&mut self.draw)),
            FieldType::Mobile => FieldValue::Text(mobile(&mut self.draw)),
            FieldType::Date => FieldValue::Text(self.date(&field.key)),
            FieldType::Int => FieldValue::Int(self.number(field, 500)),
            FieldType::MoneyCent => FieldValue::Int(self.number(field, 5_000_000)),
            FieldType::Percent => FieldValue::Int(self.number(field, 100)),
            FieldType::Enum => self.choice(field),
            FieldType::Bool => FieldValue::Bool(self.draw.below(2) == 0),
            FieldType::Division12 => FieldValue::Text(self.home.to_string()),
            FieldType::Address => FieldValue::Text(self.address()),
            FieldType::Bankcard => FieldValue::Text(bank_card(&mut self.draw)),
            FieldType::PersonList => FieldValue::Text(self.household()),
        }
    }

    /// What follows from who applies, by the usual keys.
    fn of_person(&mut self, key: &str) -> Option<String> {
        let bozhou = is_bozhou(self.home);
        Some(match key {
            "applyname" | "legalman" => self.person.name.clone(),
            "apply_cardnumber" | "legal_id" => self.person.id.clone(),
            "has_mobile" => (if self.person.has_phone { "有" } else { "无" }).to_owned(),
            "org_name" => {
                let county =
                    self.home.at_tier(Tier::County).map_or_else(String::new, |c| self.tree.name(c));
                names::company(&mut self.draw, &county)
            }
            "partner_name" | "contactman" | "settle_head" => {
                let year = YEAR - self.person.age.max(20);
                names::person(&mut self.draw, year, bozhou)
            }
            "child_name" => names::person(&mut self.draw, YEAR, bozhou),
            "village_contact" => {
                let name = names::person(&mut self.draw, 1970, bozhou);
                format!("{name} {}", mobile(&mut self.draw))
            }
            "bank_name" => "测试农商银行".to_owned(),
            "batch_no" => format!("{YEAR}-测-{:03}", self.draw.below(1_000)),
            _ => return None,
        })
    }

    /// `9` a digit, `A` a capital letter; a project's code also holds year and county.
    fn patterned(&mut self, key: &str, pattern: &str) -> String {
        let known = match key {
            "project_code" => format!("{YEAR}-99{:04}-", self.home.division6() % 10_000),
            _ => String::new(),
        };
        let rest = pattern.chars().skip(known.chars().count());
        let drawn: String = rest
            .map(|wanted| match wanted {
                '9' => self.draw.digit(),
                'A' => *self.draw.pick(&['T', 'X', 'Y']),
                literal => literal,
            })
            .collect();
        known + &drawn
    }

    fn date(&mut self, key: &str) -> String {
        // What ends lies ahead; everything else has happened.
        let year = if key.contains("until") {
            YEAR + 6
        } else {
            YEAR - self.draw.below(4).min(self.person.age)
        };
        format!("{year}-{:02}-{:02}", 1 + self.draw.below(12), 1 + self.draw.below(28))
    }

    fn number(&mut self, field: &Field, span: u64) -> i64 {
        let low = field.min.unwrap_or(0);
        let high = field.max.unwrap_or_else(|| low.saturating_add_unsigned(span));
        let width = u64::try_from(high.saturating_sub(low)).unwrap_or(0).min(span);
        low.saturating_add_unsigned(self.draw.below(width + 1))
    }

    fn choice(&mut self, field: &Field) -> FieldValue {
        FieldValue::Text(match field.options.is_empty() {
            true => String::new(),
            false => self.draw.pick(&field.options).clone(),
        })
    }

    fn address(&mut self) -> String {
        let hamlet = names::hamlet(&mut self.draw, is_bozhou(self.home));
        let (group, number) = (1 + self.draw.below(30), 1 + self.draw.below(300));
        format!("{}{hamlet}{group}组{number}号", self.tree.full_name(self.home))
    }

    fn household(&mut self) -> String {
        let mut members =
            vec![json!({ "name": self.person.name, "id": self.person.id, "relation": "本人" })];
        for _ in 0..self.draw.below(4) {
            let member = Person::draw(&mut self.draw, self.home, true);
            let income = self.draw.below(4_000_000);
            members.push(json!({ "name": member.name, "id": member.id, "relation": "亲属", "income_cent": income }));
        }
        Value::Array(members).to_string()
    }
}

/// The village itself, or one below the office.
fn home_of(tree: &OfficeTree, office: OfficeCode, draw: &mut Draw) -> OfficeCode {
    let mut home = office;
    while home.tier() != Tier::Village {
        let below: Vec<_> = tree.children(home).map(|office| office.code).collect();
        if below.is_empty() {
            break;
        }
        home = *draw.pick(&below);
    }
    home
}

fn is_bozhou(office: OfficeCode) -> bool {
    office.division6() / 100 == BOZHOU
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::low;
    use daiban_domain::check::{self, Entry};

    #[test]
    fn every_item_takes_its_synthetic_applicants() {
        let (catalog, tree) = (shipped::catalog(), shipped::offices());
        let entry = Entry { offices: &tree, today: "2026-11-21".parse().unwrap(), training: true };
        let villages =
            [330_382_001_208, 341_602_001_001].map(|code| OfficeCode::new(code).unwrap());
        for item in catalog.iter() {
            for n in 0..200 {
                let village = villages[low(n % 2)];
                let fields = applicant(item, &tree, village, 7, n);
                let tidied = check::tidy(item, &fields, entry)
                    .unwrap_or_else(|errors| panic!("{} {n}: {errors:?}\n{fields:?}", item.code));
                let missing = check::missing(item, &tidied);
                assert!(missing.is_empty(), "{} {n}: {missing:?}", item.code);
            }
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_people_and_another_gives_others() {
        let (catalog, tree) = (shipped::catalog(), shipped::offices());
        let item = catalog.latest("CL-SB-01").unwrap();
        let office = super::super::cast::VILLAGE_1.code();
        let of = |seed, n| record(item, &tree, office, seed, n);
        assert_eq!(of(1, 5), of(1, 5));
        assert_ne!(of(1, 5), of(2, 5));
        assert_ne!(of(1, 5), of(1, 6));
    }

    #[test]
    fn people_are_mostly_old_and_some_names_are_difficult() {
        let mut draw = Draw::new(&[3]);
        let home = super::super::cast::VILLAGE_1.code();
        let people: Vec<_> = (0..2_000).map(|_| Person::draw(&mut draw, home, false)).collect();
        let old = people.iter().filter(|person| person.age >= 60).count();
        assert!((800..1_000).contains(&old), "{old}");
        let difficult = people
            .iter()
            .filter(|person| person.name.contains('·') || person.name.chars().count() > 3);
        assert!(difficult.count() >= 20);
    }
}
