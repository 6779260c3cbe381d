//! A central model of what must be visible where: who typed what, and whose it is. Nodes are
//! compared with it at random moments.

use std::collections::BTreeMap;

use daiban_sync::channel::Channel;
use daiban_sync::id::OfficeCode;

use super::{Checker, Verdict};
use crate::kept::{Fact, Kept};
use crate::node::Node;
use crate::told::Promises;

/// Every text that was ever typed, with the channel of its case.
#[derive(Default)]
pub(crate) struct Model {
    typed: BTreeMap<u64, Channel>,
}

impl Model {
    pub(crate) fn typed(&mut self, mark: u64, channel: Channel) {
        self.typed.insert(mark, channel);
    }

    pub(crate) fn channel_of(&self, mark: u64) -> Option<Channel> {
        self.typed.get(&mark).copied()
    }

    /// A node holds nothing that nobody typed, nothing that is not for its office, and all that it
    /// has told its own people.
    pub(crate) fn check(&self, place: usize, node: &Node, promises: &Promises) -> Verdict {
        self.check_texts(node.office, &node.kept)?;
        let is_running = node.process.is_some() && !node.is_replaced;
        match promises.broken_at(place, &node.kept).filter(|_| is_running) {
            None => Ok(()),
            Some(told) => {
                let sentence = format!("office {} lost {:?}", node.office, told.fact);
                Err((Checker::NothingLost, sentence))
            }
        }
    }

    /// Every text that is held was typed by somebody, and is for this office.
    pub(crate) fn check_texts(&self, office: OfficeCode, kept: &Kept) -> Verdict {
        for fact in &kept.facts {
            let Fact::Mark(mark) = fact else { continue };
            match self.typed.get(mark) {
                None => {
                    let sentence =
                        format!("office {office} holds a text that nobody typed: {mark}");
                    return Err((Checker::Model, sentence));
                }
                Some(channel) if !channel.is_held_by(office) => {
                    let sentence = format!("office {office} holds a text of {channel}");
                    return Err((Checker::Jurisdiction, sentence));
                }
                Some(_) => {}
            }
        }
        Ok(())
    }
}
