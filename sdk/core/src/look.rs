//! Asking the server for the session, and taking in what it or another tab says.

use std::sync::Arc;

use portcullis_policy::{Pattern, PermissionSet};
use portcullis_types::{SessionAnswer, SessionId, SessionView};

use crate::clock::backoff;
use crate::event::{Effect, Reply, Request};
use crate::machine::{Machine, Over};
use crate::message::Message;
use crate::{Session, SignedOutReason};

/// How long a request for the session may take.
const TIMEOUT: i64 = 15_000;
/// A session is asked about this long after it should have expired, and no more often.
const GRACE: i64 = 500;
const PAUSE: i64 = 5_000;

/// The state of asking for the session.
#[derive(Clone, Debug, Default)]
pub(crate) struct Look {
    in_flight: Option<InFlight>,
    /// Something happened meanwhile: ask once more, and whether its "nobody" is to be believed.
    again: Option<bool>,
    failures: u32,
    pub(crate) retry_at: Option<i64>,
    /// When the server last answered.
    pub(crate) last: i64,
}

#[derive(Clone, Copy, Debug)]
struct InFlight {
    id: u32,
    sent: i64,
    /// There was reason to think that the session is over before this was sent, so that the
    /// answer "nobody is signed in" is to be believed. Otherwise the request may have crossed a
    /// sign-in in another tab, and is repeated before anybody is shown a sign-in page.
    certain: bool,
    /// The generation of the access token it was sent with.
    generation: u64,
}

impl Look {
    pub(crate) fn is(&self, id: u32) -> bool {
        self.in_flight.is_some_and(|look| look.id == id)
    }
}

impl Machine {
    /// Asks for the session.
    pub(crate) fn look(&mut self, certain: bool) {
        if self.look.in_flight.is_some() {
            self.look.again = Some(certain || self.look.again == Some(true));
            return;
        }
        let (token, generation) = if self.settings.token_mode {
            match self.usable_token() {
                Some(bearer) => (Some(bearer.token), bearer.generation),
                // Follows by itself once there are new tokens.
                None => return self.begin_refresh(),
            }
        } else {
            (None, 0)
        };
        self.look.retry_at = None;
        let id = self.send(Request::Session { token });
        let sent = self.now.mono;
        self.look.in_flight = Some(InFlight {
            id,
            sent,
            certain,
            generation,
        });
    }

    pub(crate) fn look_if_signed_in(&mut self, certain: bool) {
        if self.session.is_signed_in() || self.session.is_pending() && self.look.retry_at.is_some()
        {
            self.look(certain);
        }
    }

    /// Forgets the request that is under way: what it answers is from before something we know.
    pub(crate) fn stop_looking(&mut self) {
        if let Some(look) = self.look.in_flight.take() {
            self.out.push(Effect::Abort { id: look.id });
        }
        self.look.again = None;
        self.look.retry_at = None;
        self.look.failures = 0;
    }

    /// The request under way must be taken to have been sent so much earlier.
    pub(crate) fn look_aged(&mut self, millis: i64) {
        if let Some(look) = &mut self.look.in_flight {
            look.sent = look.sent.saturating_sub(millis);
        }
    }

    pub(crate) fn looked(&mut self, reply: Reply) {
        let Some(asked) = self.look.in_flight.take() else {
            return;
        };
        match reply {
            Reply::Session(answer) => self.answered(asked, answer),
            Reply::Rejected if self.settings.token_mode => self.token_is_bad(asked),
            Reply::Rejected => self.nobody(asked),
            Reply::Failed { retry_after } => self.look_failed(retry_after),
            Reply::Tokens(_) | Reply::Done => self.look_failed(None),
        }
        if let Some(certain) = self.look.again.take() {
            self.look(certain);
        }
    }

    fn answered(&mut self, asked: InFlight, answer: Box<SessionAnswer>) {
        self.clock.sync(asked.sent, answer.server_time.0);
        self.look.last = self.now.mono;
        match &answer.session {
            None if self.settings.token_mode => return self.token_is_bad(asked),
            None => self.nobody(asked),
            Some(view) if self.is_over(view.id) => self.nobody(asked),
            Some(view) => {
                self.know(view.clone(), answer.server_time.0);
                self.tokens.belong_to(view.id);
                if self.settings.channel {
                    self.out
                        .push(Effect::Broadcast(Message::Session { answer }));
                }
            }
        }
        self.look.failures = 0;
    }

    /// The server says that nobody is signed in.
    fn nobody(&mut self, asked: InFlight) {
        if !self.session.is_signed_in() {
            if self.session.is_pending() {
                self.session = Session::SignedOut {
                    reason: SignedOutReason::Anonymous,
                };
            }
        } else if asked.certain {
            self.end(SignedOutReason::Ended, true);
        } else {
            self.look(true);
        }
    }

    /// The server does not take the access token: whether the sign-in is over, the next refresh
    /// will say. Counted as a failure, so that a server that gives out tokens it does not take is
    /// not asked without end.
    fn token_is_bad(&mut self, asked: InFlight) {
        self.look_in_a_while(None);
        if self.look.failures > 1 {
            self.out_of_reach();
        }
        self.reject_token(asked.generation);
        self.begin_refresh();
    }

    fn look_failed(&mut self, retry_after: Option<u32>) {
        self.look_in_a_while(retry_after);
        self.out_of_reach();
    }

    fn look_in_a_while(&mut self, retry_after: Option<u32>) {
        self.look.failures = self.look.failures.saturating_add(1);
        self.look.retry_at = Some(self.now.mono + backoff(self.look.failures, retry_after));
    }

    /// What is shown is the last that was heard.
    pub(crate) fn out_of_reach(&mut self) {
        match &mut self.session {
            Session::Loading => self.session = Session::Unreachable,
            Session::SignedIn { stale, .. } => *stale = true,
            _ => {}
        }
    }

    /// Takes in a view of the session, unless a newer one is known. Answers whether it did.
    pub(crate) fn know(&mut self, view: SessionView, as_of: i64) -> bool {
        let known = self.session.view();
        let mut confirming = matches!(self.session, Session::StepUp { .. });
        if let Some(known) = known.filter(|known| known.id == view.id) {
            if (view.version, as_of) < (known.version, self.as_of) {
                return false;
            }
            confirming &= view.auth_time <= known.auth_time;
        } else {
            confirming = false;
        }
        if known.is_none_or(|known| known.permissions != view.permissions) {
            self.permissions = permissions(&view.permissions);
        }
        self.as_of = as_of;
        let view = Arc::new(view);
        self.session = if confirming {
            Session::StepUp { view }
        } else {
            Session::SignedIn { view, stale: false }
        };
        true
    }

    /// A sign-in route answered (cookie mode).
    pub(crate) fn signed_in(&mut self, answer: Box<SessionAnswer>) {
        let Some(view) = answer.session.clone() else {
            return;
        };
        self.stop_looking();
        self.look.last = self.now.mono;
        let before = self.session.view().map(|view| view.id);
        // The server has ended the session that was here before.
        self.remember_end(
            before.filter(|id| *id != view.id),
            None,
            SignedOutReason::Ended,
        );
        self.session = Session::Loading;
        self.clock.guess(answer.server_time.0);
        self.know(view, answer.server_time.0);
        if self.settings.channel {
            self.out
                .push(Effect::Broadcast(Message::Session { answer }));
        }
    }

    /// Another tab passes on what the server said.
    pub(crate) fn told_of_session(&mut self, answer: SessionAnswer) {
        let Some(view) = answer.session else { return };
        if self.is_over(view.id) {
            return;
        }
        let known = self.session.view().map(|known| known.id);
        let ours = if self.settings.token_mode {
            // Without its tokens, a view is of no use.
            self.tokens.family().is_some_and(|family| family == view.id)
        } else {
            known.is_none_or(|known| known == view.id)
        };
        self.clock.guess(answer.server_time.0);
        if ours {
            if self.know(view, answer.server_time.0) {
                self.look.last = self.now.mono;
                self.look.failures = 0;
                self.look.retry_at = None;
            }
        } else if !self.settings.token_mode {
            // Signed in twice at the same time, or anew: the cookie decides which it is.
            self.look(false);
        }
    }

    /// Another tab knows that this session is over.
    pub(crate) fn told_of_end(
        &mut self,
        id: Option<SessionId>,
        chain: Option<String>,
        reason: SignedOutReason,
    ) {
        let ours = id.is_some() && self.session.view().map(|view| view.id) == id
            || chain.is_some() && self.tokens.chain() == chain.as_deref();
        // What names nothing, no tab has said.
        let named = id.is_some() || chain.is_some();
        // The server's stream may be faster than the tab in which somebody signs out.
        let late = reason == SignedOutReason::SignedOut
            && self.has_just_ended()
            && self.gone.as_ref().is_some_and(|gone| {
                id.is_some() && gone.id == id || chain.is_some() && gone.chain == chain
            });
        self.remember_end(id, chain, reason);
        if late {
            self.session = Session::SignedOut { reason };
        } else if ours {
            self.end(reason, false);
        } else if named
            && reason == SignedOutReason::SignedOut
            && !self.settings.share_tokens
            && self.tokens.held.is_some()
        {
            // The tabs have a sign-in each, and whoever signs out means to be out of all of them.
            self.revoke();
            self.end(reason, false);
        }
    }

    /// Whether the session that was here is over, and nobody has said that it was a sign-out.
    fn has_just_ended(&self) -> bool {
        let reason = SignedOutReason::Ended;
        self.session == Session::SignedOut { reason }
    }

    /// The session is over; `tell` the other tabs.
    pub(crate) fn end(&mut self, reason: SignedOutReason, tell: bool) {
        let mut id = self.session.view().map(|view| view.id);
        let mut chain = self.tokens.chain().map(str::to_owned);
        if id.is_some() || chain.is_some() {
            let (id, chain) = (id, chain.clone());
            self.gone = Some(Over { id, chain, reason });
        } else if self.has_just_ended()
            && let Some(gone) = &self.gone
        {
            // It was told of the end before the answer to the sign-out came: the others were, too.
            (id, chain) = (gone.id, gone.chain.clone());
        }
        self.stop_looking();
        self.drop_tokens();
        self.remember_end(id, chain.clone(), reason);
        self.session = Session::SignedOut { reason };
        self.permissions = PermissionSet::default();
        if tell && (id.is_some() || chain.is_some()) {
            self.tell_end(id, chain, reason);
        }
    }

    /// Tells the other tabs that a session is over.
    pub(crate) fn tell_end(
        &mut self,
        id: Option<SessionId>,
        chain: Option<String>,
        reason: SignedOutReason,
    ) {
        if self.settings.channel {
            self.out.push(Effect::Broadcast(match reason {
                SignedOutReason::SignedOut => Message::SignedOut { id, chain },
                _ => Message::Ended { id, chain },
            }));
        }
    }

    /// The user signed out, and the server knows (cookie mode) or is about to (token mode).
    pub(crate) fn sign_out(&mut self) {
        self.revoke();
        self.end(SignedOutReason::SignedOut, true);
    }

    /// When the session should have run out, or is to be asked for again after a failure.
    pub(crate) fn expiry(&self) -> Option<i64> {
        if self.look.in_flight.is_some() || self.look.retry_at.is_some() {
            return None;
        }
        let view = self.session.view()?;
        let at = self
            .clock
            .mono_at(view.idle_expires_at.min(view.expires_at).0)?;
        Some(at.saturating_add(GRACE).max(self.look.last + PAUSE))
    }

    pub(crate) fn look_deadline(&self) -> Option<i64> {
        match self.look.in_flight {
            Some(look) => Some(look.sent + TIMEOUT),
            None => self.look.retry_at,
        }
    }

    pub(crate) fn look_timers(&mut self) {
        let now = self.now.mono;
        if let Some(look) = self
            .look
            .in_flight
            .filter(|look| look.sent + TIMEOUT <= now)
        {
            self.out.push(Effect::Abort { id: look.id });
            self.looked(Reply::Failed { retry_after: None });
        }
        if self.look.retry_at.is_some_and(|at| at <= now) {
            self.look.retry_at = None;
            self.look(false);
        }
        if self.expiry().is_some_and(|at| at <= now) {
            self.look.last = now;
            self.look(true);
        }
    }
}

/// The set of these patterns. One that this client is too old to read grants nothing.
fn permissions(patterns: &[String]) -> PermissionSet {
    patterns
        .iter()
        .filter_map(|pattern| Pattern::parse(pattern).ok())
        .collect()
}
