//! A model of the browser: tabs with timers that stop while frozen or asleep, a broadcast channel
//! that is late, and locks that go from tab to tab.

use std::collections::VecDeque;

use portcullis_core::event::{Lock, NoToken};
use portcullis_core::{Event, Machine, Session, Settings};

use crate::referee::Memory;

/// One tab.
pub(crate) struct Tab {
    pub(crate) machine: Machine,
    pub(crate) open: bool,
    pub(crate) frozen: bool,
    pub(crate) visible: bool,
    /// What came while it was frozen.
    pub(crate) backlog: Vec<Event>,
    /// World time minus the tab's monotonic time.
    pub(crate) origin: i64,
    /// Requests that the machine no longer wants to hear of.
    pub(crate) aborted: Vec<u32>,
    /// Waiters for a token that have had no answer.
    pub(crate) waiting: Vec<(u32, i64)>,
    pub(crate) next_waiter: u32,
    /// The stream that is open, and the session it is about.
    pub(crate) stream: Option<(u64, Option<usize>)>,
    /// The session as it was when last looked at.
    pub(crate) seen: Session,
    /// Who has been signed in here: to be told from a tab that never knew.
    pub(crate) held: Option<usize>,
    pub(crate) settled: Vec<(u32, Option<NoToken>)>,
    pub(crate) memory: Memory,
}

impl Tab {
    pub(crate) fn new(settings: Settings, origin: i64) -> Self {
        Self {
            machine: Machine::new(settings),
            open: true,
            frozen: false,
            visible: true,
            backlog: Vec::new(),
            origin,
            aborted: Vec::new(),
            waiting: Vec::new(),
            next_waiter: 0,
            stream: None,
            seen: Session::Loading,
            held: None,
            settled: Vec::new(),
            memory: Memory::default(),
        }
    }

    /// When, in world time, its timer is due.
    pub(crate) fn due(&self) -> Option<i64> {
        if self.frozen || !self.open {
            return None;
        }
        self.machine
            .next_deadline()
            .map(|mono| mono.saturating_add(self.origin))
    }
}

/// One lock of the origin.
#[derive(Default)]
pub(crate) struct LockState {
    pub(crate) holder: Option<usize>,
    pub(crate) queue: VecDeque<usize>,
    /// How often it was granted: tells the present grant from one that was given back.
    pub(crate) grants: u64,
}

impl LockState {
    /// Gives the lock to whoever is next; answers with them.
    pub(crate) fn grant(&mut self) -> Option<usize> {
        if self.holder.is_some() {
            return None;
        }
        self.holder = self.queue.pop_front();
        self.grants += 1;
        self.holder
    }

    pub(crate) fn leave(&mut self, tab: usize) {
        self.queue.retain(|other| *other != tab);
        if self.holder == Some(tab) {
            self.holder = None;
        }
    }
}

pub(crate) const fn slot(lock: Lock) -> usize {
    match lock {
        Lock::Leader => 0,
        Lock::Refresh => 1,
    }
}
