//! `daiban act`: a named officer acts on a case.

mod help;
mod pick;

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};
use daiban_domain::act::{ActId, Handover, Opinion, Outcome, Pin};
use daiban_domain::clock::ClockKind;
use daiban_domain::desk::ActRequest;
use daiban_domain::organ::OrganCode;
use daiban_node::replica::Command;
use daiban_sync::id::OfficeCode;
use serde_json::Value;

use crate::case::{Officer, tell_saved};
use crate::client::Client;
use crate::exit::{Code, Done, Failure};
use crate::home::Home;
use crate::read;
use crate::say::Screen;

#[derive(Debug, Args)]
#[command(after_help = "\
例 Examples:
  daiban act accept 3303… --organ ZJ --by 王秀英                  受理
  daiban act request-correction 3303… --organ ZJ --by 王秀英 --reason 营业执照已过期
  daiban act refer 3303… --organ FG --by 张伟                     抄告全部联审部门 (or name them with --to)
  daiban act review 3303… --organ ZR --by 李超 --opinion disagree --reason 占用耕地
  daiban act decide 3303… --organ FG --by 张伟 --outcome granted --read 1a2b3c4d
  daiban act deliver 3303… --by 王秀英 --how post --tracking EA123456789CN
  daiban act transfer 3303… --organ ZR --by 李超 --to NY --reason 属农业农村局职责
  daiban act ask-help 3303… --organ WJ --by 李超 --handler 330382002000 --about 李建国 --note 是否在当地登记结婚
  daiban act record-help 3303… --organ WJ --by 李超 --help-case 3303…   对方查复后记入本办件
  daiban act complain 3303… --by 王秀英 --note 久无答复       投诉，由主办部门答复 (answer-complaint --note)
  daiban act ask 3303… --by 王秀英 --note 还需多久              咨询，由主办部门答复 (answer-question --note)
  daiban act rate 3303… --by 王秀英 --stars 2 --note 太慢     差评须在15个工作日内整改 (rectify --note)
  daiban act appeal-card 3303… --organ FG --by 张伟 --card promised --reason 系统故障
不带 --organ 表示收件窗口 (without --organ: the counter where the case was opened)。
决定、确认、重新确认须带 --read，由 case show 给出 (decide, confirm and reconfirm need --read).")]
pub(crate) struct ActArgs {
    /// 办理动作 (what is done)
    #[arg(value_parser = PossibleValuesParser::new(ActRequest::VERBS))]
    verb: String,
    /// 收件号 (receipt number)
    receipt: String,
    /// 经办人，可写 姓名:账号 (officer; NAME or NAME:ACCOUNT)
    #[arg(long, value_name = "NAME")]
    by: Officer,
    /// 部门代码，如 MZ (organ; `daiban office organs` lists them)
    #[arg(long)]
    organ: Option<OrganCode>,
    /// 理由或所缺内容，可多次 (a reason, or what is missing; may be repeated)
    #[arg(long)]
    reason: Vec<String>,
    /// 说明、评语、投诉、咨询、答复、整改措施 (a note, findings, a comment, a complaint, a question, an answer, measures)
    #[arg(long, default_value = "")]
    note: String,
    /// 天数 (days, for pause and publicise)
    #[arg(long)]
    days: Option<u16>,
    /// 审核意见 (opinion, for review)
    #[arg(long, value_enum)]
    opinion: Option<OpinionWord>,
    /// 决定结果 (outcome, for decide)
    #[arg(long, value_enum)]
    outcome: Option<OutcomeWord>,
    /// 阅读码，由 case show 给出 (the read token that case show printed)
    #[arg(long, value_name = "TOKEN")]
    read: Option<String>,
    /// 抄告的部门，逗号分隔；联合踏勘时为同去的部门；移送时为接收部门 (organs to refer to, by default all
    /// that review; for survey those that were there too; for transfer the organ that takes over)
    #[arg(long, value_delimiter = ',', value_name = "ORGANS")]
    to: Vec<OrganCode>,
    /// 逾期未答复的部门 (the organ that was silent, for record-silence)
    #[arg(long, value_name = "ORGAN")]
    of: Option<OrganCode>,
    /// 特别程序名称 (special procedure, for pause)
    #[arg(long)]
    procedure: Option<String>,
    /// 公示异议，可多次 (objections, for publicise)
    #[arg(long)]
    objection: Vec<String>,
    /// 证照编号 (number of the certificate, for issue)
    #[arg(long, default_value = "")]
    certificate: String,
    /// 金额，分 (amount in cents, for pay)
    #[arg(long)]
    amount_cent: Option<i64>,
    /// 送达方式 (how it was delivered)
    #[arg(long, value_enum)]
    how: Option<HowWord>,
    /// 快递单号 (tracking number, for deliver --how post)
    #[arg(long, default_value = "")]
    tracking: String,
    /// 亮牌的时限，名称见 case clock，可只写开头 (the clock whose card is meant, as case clock names it)
    #[arg(long, value_name = "CLOCK")]
    card: Option<String>,
    /// 投诉编号，见 case show，默认最早的 (which complaint; default: the first that is open)
    #[arg(long, value_name = "ID")]
    complaint: Option<String>,
    /// 咨询编号，见 case show，默认最早的 (which question; default: the first that is open)
    #[arg(long, value_name = "ID")]
    question: Option<String>,
    /// 协查的承办单位，须在另一条线上 (the office on another line that is asked, for ask-help)
    #[arg(long, value_name = "OFFICE")]
    handler: Option<OfficeCode>,
    /// 被协查人或单位 (whom ask-help is about)
    #[arg(long, value_name = "NAME")]
    about: Option<String>,
    /// 被协查人证件号码 (their ID number, if it is needed)
    #[arg(long, value_name = "ID")]
    about_id: Option<String>,
    /// 协查件收件号 (receipt of the help case, for record-help)
    #[arg(long, value_name = "RECEIPT")]
    help_case: Option<String>,
    /// 换到事项的第几版 (version of the item, for migrate; `daiban case migrate` shows the differences)
    #[arg(long, value_name = "VERSION")]
    rules: Option<u32>,
    /// 评价，1至5星 (stars, for rate)
    #[arg(long)]
    stars: Option<u8>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum OpinionWord {
    /// 同意
    Agree,
    /// 不同意，须带 --reason
    Disagree,
    /// 同意但需转报上级
    AgreeForward,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum HowWord {
    /// 窗口领取
    Pickup,
    /// 代办员送达
    Agent,
    /// 邮政快递，须带 --tracking
    Post,
    /// 电子送达
    Electronic,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum OutcomeWord {
    /// 准予
    Granted,
    /// 不予批准，须带 --reason
    Refused,
}

/// `daiban act`
pub(crate) fn act(home: &Home, screen: &Screen, args: ActArgs) -> Done {
    let client = Client::open(&home.data)?;
    let case = args.receipt.clone();
    let look = || client.ask(&Command::ShowCase { case: case.clone() });
    let mut pinned = None;
    let request = match args.verb.as_str() {
        "decide" | "confirm" | "reconfirm" => {
            let read = || {
                let now = read::pin_of(&look()?)?;
                let then = read::named(&home.data, &case, &now, args.read.as_deref())?;
                pinned = Some((then.clone(), now));
                Ok(then)
            };
            args.pinning(read)?
        }
        "refer" if args.to.is_empty() => ActRequest::Refer { organs: reviewing(&look()?) },
        "appeal-card" | "withdraw-card" | "refuse-appeal" => {
            let clocks = client.ask(&Command::CaseClock { case: case.clone() })?;
            args.about_card(pick::card(&clocks, args.card.as_deref())?)
        }
        "answer-complaint" | "answer-question" => {
            let (flag, named) = args.answered();
            args.answer(named.map(|id| pick::said(&look()?, flag, id)).transpose()?)
        }
        "ask-help" => help::ask(&client, &args)?,
        "record-help" => help::record(&client, &args)?,
        _ => args.plain()?,
    };
    let by = args.by.clone().into();
    let done = client.ask(&Command::Act { case: case.clone(), by, organ: args.organ, request });
    match (done, pinned) {
        (Ok(answer), _) => tell_saved(screen, &answer),
        (Err(failure), Some((then, now))) if then != now => {
            Err(read::new_materials(&then, &now).into_iter().fold(failure, Failure::line))
        }
        (Err(failure), _) => Err(failure),
    }
}

/// The organs that the item asks, by the stages of the case.
pub(crate) fn reviewing(view: &Value) -> Vec<OrganCode> {
    let asked = |action: &str| matches!(action, "review" | "joint_review" | "appraise" | "forward");
    let stages = view["state"]["stages"].as_array().into_iter().flatten();
    let asked = stages.filter(|stage| stage["action"].as_str().is_some_and(asked));
    let mut organs: Vec<OrganCode> =
        asked.filter_map(|stage| stage["organ"].as_str()?.parse().ok()).collect();
    organs.sort();
    organs.dedup();
    organs
}

impl ActArgs {
    /// The acts that rest on what was read.
    fn pinning(&self, read: impl FnOnce() -> Done<Pin>) -> Done<ActRequest> {
        let pin = || read().map(Some);
        Ok(match self.verb.as_str() {
            "decide" => ActRequest::Decide { outcome: self.outcome()?, pin: pin()? },
            "confirm" => ActRequest::Confirm { pin: pin()? },
            _ => ActRequest::Reconfirm { decision: None, pin: pin()? },
        })
    }

    fn about_card(&self, card: ClockKind) -> ActRequest {
        let reason = self.one_reason();
        match self.verb.as_str() {
            "appeal-card" => ActRequest::AppealCard { card, reason },
            "withdraw-card" => ActRequest::WithdrawCard { card, reason },
            _ => ActRequest::RefuseAppeal { card, reason },
        }
    }

    /// By which flag it is said what is answered, and what it says.
    fn answered(&self) -> (&'static str, Option<&str>) {
        match self.verb.as_str() {
            "answer-question" => ("question", self.question.as_deref()),
            _ => ("complaint", self.complaint.as_deref()),
        }
    }

    fn answer(&self, said: Option<ActId>) -> ActRequest {
        let answer = self.note.clone();
        match self.verb.as_str() {
            "answer-question" => ActRequest::AnswerQuestion { question: said, answer },
            _ => ActRequest::AnswerComplaint { complaint: said, answer },
        }
    }

    /// All other acts.
    fn plain(&self) -> Done<ActRequest> {
        let note = self.note.clone();
        Ok(match self.verb.as_str() {
            "submit" => ActRequest::Submit,
            "withdraw" => ActRequest::Withdraw { reason: self.one_reason() },
            "pre-check" => ActRequest::PreCheck { note },
            "first-check" => ActRequest::FirstCheck { note },
            "accept" => ActRequest::Accept,
            "refuse" => ActRequest::Refuse { reasons: self.reason.clone() },
            "request-correction" => ActRequest::RequestCorrection { items: self.reason.clone() },
            "correct" => ActRequest::Correct { note },
            "refer" => ActRequest::Refer { organs: self.to.clone() },
            "survey" => ActRequest::Survey { findings: note, with: self.to.clone() },
            "review" => ActRequest::Review { opinion: self.opinion()? },
            "record-silence" => ActRequest::RecordSilence { organ: self.need(self.of, "of")? },
            "pause" => ActRequest::Pause {
                procedure: self.need(self.procedure.clone(), "procedure")?,
                days: self.need(self.days, "days")?,
            },
            "resume" => ActRequest::Resume,
            "extend" => ActRequest::Extend { reason: self.one_reason() },
            "publicise" => ActRequest::Publicise {
                days: self.need(self.days, "days")?,
                objections: self.objection.clone(),
            },
            "issue" => ActRequest::Issue { certificate: self.certificate.clone() },
            "pay" => ActRequest::Pay { amount_cent: self.amount_cent },
            "deliver" => ActRequest::Deliver { how: self.handover()? },
            "close" => ActRequest::Close,
            "void" => ActRequest::Void { reason: self.one_reason() },
            "rate" => ActRequest::Rate { stars: self.need(self.stars, "stars")?, comment: note },
            "rectify" => ActRequest::Rectify { measures: note },
            "complain" => ActRequest::Complain { text: note },
            "ask" => ActRequest::Ask { text: note },
            "supervise" => ActRequest::Supervise { text: note },
            "transfer" => ActRequest::Transfer {
                to: self.need(self.to.first().copied(), "to")?,
                reason: self.one_reason(),
            },
            "migrate" => ActRequest::Migrate { version: self.need(self.rules, "rules")? },
            other => return Err(unknown(other)),
        })
    }

    fn one_reason(&self) -> String {
        self.reason.join("；")
    }

    fn opinion(&self) -> Done<Opinion> {
        Ok(match self.need(self.opinion, "opinion")? {
            OpinionWord::Agree => Opinion::Agree,
            OpinionWord::Disagree => Opinion::Disagree { reasons: self.reason.clone() },
            OpinionWord::AgreeForward => Opinion::AgreeForward,
        })
    }

    fn handover(&self) -> Done<Handover> {
        Ok(match self.need(self.how, "how")? {
            HowWord::Pickup => Handover::Pickup,
            HowWord::Agent => Handover::Agent,
            HowWord::Post => Handover::Post { tracking: self.tracking.clone() },
            HowWord::Electronic => Handover::Electronic,
        })
    }

    fn outcome(&self) -> Done<Outcome> {
        Ok(match self.need(self.outcome, "outcome")? {
            OutcomeWord::Granted => Outcome::Granted,
            OutcomeWord::Refused => Outcome::Refused { reasons: self.reason.clone() },
        })
    }

    fn need<T>(&self, value: Option<T>, flag: &str) -> Done<T> {
        let verb = &self.verb;
        value.ok_or_else(|| {
            Failure::new(
                Code::Usage,
                format!("{verb} 需要 --{flag}"),
                format!("{verb} needs --{flag}"),
            )
            .remedy("用法见 daiban act --help", "see daiban act --help")
        })
    }
}

fn unknown(verb: &str) -> Failure {
    Failure::new(Code::Usage, format!("没有动作 {verb}"), format!("there is no verb {verb}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        act: ActArgs,
    }

    fn parse(line: &str) -> ActArgs {
        let words = ["act"].into_iter().chain(line.split(' '));
        Line::try_parse_from(words).unwrap_or_else(|error| panic!("{error}")).act
    }

    #[test]
    fn every_verb_of_the_desk_can_be_said() {
        for verb in ActRequest::VERBS {
            let args = parse(&format!(
                "{verb} R1 --by 王 --reason r --days 5 --opinion agree --outcome granted --of ZR \
                 --to NY --procedure p --how agent --stars 5 --rules 2"
            ));
            let request = match *verb {
                "decide" | "confirm" | "reconfirm" => args.pinning(|| Ok(Pin::default())),
                "appeal-card" | "withdraw-card" | "refuse-appeal" => {
                    Ok(args.about_card(ClockKind::Promised))
                }
                "answer-complaint" | "answer-question" => Ok(args.answer(None)),
                "ask-help" | "record-help" => continue, // they ask the node first
                _ => args.plain(),
            };
            let json = serde_json::to_value(request.unwrap()).unwrap();
            assert_eq!(json["verb"], *verb);
        }
    }

    #[test]
    fn what_a_verb_needs_is_named() {
        for (line, flag) in [
            ("pause R1 --by 王 --days 3", "--procedure"),
            ("review R1 --by 王", "--opinion"),
            ("deliver R1 --by 王", "--how"),
            ("transfer R1 --by 王 --reason r", "--to"),
        ] {
            let failure = parse(line).plain().unwrap_err();
            assert_eq!(failure.code, Code::Usage);
            assert!(failure.shown(crate::say::Lang::En).contains(flag));
        }
    }

    #[test]
    fn the_organs_that_review_are_read_off_the_case() {
        let view = serde_json::json!({ "state": { "stages": [
            { "action": "refer", "organ": "FG" },
            { "action": "joint_review", "organ": "ZR" },
            { "action": "joint_review", "organ": "HJ" },
            { "action": "decide", "organ": "FG" },
        ]}});
        let organs: Vec<_> = reviewing(&view).iter().map(ToString::to_string).collect();
        assert_eq!(organs, ["HJ", "ZR"]);
    }
}
