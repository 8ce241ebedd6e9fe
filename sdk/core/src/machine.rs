//! The machine of one tab: dispatch of events, and timers.

use portcullis_policy::PermissionSet;
use portcullis_types::{ErrorCode, SessionId};

use crate::clock::Clock;
use crate::event::{Effect, Event, Lock, Now, Reply, Request};
use crate::look::Look;
use crate::message::Message;
use crate::refresh::Tokens;
use crate::stream::Stream;
use crate::{Session, SignedOutReason};

/// A session this old is asked for again when the tab is shown.
const FRESH: i64 = 60_000;

/// What the browser at hand can do, and how requests prove who is signed in.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is there or not, whatever the others are"
)]
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Tokens instead of the cookie.
    pub token_mode: bool,
    /// There is a broadcast channel between tabs.
    pub channel: bool,
    /// There are locks between tabs.
    pub locks: bool,
    /// Tokens go from tab to tab over the channel. Without it each tab has a sign-in of its own:
    /// for tokens that are kept where no script of the page can read them, as it reads the channel.
    pub share_tokens: bool,
}

impl Default for Settings {
    /// Cookie mode in a browser that has nothing to offer between tabs.
    fn default() -> Self {
        Self {
            token_mode: false,
            channel: false,
            locks: false,
            share_tokens: true,
        }
    }
}

impl Settings {
    /// Whether other tabs may have these tokens, and can be asked.
    pub(crate) const fn can_share(self) -> bool {
        self.channel && self.share_tokens
    }
}

/// A session or chain that is over.
#[derive(Clone, Debug)]
pub(crate) struct Over {
    pub(crate) id: Option<SessionId>,
    pub(crate) chain: Option<String>,
    pub(crate) reason: SignedOutReason,
}

/// The client of one tab.
#[derive(Clone, Debug)]
pub struct Machine {
    pub(crate) settings: Settings,
    /// The clocks as of the event that is being handled.
    pub(crate) now: Now,
    pub(crate) clock: Clock,
    pub(crate) session: Session,
    pub(crate) permissions: PermissionSet,
    /// The server's time when it last described the session.
    pub(crate) as_of: i64,
    /// What is known to be over, latest last: no late message brings it back.
    pub(crate) over: Vec<Over>,
    /// What this tab was signed in to when it was signed out.
    pub(crate) gone: Option<Over>,
    pub(crate) look: Look,
    pub(crate) stream: Stream,
    pub(crate) tokens: Tokens,
    pub(crate) visible: bool,
    pub(crate) out: Vec<Effect>,
    next_id: u32,
}

/// The sooner of two moments, if there are any.
pub(crate) fn sooner(one: Option<i64>, other: Option<i64>) -> Option<i64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

impl Machine {
    /// A machine that knows nothing yet; [`Event::Started`] sets it going.
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            now: Now::default(),
            clock: Clock::default(),
            session: Session::Loading,
            permissions: PermissionSet::default(),
            as_of: 0,
            over: Vec::new(),
            gone: None,
            look: Look::default(),
            stream: Stream::default(),
            tokens: Tokens::default(),
            visible: true,
            out: Vec::new(),
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

    /// The chain and generation of the tokens that are held, used up or not (token mode).
    pub fn holds(&self) -> Option<(&str, u64)> {
        let held = self.tokens.held.as_ref()?;
        Some((held.chain.as_str(), held.generation))
    }

    /// When, by [`Now::mono`], [`Event::Tick`] is due.
    pub fn next_deadline(&self) -> Option<i64> {
        let session = sooner(self.look_deadline(), self.expiry());
        sooner(
            session,
            sooner(self.stream_deadline(), self.token_deadline()),
        )
    }

    /// Takes an event and says what is to be done about it, in this order.
    pub fn handle(&mut self, now: Now, event: Event) -> Vec<Effect> {
        let before = self.session.clone();
        self.now = now;
        let uncounted = self.clock.observe(now);
        if uncounted > 0 {
            self.look_aged(uncounted);
            self.tokens_aged(uncounted);
        }
        self.dispatch(event);
        if uncounted > 0 {
            // The device slept, or may have: whatever was known may be out of date.
            self.look_if_signed_in(false);
        }
        self.look_timers();
        self.token_timers();
        self.arrange_stream();
        if self.session != before {
            self.out.push(Effect::Notify);
        }
        std::mem::take(&mut self.out)
    }

    fn dispatch(&mut self, event: Event) {
        match event {
            Event::Started if self.settings.token_mode => self.ask_peers_for_tokens(),
            Event::Started => self.look(false),
            Event::Tick => {}
            Event::Look => self.look_if_signed_in(false),
            Event::Visible(visible) => {
                let old = self.now.mono - self.look.last > FRESH;
                self.shown(visible, old);
            }
            Event::Restored(visible) => self.shown(visible, true),
            Event::Online(online) => {
                if online {
                    self.try_again_now();
                }
            }
            Event::SignedIn(answer) => self.signed_in(answer),
            Event::SignedOut => self.sign_out(),
            Event::Redeemed {
                chain,
                tokens,
                sent,
            } => self.redeemed(chain, *tokens, sent),
            Event::Response { id, reply } => self.response(id, reply),
            Event::Message(message) => self.message(message),
            Event::LockGranted(Lock::Leader) => self.leading(true),
            Event::LockFailed(Lock::Leader) => self.leading(false),
            Event::LockGranted(Lock::Refresh) => self.refresh_lock(true),
            Event::LockFailed(Lock::Refresh) => self.refresh_lock(false),
            Event::Stream { kind, version } => self.streamed(kind, version),
            Event::StreamClosed => self.stream_closed(),
            Event::Refused(code) => self.refused(code),
            Event::StepUpCancelled => {
                if let Session::StepUp { view } = &self.session {
                    self.session = Session::SignedIn {
                        view: view.clone(),
                        stale: false,
                    };
                }
            }
            Event::NeedToken { waiter, rejected } => self.need_token(waiter, rejected),
        }
    }

    /// The tab is visible now or not; what is known may be `old`.
    fn shown(&mut self, visible: bool, old: bool) {
        self.visible = visible;
        // Whoever is signed out may have signed in elsewhere on the origin meanwhile.
        if visible && old && !(self.settings.token_mode && self.tokens.held.is_none()) {
            self.look(false);
        }
    }

    fn response(&mut self, id: u32, reply: Reply) {
        if self.look.is(id) {
            self.looked(reply);
        } else if self.tokens.is(id) {
            self.refreshed(id, reply);
        } else {
            self.revoked(id, &reply);
        }
    }

    fn message(&mut self, message: Message) {
        match message {
            Message::Session { answer } => self.told_of_session(*answer),
            Message::SignedOut { id, chain } => {
                self.told_of_end(id, chain, SignedOutReason::SignedOut);
            }
            Message::Ended { id, chain } => self.told_of_end(id, chain, SignedOutReason::Ended),
            Message::WantTokens { .. } | Message::Tokens(_) | Message::Failed { .. }
                if !self.settings.can_share() => {}
            Message::WantTokens { chain, generation } => {
                self.asked_for_tokens(chain.as_deref(), generation);
            }
            Message::Tokens(tokens) => self.told_of_tokens(*tokens),
            Message::Failed {
                chain,
                generation,
                failures,
                wait,
            } => self.told_of_failure(&chain, generation, failures, wait),
        }
    }

    fn refused(&mut self, code: ErrorCode) {
        match code {
            ErrorCode::NotAuthenticated => self.look_if_signed_in(true),
            // What the gates show and what the server allows differ: see who is right.
            ErrorCode::Forbidden => self.look_if_signed_in(false),
            ErrorCode::StepUpRequired => {
                if let Session::SignedIn { view, .. } = &self.session {
                    self.session = Session::StepUp { view: view.clone() };
                }
            }
            _ => {}
        }
    }

    /// The network is back: no more waiting after failures.
    fn try_again_now(&mut self) {
        self.tokens.retry_now(self.now.mono);
        self.stream.retry_now();
        self.revoke_now();
        if self.look.retry_at.is_some() {
            self.look(false);
        }
    }

    pub(crate) fn send(&mut self, request: Request) -> u32 {
        self.next_id = self.next_id.wrapping_add(1);
        self.out.push(Effect::Send {
            id: self.next_id,
            request,
        });
        self.next_id
    }

    /// Remembers what is over, the latest few.
    pub(crate) fn remember_end(
        &mut self,
        id: Option<SessionId>,
        chain: Option<String>,
        reason: SignedOutReason,
    ) {
        let is_known = self
            .over
            .iter()
            .any(|over| over.id == id && over.chain == chain);
        if is_known || id.is_none() && chain.is_none() {
            return;
        }
        self.over.push(Over { id, chain, reason });
        if self.over.len() > 32 {
            self.over.remove(0);
        }
    }

    /// Whether this session is known to be over.
    pub(crate) fn is_over(&self, id: SessionId) -> bool {
        self.over.iter().any(|over| over.id == Some(id))
    }
}
