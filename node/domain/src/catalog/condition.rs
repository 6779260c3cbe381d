//! Conditions: "if this field holds one of these".

use crate::form::Fields;

/// True if `field` holds one of `values`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    pub field: String,
    pub values: Vec<String>,
}

impl Condition {
    pub fn holds(&self, fields: &Fields) -> bool {
        fields.get(&self.field).is_some_and(|value| self.values.contains(&value.to_string()))
    }
}
