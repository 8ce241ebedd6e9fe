//! Listening to the server, by one tab for all (cookie mode).
//!
//! The tab that holds the leader's lock has the stream open and passes on what it learns. Where
//! the browser lacks locks or the channel, each tab that is visible listens for itself.

use portcullis_types::SessionId;
use portcullis_types::events::EventKind;

use crate::clock::backoff;
use crate::event::{Effect, Lock};
use crate::machine::Machine;

/// The state of listening.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stream {
    /// The leader's lock has been asked for.
    asked: bool,
    /// It is held.
    leader: bool,
    /// The session that the open stream is about.
    open: Option<SessionId>,
    failures: u32,
    reopen_at: Option<i64>,
}

impl Stream {
    pub(crate) fn retry_now(&mut self) {
        self.reopen_at = None;
    }
}

impl Machine {
    pub(crate) fn leading(&mut self, granted: bool) {
        if granted {
            self.stream.leader = self.stream.asked;
        } else {
            // A lock that was held and is lost can be had again.
            self.settings.locks &= self.stream.leader;
            self.stream.asked = false;
            self.stream.leader = false;
        }
    }

    pub(crate) fn streamed(&mut self, kind: EventKind, version: i64) {
        self.stream.failures = 0;
        match kind {
            EventKind::Hello => {
                if self
                    .session
                    .view()
                    .is_some_and(|view| view.version != version)
                {
                    self.look(false);
                }
            }
            EventKind::Changed => self.look_if_signed_in(false),
            EventKind::Ended => self.look_if_signed_in(true),
        }
    }

    pub(crate) fn stream_closed(&mut self) {
        self.stream.open = None;
        self.stream.failures = self.stream.failures.saturating_add(1);
        self.stream.reopen_at = Some(self.now.mono + backoff(self.stream.failures, None));
        self.look_if_signed_in(false);
    }

    /// Asks for the lock, and opens or closes the stream, as the state of things wants it.
    pub(crate) fn arrange_stream(&mut self) {
        let session = self
            .session
            .view()
            .map(|view| view.id)
            .filter(|_| !self.settings.token_mode);
        let shared = self.settings.channel && self.settings.locks;
        if session.is_some() && shared && !self.stream.asked {
            self.stream.asked = true;
            self.out.push(Effect::RequestLock(Lock::Leader));
        } else if session.is_none() && self.stream.asked {
            self.stream.asked = false;
            self.stream.leader = false;
            self.out.push(Effect::ReleaseLock(Lock::Leader));
        }
        let mine = if shared {
            self.stream.leader
        } else {
            self.visible
        };
        let wanted = session.filter(|_| mine);
        if self.stream.open.is_some() && self.stream.open != wanted {
            self.stream.open = None;
            self.out.push(Effect::CloseStream);
        }
        if self.stream.reopen_at.is_some_and(|at| at <= self.now.mono) || wanted.is_none() {
            self.stream.reopen_at = None;
        }
        if self.stream.open.is_none() && wanted.is_some() && self.stream.reopen_at.is_none() {
            self.stream.open = wanted;
            self.out.push(Effect::OpenStream);
        }
    }

    pub(crate) const fn stream_deadline(&self) -> Option<i64> {
        self.stream.reopen_at
    }
}
