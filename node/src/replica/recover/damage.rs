//! Stretches that cannot be read here, from whoever holds the channel.

use daiban_sync::error::{Misbehaviour, SessionError};
use daiban_sync::run::{Run, Tip, VerifiedRun};

use crate::replica::Replica;
use crate::replica::commit::After;
use crate::replica::io::LinkId;

impl Replica {
    /// Asks a peer for stretches that cannot be read here.
    pub(in crate::replica) fn ask_for_damaged(&mut self, link: LinkId) {
        let Some(peer) = self.links.get_mut(&link) else { return };
        for range in self.store.damaged_ranges() {
            let channel = self.store.tips().get(&range.log).map(|tip| tip.channel);
            let shared = channel.is_some_and(|channel| peer.session.scope().contains(&channel));
            if shared && !self.repairs.contains_key(&(range.log, range.from)) {
                self.repairs.insert((range.log, range.from), link);
                peer.session.fetch(range.log, range.from);
            }
        }
    }

    pub(super) fn repair_with(&mut self, link: LinkId, run: Run) -> Result<(), SessionError> {
        let log = run.log;
        let Some(tip) = self.store.tips().get(&log).copied() else { return Ok(()) };
        let before = Tip { head: run.after, ..tip };
        let joins = self.store.hash_at(log, run.after.len).ok().flatten();
        if run.head.head.len > tip.head.len || joins.is_some_and(|hash| hash != run.after.hash) {
            return Ok(());
        }
        let (from, to) = (run.after.len, run.head.head.len);
        let verified: VerifiedRun =
            run.verify(Some(&before), &*self.authenticator).map_err(Misbehaviour::from)?;
        self.commits.heal(verified);
        self.commits.after(After::Repaired { log, from, to });
        let rest = self
            .store
            .damaged_ranges()
            .into_iter()
            .find(|r| r.log == log && r.to > to && r.from <= to);
        if let (Some(_), Some(peer)) = (rest, self.links.get_mut(&link)) {
            self.repairs.insert((log, to), link);
            peer.session.fetch(log, to);
        }
        Ok(())
    }
}
