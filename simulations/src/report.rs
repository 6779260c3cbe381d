//! A run, or two beside each other, as one page that needs nothing else: charts, figures, and the
//! events to search in.

use serde::Serialize;

const PAGE: &str = include_str!("report.html");
/// Where the page has its runs.
const RUNS: &str = ">RUNS</script>";

/// The page of these runs, each a [`Record`](crate::Record) or what was read of one.
///
/// # Errors
/// A run that cannot be written as JSON.
pub fn report(runs: &[impl Serialize]) -> Result<String, serde_json::Error> {
    // Inside of a script nothing may look like its end.
    let json = serde_json::to_string(runs)?.replace('<', "\\u003c");
    Ok(PAGE.replacen(RUNS, &format!(">{json}</script>"), 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_needs_nothing_else() {
        assert_eq!(PAGE.matches(RUNS).count(), 1);
        assert!(!PAGE.contains("src=") && !PAGE.contains("href="));
    }

    #[test]
    fn what_a_run_says_does_not_end_the_script() {
        let page = report(&["</script><b>"]).expect("a text is JSON");
        assert!(page.contains(r#"["\u003c/script>\u003cb>"]"#));
        assert_eq!(page.matches("</script>").count(), PAGE.matches("</script>").count());
    }
}
