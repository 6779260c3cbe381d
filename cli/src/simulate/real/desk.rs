//! People at an office: what they ask of its node, and what they are told.

use daiban_domain::act::{ActId, CaseId, Pin};
use daiban_node::replica::{Alarm, Attachment, Command};
use daiban_sim::Checker;
use daiban_sim::real::{Choice, Opening, Play, Waiting};
use daiban_sync::channel::Channel;
use daiban_sync::id::OfficeCode;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::actor::Deed;
use super::scene::Scene;
use crate::client::Client;
use crate::exit::{Code, Done, Failure};

/// A case that is not here yet, or waits for a date, is looked at again after this time.
const LOOK_AGAIN_MS: u64 = 400;
/// Who edits a case again does so within this time.
const EDITED_WITHIN_MS: u64 = 300;

/// Somebody at an office whose node is up.
pub(super) struct Desk<'a> {
    pub(super) scene: &'a Scene,
    pub(super) office: OfficeCode,
    pub(super) client: &'a Client,
}

/// What somebody asked for.
struct Asked<'a> {
    what: &'a str,
    channel: Option<Channel>,
    mark: Option<u64>,
}

impl Desk<'_> {
    /// An applicant comes.
    pub(super) fn open(&self) {
        let opening = self.scene.play().open(self.office);
        let Some(Opening { item, handler, fields, materials, mark }) = opening else { return };
        let attach = |(key, bytes): (String, Vec<u8>)| {
            let blob = self.client.upload_bytes(&format!("{key}.pdf"), &bytes)?;
            Ok(Attachment { key, blob })
        };
        let attached: Done<Vec<Attachment>> = materials.into_iter().map(attach).collect();
        let Ok(materials) = attached else { return self.turn_away() };
        let command = Command::NewCase {
            item,
            version: None,
            fields,
            materials,
            submit: true,
            by: Play::officer(self.office),
            handler,
            listed: None,
            reuse: Vec::new(),
            again: Some("另有一处".into()),
        };
        let channel = Some(Channel::Cases { origin: self.office, handler });
        self.say(&command, &Asked { what: "open", channel, mark: Some(mark) });
    }

    /// Nobody can be served now.
    pub(super) fn turn_away(&self) {
        self.scene.play().counts.turned_away += 1;
    }

    pub(super) fn edit(&self, case: CaseId) {
        let Some((_, item)) = self.shown(case) else { return };
        let Some((mark, fields)) = self.scene.play().edit(case, &item) else { return };
        let by = Play::officer(self.office);
        let command = Command::EditCase { case: case.to_string(), fields, by };
        self.say(&command, &Asked { what: "edit", channel: None, mark: Some(mark) });
    }

    /// Somebody sees to a case.
    pub(super) fn attend(&self, case: CaseId) {
        let Some((view, item)) = self.shown(case) else { return self.look_again(case) };
        let state = &view["state"];
        let (Some(waits), Some(pin)) = (waiting(state), read::<Pin>(&state["pin"])) else {
            return self.look_again(case);
        };
        let choice = self.scene.play().choose(self.office, &item, (&waits, pin));
        match choice {
            Choice::Act { verb, organ, request } => {
                let (case_name, by) = (case.to_string(), Play::officer(self.office));
                let command = Command::Act { case: case_name, by, organ, request };
                let asked = Asked { what: &verb, channel: None, mark: None };
                if !self.say(&command, &asked) {
                    self.look_again(case);
                }
            }
            Choice::At(office) => {
                let at = self.soon();
                self.scene.wish(office, at, Deed::Attend(case));
            }
            Choice::Later => self.look_again(case),
            Choice::Done => {}
        }
    }

    fn look_again(&self, case: CaseId) {
        let at = self.scene.now() + LOOK_AGAIN_MS;
        self.scene.wish(self.office, at, Deed::Attend(case));
    }

    /// When somebody sees to a case.
    fn soon(&self) -> u64 {
        let patience = self.scene.play().patience_ms();
        self.scene.now() + patience
    }

    /// A case on the screen, and its item.
    fn shown(&self, case: CaseId) -> Option<(Value, String)> {
        let view = self.client.ask(&Command::ShowCase { case: case.to_string() }).ok()?;
        let item = view["summary"]["item"].as_str()?.to_owned();
        Some((view, item))
    }

    /// Asks, and remembers what was told; `false` if nothing was saved.
    fn say(&self, command: &Command, asked: &Asked<'_>) -> bool {
        self.scene.play().counts.commands += 1;
        match self.client.ask(command) {
            Ok(answer) => {
                self.saved(&answer, asked);
                true
            }
            Err(failure) => {
                self.refused(asked.what, &failure);
                false
            }
        }
    }

    fn saved(&self, answer: &Value, asked: &Asked<'_>) {
        let Some(case) = read::<CaseId>(&answer["case"]) else { return };
        let (act, at) = (read::<ActId>(&answer["act"]), self.scene.now());
        let mut play = self.scene.play();
        let is_new = play.told((self.office, at), case, asked.channel, (act, asked.mark));
        play.counts.decided += u64::from(asked.what == "decide");
        if is_new {
            play.tell(at, self.office, &format!("case {case} is saved"));
        }
        let edited = (is_new && play.is_edited()).then(|| play.up_to(EDITED_WITHIN_MS));
        drop(play);
        if let Some(after) = edited {
            let above = self.office.parent();
            for office in [Some(self.office), above].into_iter().flatten() {
                self.scene.wish(office, at + after, Deed::Edit(case));
            }
        }
        if asked.what != "edit" {
            let at = self.soon();
            self.scene.wish(self.office, at, Deed::Attend(case));
        }
    }

    fn refused(&self, what: &str, failure: &Failure) {
        let now = self.scene.now();
        let mut play = self.scene.play();
        if failure.code == Code::Unreachable {
            play.counts.turned_away += u64::from(what == "open");
            return;
        }
        play.counts.refusals += 1;
        let is_fault = matches!(failure.code, Code::Internal | Code::Disk);
        if is_fault && !play.fills_disks() {
            let said = failure.shown(crate::say::Lang::En);
            play.fail(
                now,
                Checker::Calm,
                format!("office {} fails to {what}: {said}", self.office),
            );
        }
    }

    /// What has safely got up, and what alarms there are beyond the first `heard`.
    pub(super) fn watch(&self, heard: &mut usize) {
        let asked = self.scene.now();
        let Ok(status) = self.client.ask(&Command::Status) else { return };
        let now = self.scene.now();
        let mut play = self.scene.play();
        for above in status["above"].as_array().into_iter().flatten() {
            if let (Some(office), Some(0)) =
                (read::<OfficeCode>(&above["office"]), above["missing"].as_u64())
            {
                play.landed(self.office, office, (asked, now));
            }
        }
        drop(play);
        let Ok(answer) = self.client.ask(&Command::Alarms) else { return };
        let alarms = answer["alarms"].as_array().map(Vec::as_slice).unwrap_or_default();
        for alarm in alarms.iter().skip(*heard) {
            if let Some(alarm) = read::<Alarm>(&alarm[1]) {
                self.scene.play().alarm(now, self.office, &alarm);
            }
        }
        *heard = alarms.len().max(*heard);
    }
}

fn waiting(state: &Value) -> Option<Vec<Waiting>> {
    let next = state["next"].as_array()?;
    let one = |next: &Value| {
        let (office, organ) = (read(&next["office"])?, read(&next["organ"]));
        Some(Waiting { office, organ, verb: next["verb"].as_str()?.to_owned() })
    };
    Some(next.iter().filter_map(one).collect())
}

fn read<T: DeserializeOwned>(value: &Value) -> Option<T> {
    T::deserialize(value).ok()
}
