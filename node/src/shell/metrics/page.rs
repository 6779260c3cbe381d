//! The text of a scrape.

use std::fmt::{Display, Write as _};

/// Families of figures, each with its help and its kind.
#[derive(Default)]
pub(super) struct Page {
    text: String,
}

impl Page {
    pub(super) fn counter(&mut self, name: &str, help: &str, value: u64) {
        self.family(name, "counter", help);
        self.line(name, &[], value);
    }

    pub(super) fn gauge(&mut self, name: &str, help: &str, value: u64) {
        self.family(name, "gauge", help);
        self.line(name, &[], value);
    }

    /// One figure for each set of labels; values are codes and keys, which need no escape.
    pub(super) fn gauges<const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        figures: impl Iterator<Item = ([(&'static str, String); N], impl Display)>,
    ) {
        self.family(name, "gauge", help);
        for (labels, value) in figures {
            self.line(name, &labels, value);
        }
    }

    pub(super) fn text(self) -> String {
        self.text
    }

    // Writing to a string cannot fail.
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.text, "# HELP daiban_{name} {help}");
        let _ = writeln!(self.text, "# TYPE daiban_{name} {kind}");
    }

    fn line(&mut self, name: &str, labels: &[(&str, String)], value: impl Display) {
        let labels: Vec<_> = labels.iter().map(|(key, of)| format!("{key}=\"{of}\"")).collect();
        let labels =
            if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let _ = writeln!(self.text, "daiban_{name}{labels} {value}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_has_help_kind_and_labels() {
        let mut page = Page::default();
        page.gauge("one", "Of one.", 1);
        page.gauges("two", "Of two.", [([("a", "x".to_owned())], -2)].into_iter());
        let expected = "# HELP daiban_one Of one.\n# TYPE daiban_one gauge\ndaiban_one 1\n\
            # HELP daiban_two Of two.\n# TYPE daiban_two gauge\ndaiban_two{a=\"x\"} -2\n";
        assert_eq!(page.text(), expected);
    }
}
