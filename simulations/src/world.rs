//! One queue of events in virtual time, and what each of them does.

mod disk;
mod life;
mod network;
mod replica;

use std::collections::BTreeMap;

use daiban_domain::act::CaseId;
use daiban_node::replica::{CommitId, Input, Law, LinkId, Replica};
use daiban_node::store::Record;
use daiban_sync::channel::Channel;
use daiban_sync::id::{BlobId, Millis, OfficeCode};
use daiban_sync::session::Lane;

use crate::checkers::{Checker, Failure, Verdict};
use crate::city::{self, Root};
use crate::dice::Dice;
use crate::fault::{Aim, Death, Fault};
use crate::link::Link;
use crate::node::Node;
use crate::story::{Counts, Options};
use crate::told::Promises;
use crate::trace::Trace;
use crate::workload::Workload;

/// Monday, 2 March 2026, nine in the morning in China.
pub(crate) const BEGIN: Millis = Millis(1_772_413_200_000);

/// A time to come.
pub(crate) enum Event {
    /// Somebody's disk, network or clock has news for a replica.
    Input {
        node: usize,
        boot: u64,
        input: Input,
    },
    /// A replica settles and works.
    Turn {
        node: usize,
        boot: u64,
    },
    /// The disk takes a batch, then makes it durable.
    Append {
        node: usize,
        boot: u64,
        commit: CommitId,
        records: Vec<Record>,
    },
    Sync {
        node: usize,
        boot: u64,
    },
    Finish {
        node: usize,
        boot: u64,
        blob: BlobId,
    },
    /// Bytes reach one side of a link.
    Arrive {
        link: LinkId,
        side: usize,
        lane: Lane,
        bytes: Vec<u8>,
    },
    /// One side of a link hears that it is gone.
    Hangup {
        link: LinkId,
        side: usize,
    },
    /// A call is answered, or not.
    Dialled {
        node: usize,
        boot: u64,
        office: OfficeCode,
    },
    /// A node that was down starts.
    Start {
        node: usize,
    },
    /// Somebody at some office does something.
    Person,
    /// Somebody at this office does something.
    PersonAt {
        node: usize,
    },
    Fault(Fault),
}

/// The whole city.
pub(crate) struct World {
    pub(crate) now: Millis,
    queue: BTreeMap<(Millis, u64), Event>,
    sequence: u64,
    pub(crate) dice: Dice,
    pub(crate) trace: Trace,
    root: Root,
    law: Law,
    pub(crate) nodes: Vec<Node>,
    links: BTreeMap<LinkId, Link>,
    next_link: u64,
    /// Nodes that cannot reach each other until then.
    blocked: BTreeMap<(usize, usize), Millis>,
    aims: Vec<Aim>,
    /// Things break; otherwise everything is well.
    pub(crate) is_rough: bool,
    /// The story replaces disks.
    disks_replaced: bool,
    pub(crate) workload: Workload,
    pub(crate) promises: Promises,
    pub(crate) failure: Option<Failure>,
    pub(crate) counts: Counts,
    options: Options,
}

impl World {
    pub(crate) fn new(seed: u64, options: Options) -> Self {
        let mut dice = Dice::new(seed);
        let root = Root::new(dice.bytes());
        let nodes = city::offices().into_iter().map(|office| Node::new(office, &root, &mut dice));
        let nodes: Vec<_> = nodes.collect();
        let mut world = Self {
            now: BEGIN,
            queue: BTreeMap::new(),
            sequence: 0,
            trace: Trace::new(BEGIN, options.tell),
            root,
            law: Law::default(),
            nodes,
            links: BTreeMap::new(),
            next_link: 0,
            blocked: BTreeMap::new(),
            aims: Vec::new(),
            is_rough: true,
            disks_replaced: false,
            workload: Workload::default(),
            promises: Promises::default(),
            failure: None,
            counts: Counts::default(),
            dice,
            options,
        };
        for node in 0..world.nodes.len() {
            world.after(node as u64, Event::Start { node });
        }
        world
    }

    /// Lets something happen `ms` from now.
    pub(crate) fn after(&mut self, ms: u64, event: Event) {
        self.at(self.now.plus(ms), event);
    }

    pub(crate) fn at(&mut self, at: Millis, event: Event) {
        self.sequence += 1;
        self.queue.insert((at.max(self.now), self.sequence), event);
    }

    /// Lets time pass, up to the first failure.
    pub(crate) fn run_until(&mut self, end: Millis) {
        while self.failure.is_none()
            && let Some(next) = self.queue.first_entry().filter(|next| next.key().0 <= end)
        {
            let ((at, _), event) = next.remove_entry();
            self.now = at;
            self.happen(event);
        }
        self.now = self.now.max(end);
    }

    /// The story's faults and crashes to come.
    pub(crate) fn plan(&mut self, faults: Vec<(u64, Fault)>, aims: Vec<Aim>) {
        self.disks_replaced = faults
            .iter()
            .any(|(_, fault)| matches!(fault, Fault::Restore { .. } | Fault::Lose { .. }));
        for (ms, fault) in faults {
            self.after(ms, Event::Fault(fault));
        }
        self.aims = aims;
    }

    /// Nothing breaks any more and everybody is up again.
    pub(crate) fn heal(&mut self) {
        self.trace.tell(self.now, 0, "everything heals");
        self.is_rough = false;
        self.aims.clear();
        self.blocked.clear();
        for node in 0..self.nodes.len() {
            if self.nodes[node].process.is_none() {
                self.after(0, Event::Start { node });
            }
        }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Input { node, boot, input } => self.input(node, boot, input),
            Event::Turn { node, boot } => self.turn(node, boot),
            Event::Append { node, boot, commit, records } => {
                self.append(node, boot, commit, records)
            }
            Event::Sync { node, boot } => self.sync(node, boot),
            Event::Finish { node, boot, blob } => self.finish(node, boot, blob),
            Event::Arrive { link, side, lane, bytes } => self.arrive(link, side, lane, bytes),
            Event::Hangup { link, side } => self.hang_up(link, side),
            Event::Dialled { node, boot, office } => self.dialled(node, boot, office),
            Event::Start { node } => self.start(node),
            Event::Person => self.person(),
            Event::PersonAt { node } => self.person_at(node),
            Event::Fault(fault) => self.strike(fault),
        }
    }

    /// The life of a node, if it is running.
    pub(crate) fn boot(&self, node: usize) -> Option<u64> {
        let node = &self.nodes[node];
        node.process.as_ref().map(|_| node.boot)
    }

    pub(crate) fn is_alive(&self, node: usize, boot: u64) -> bool {
        self.boot(node) == Some(boot)
    }

    /// Keeps the first thing that a checker finds.
    pub(crate) fn judge(&mut self, verdict: Verdict) {
        if let Err((checker, sentence)) = verdict {
            self.fail(checker, sentence);
        }
    }

    pub(crate) fn fail(&mut self, checker: Checker, sentence: String) {
        let ignored = self.options.ignored == Some(checker);
        if self.failure.is_none() && !ignored {
            let at = Millis(self.now.since(BEGIN));
            self.failure = Some(Failure { checker, sentence, at });
        }
    }

    fn person(&mut self) {
        if !self.is_rough {
            return;
        }
        let pause = self.dice.between(1_000, 50_000);
        self.after(pause, Event::Person);
        let node = self.dice.place(self.nodes.len());
        self.person_at(node);
    }

    fn person_at(&mut self, node: usize) {
        if !self.is_rough {
            return;
        }
        let Some((asked, command)) = self.workload.next(&self.nodes[node], &mut self.dice) else {
            return;
        };
        self.trace.tell(self.now, node as u64, asked.what);
        self.ask(node, asked, command);
    }

    fn strike(&mut self, fault: Fault) {
        if !self.is_rough {
            return;
        }
        if self.trace.is_told() {
            self.trace.tell(self.now, 0, &format!("{fault:?}"));
        }
        match fault {
            Fault::Cut { a, b } => self.cut(a, b),
            Fault::Block { a, b, ms } => self.block(a, b, ms),
            Fault::Isolate { node, ms } => self.isolate(node, ms),
            Fault::Copy { node } => self.nodes[node].copy_aside(),
            Fault::Restore { node, alone_ms } => {
                self.crash(node, Death::Kill);
                if self.nodes[node].restore_copy() {
                    self.isolate(node, alone_ms);
                }
            }
            Fault::Lose { node } => {
                self.crash(node, Death::Kill);
                self.nodes[node].lose(&self.root, &mut self.dice);
            }
            Fault::Off { node, ms } => {
                self.crash(node, Death::Kill);
                self.isolate(node, ms);
            }
        }
    }

    /// Nodes that run, with their offices.
    pub(crate) fn replicas(&self) -> Vec<(OfficeCode, &Replica)> {
        self.nodes
            .iter()
            .filter_map(|node| Some((node.office, &node.process.as_ref()?.replica)))
            .collect()
    }

    pub(crate) fn root(&self) -> &Root {
        &self.root
    }

    /// Everything that is held anywhere.
    pub(crate) fn cases(&self) -> BTreeMap<CaseId, Channel> {
        self.nodes.iter().flat_map(|node| node.kept.cases.clone()).collect()
    }
}
