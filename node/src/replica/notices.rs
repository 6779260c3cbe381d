//! Notices: publish one, take one, see which are in force.

use daiban_domain::notice::Notice;
use daiban_domain::payload::{self, STATEMENT_BYTES_MAX};
use daiban_domain::words::{self, Said};
use daiban_sync::channel::Channel;
use daiban_sync::entry::Kind;
use daiban_sync::id::{LogId, Millis};
use daiban_sync::run::Tip;

use super::answer::{Answer, NoticeView};
use super::apply::Slice;
use super::commit::After;
use super::io::CommandId;
use super::law::{self, Taken, Verdict};
use super::refusal::{Refusal, RefusalKind};
use super::{Replica, keys};

impl Replica {
    /// Checks a notice against the law in force, says what it changes, and signs it unless this is a
    /// rehearsal.
    pub(super) fn publish(
        &mut self,
        now: Millis,
        id: CommandId,
        notice: &Notice,
        rehearse: bool,
    ) -> Result<(), Refusal> {
        self.law.check(self.config.office, notice).map_err(|why| faulty(&why))?;
        let payload = payload::notice(notice);
        if payload.len() > STATEMENT_BYTES_MAX {
            return Err(faulty(&words::notice_too_long(payload.len(), STATEMENT_BYTES_MAX)));
        }
        let answer = Answer::Published {
            effects: self.law.effects(self.config.office, notice),
            rehearsed: rehearse,
        };
        if rehearse {
            self.answer(id, answer);
            return Ok(());
        }
        self.issue(now, id, notice, answer)
    }

    /// Signs a notice that was checked.
    pub(super) fn issue(
        &mut self,
        now: Millis,
        id: CommandId,
        notice: &Notice,
        answer: Answer,
    ) -> Result<(), Refusal> {
        self.check_writable(false)?;
        let channel = Channel::Notices { issuer: self.config.office };
        let at = self.author.tick(now);
        self.author.write(channel, at, Kind::Notice, payload::notice(notice));
        self.commits.after(After::Reply { id, answer });
        Ok(())
    }

    /// A notice has come; others may have effect no longer by it, or only now.
    pub(super) fn take_notice(
        &mut self,
        place: law::Place,
        tip: &Tip,
        notice: Notice,
        slice: &mut Slice,
    ) {
        let taken = self.law.take(place, tip, notice);
        self.obey(taken, slice);
    }

    /// Notices of a log from number `from` on have no effect any more: the log was taken back.
    pub(super) fn take_notices_back(&mut self, log: LogId, from: u64, slice: &mut Slice) {
        let taken = self.law.take_back(log, from);
        self.obey(taken, slice);
    }

    /// What follows from a law that has changed.
    fn obey(&mut self, Taken { judges, disposes, verdicts }: Taken, slice: &mut Slice) {
        if judges {
            self.reckon_all(&mut slice.batch);
        }
        if disposes {
            self.standings_changed();
        }
        for Verdict { entry, issuer, refused, was_refused } in verdicts {
            match refused {
                Some(why) => {
                    self.quarantine_count += u64::from(!was_refused);
                    self.put_aside(entry, issuer, why.to_string(), slice);
                }
                None if was_refused => {
                    self.quarantine_count -= 1;
                    slice.batch.remove(keys::quarantined(entry.0, entry.1));
                }
                None => {}
            }
        }
    }

    /// Notices in force, the latest first.
    pub(super) fn notices(&self) -> Answer {
        let view = |(at, issued): (daiban_sync::id::Hlc, &law::Issued)| NoticeView {
            at: at.millis(),
            issuer: issued.issuer,
            name: self.law.offices.name(issued.issuer),
            words: law::said(issued.issuer, &issued.notice),
        };
        Answer::Notices { notices: self.law.in_force().map(view).collect() }
    }
}

pub(super) fn faulty(why: &Said) -> Refusal {
    Refusal::new(RefusalKind::Input, words::notice_faulty(why), words::mend_and_publish())
}
