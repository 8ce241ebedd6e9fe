//! What goes into the machine and what comes out of it.

use portcullis_types::events::EventKind;
use portcullis_types::oauth::TokenResponse;
use portcullis_types::{ErrorCode, SessionAnswer};

use crate::message::Message;

/// Two clocks read at the same moment, in milliseconds.
///
/// `mono` only goes forward but may stand still while the device sleeps; `wall` counts sleep but
/// may be wrong and may jump. The machine trusts neither alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// `performance.now()`.
    pub mono: i64,
    /// `Date.now()`.
    pub wall: i64,
}

/// Something that has happened.
#[derive(Debug)]
pub enum Event {
    /// The page is up: restore the session.
    Started,
    /// The moment of [`Machine::next_deadline`](crate::Machine::next_deadline) has come, or the
    /// driver simply wants the clocks looked at.
    Tick,
    /// Something about the session may have changed: ask for it.
    Look,
    /// The tab is shown (again), or hidden.
    Visible(bool),
    /// The page is back from the browser's back/forward cache, shown or hidden: no script ran there,
    /// and nothing was heard.
    Restored(bool),
    /// The browser believes the network to be there (again), or gone.
    Online(bool),
    /// A sign-in route answered with a session (cookie mode).
    SignedIn(Box<SessionAnswer>),
    /// The server confirmed a sign-out (cookie mode), or the user asked for one (token mode).
    SignedOut,
    /// A code was exchanged for tokens (token mode).
    Redeemed {
        /// Names the chain of tokens that begins here, unique to this sign-in.
        chain: String,
        /// The token endpoint's answer.
        tokens: Box<TokenResponse>,
        /// [`Now::mono`] when the request was sent.
        sent: i64,
    },
    /// What came of the request `id`.
    Response {
        /// As in [`Effect::Send`].
        id: u32,
        /// The answer.
        reply: Reply,
    },
    /// Another tab said something.
    Message(Message),
    /// A lock asked for is held now.
    LockGranted(Lock),
    /// A lock asked for will not come: the browser has none, or lost it.
    LockFailed(Lock),
    /// The server's stream said something.
    Stream {
        /// What.
        kind: EventKind,
        /// The version of the session as of then.
        version: i64,
    },
    /// The server's stream is over and will not come back by itself.
    StreamClosed,
    /// The application's own request to the server was refused with this code.
    Refused(ErrorCode),
    /// The user does not want to confirm it is them.
    StepUpCancelled,
    /// The application wants to send a request with a token (token mode).
    NeedToken {
        /// Comes back in [`Effect::Settle`].
        waiter: u32,
        /// The generation of the token that was just answered with 401, if one was.
        rejected: Option<u64>,
    },
}

/// The answer to a request of the machine's own.
#[derive(Debug)]
pub enum Reply {
    /// Of [`Request::Session`].
    Session(Box<SessionAnswer>),
    /// Of [`Request::Refresh`].
    Tokens(Box<TokenResponse>),
    /// The request was done, and there is nothing more to say.
    Done,
    /// The server refused for good: `invalid_grant` to a refresh, 401 to a session request.
    Rejected,
    /// No answer, or one that says nothing about the session: 5xx, 429, a proxy's page.
    Failed {
        /// Seconds to wait, where the server said so.
        retry_after: Option<u32>,
    },
}

/// A request for the driver to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// `GET /api/auth/session`, by cookie, or with this access token.
    Session {
        /// The bearer token; nothing in cookie mode.
        token: Option<String>,
    },
    /// `POST /oauth/token` with `grant_type=refresh_token`.
    Refresh {
        /// The refresh token.
        token: String,
    },
    /// `POST /oauth/revoke`.
    Revoke {
        /// The refresh token.
        token: String,
    },
}

/// A lock shared by all tabs of the origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// Held by the tab that listens to the server for all.
    Leader,
    /// Held by the tab that refreshes tokens for all.
    Refresh,
}

/// An access token to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bearer {
    /// The token.
    pub token: String,
    /// Which in its chain it is; to be given back in [`Event::NeedToken`] when it is refused.
    pub generation: u64,
}

/// Why there is no token to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoToken {
    /// Nobody is signed in.
    SignedOut,
    /// A new one is needed and the server cannot be reached.
    Unreachable,
}

/// Something for the driver to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Send a request and come back with [`Event::Response`].
    Send {
        /// Names the request.
        id: u32,
        /// What to send.
        request: Request,
    },
    /// The answer to request `id` is no longer wanted.
    Abort {
        /// As in [`Effect::Send`].
        id: u32,
    },
    /// Tell the other tabs.
    Broadcast(Message),
    /// Ask for a lock; [`Event::LockGranted`] or [`Event::LockFailed`] follows.
    RequestLock(Lock),
    /// Give a lock back, or stop asking for it.
    ReleaseLock(Lock),
    /// Listen to the server's stream.
    OpenStream,
    /// Stop listening.
    CloseStream,
    /// Answer an [`Event::NeedToken`].
    Settle {
        /// As in the event.
        waiter: u32,
        /// The token, or why there is none.
        outcome: Result<Bearer, NoToken>,
    },
    /// [`Machine::session`](crate::Machine::session) is another one now: tell the subscribers.
    Notify,
}
