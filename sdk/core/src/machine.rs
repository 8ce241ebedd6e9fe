//! The machine of one tab.

use std::sync::Arc;

use portcullis_policy::{Pattern, PermissionSet};
use portcullis_types::SessionAnswer;

use crate::event::{Effect, Event, Now, Reply, Request};
use crate::{Session, SignedOutReason};

/// What the browser at hand can do, and how requests prove who is signed in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings {
    /// Tokens instead of the cookie.
    pub token_mode: bool,
    /// There is a broadcast channel between tabs.
    pub channel: bool,
    /// There are locks between tabs.
    pub locks: bool,
}

/// The client of one tab.
#[derive(Debug)]
pub struct Machine {
    session: Session,
    permissions: PermissionSet,
    next_id: u32,
}

impl Machine {
    /// A machine that knows nothing yet; [`Event::Started`] sets it going.
    pub fn new(_settings: Settings) -> Self {
        Self {
            session: Session::Loading,
            permissions: PermissionSet::default(),
            next_id: 0,
        }
    }

    /// The session as it is known now.
    pub const fn session(&self) -> &Session {
        &self.session
    }

    /// What the user may do.
    pub const fn permissions(&self) -> &PermissionSet {
        &self.permissions
    }

    /// When, by [`Now::mono`], [`Event::Tick`] is due.
    pub const fn next_deadline(&self) -> Option<i64> {
        None
    }

    /// Takes an event and says what is to be done about it, in this order.
    pub fn handle(&mut self, _now: Now, event: Event) -> Vec<Effect> {
        match event {
            Event::Started => {
                self.next_id += 1;
                vec![Effect::Send {
                    id: self.next_id,
                    request: Request::Session { token: None },
                }]
            }
            Event::Response {
                reply: Reply::Session(answer),
                ..
            }
            | Event::SignedIn(answer) => self.adopt(answer),
            Event::SignedOut => {
                self.session = Session::SignedOut {
                    reason: SignedOutReason::SignedOut,
                };
                vec![Effect::Notify]
            }
            _ => Vec::new(),
        }
    }

    fn adopt(&mut self, answer: SessionAnswer) -> Vec<Effect> {
        self.session = match answer.session {
            None => Session::SignedOut {
                reason: SignedOutReason::Anonymous,
            },
            Some(view) => Session::SignedIn {
                view: Arc::new(view),
                stale: false,
            },
        };
        self.permissions = self
            .session
            .view()
            .map(|view| {
                view.permissions
                    .iter()
                    .filter_map(|p| Pattern::parse(p).ok())
                    .collect()
            })
            .unwrap_or_default();
        vec![Effect::Notify]
    }
}
