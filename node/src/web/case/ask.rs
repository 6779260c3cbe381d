//! What an act asks of whoever takes it.

mod inputs;
mod request;

pub(super) use request::request;

/// One input.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ask {
    /// A line or more each, at least one.
    Reasons,
    Reason,
    Items,
    Note,
    Findings,
    Procedure,
    Days,
    Objections,
    Certificate,
    Amount,
    How,
    Organs,
    /// Organs that were there too, if any.
    Together,
    SilentOrgan,
    OtherOrgan,
    Opinion,
    Outcome,
    Stars,
    Text,
    /// To what the applicant has said, which is shown beside it.
    Answer,
    Card,
    Handler,
    About,
    AboutId,
    Question,
    HelpCase,
}

/// What a verb asks for; `None` if pages do not offer it.
pub(super) fn asks(verb: &str) -> Option<&'static [Ask]> {
    Some(match verb {
        "submit" | "accept" | "resume" | "close" | "confirm" | "reconfirm" | "migrate" => &[],
        "withdraw" | "extend" | "void" => &[Ask::Reason],
        "pre-check" | "first-check" | "correct" => &[Ask::Note],
        "refuse" => &[Ask::Reasons],
        "request-correction" => &[Ask::Items],
        "refer" => &[Ask::Organs],
        "survey" => &[Ask::Findings, Ask::Together],
        "review" => &[Ask::Opinion, Ask::Reasons],
        "record-silence" => &[Ask::SilentOrgan],
        "pause" => &[Ask::Procedure, Ask::Days],
        "publicise" => &[Ask::Days, Ask::Objections],
        "decide" => &[Ask::Outcome, Ask::Reasons],
        "issue" => &[Ask::Certificate],
        "pay" => &[Ask::Amount],
        "deliver" => &[Ask::How],
        "rate" => &[Ask::Stars, Ask::Note],
        "rectify" | "complain" | "ask" | "supervise" => &[Ask::Text],
        "answer-complaint" | "answer-question" => &[Ask::Answer],
        "transfer" => &[Ask::OtherOrgan, Ask::Reason],
        "appeal-card" | "withdraw-card" | "refuse-appeal" => &[Ask::Card, Ask::Reason],
        "ask-help" => &[Ask::Handler, Ask::About, Ask::AboutId, Ask::Question],
        "record-help" => &[Ask::HelpCase],
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use daiban_domain::desk::ActRequest;

    use super::*;

    #[test]
    fn every_act_has_a_form() {
        assert!(ActRequest::VERBS.iter().all(|verb| asks(verb).is_some()));
    }
}
