//! The tokens of token mode: their order, their life, and handing them from tab to tab.

use portcullis_types::SessionId;
use portcullis_types::oauth::TokenResponse;

use crate::event::{Bearer, Effect, NoToken};
use crate::machine::{Machine, Over};
use crate::message::Message;
use crate::refresh::Step;
use crate::{Session, SignedOutReason};

/// Tokens as one tab hands them to another.
#[derive(Clone, PartialEq, Eq)]
pub struct SharedTokens {
    /// Names the chain, unique to its sign-in.
    pub chain: String,
    /// When the sign-in was: of two chains the later one counts.
    pub since: i64,
    /// How many refreshes lie between the sign-in and these tokens: the larger one is newer.
    pub generation: u64,
    /// The access token.
    pub access: String,
    /// The refresh token.
    pub refresh: Option<String>,
    /// How long the access token lives from its issue, in milliseconds.
    pub lifetime: i64,
    /// Milliseconds the access token had left when the message was sent.
    pub remaining: i64,
    /// The sender's wall clock then, from which a tab that slept sees how old the message is.
    pub sent_wall: i64,
    /// The token family, once known.
    pub family: Option<SessionId>,
    /// The chain that these tokens replace, which the sender has revoked.
    pub replaces: Option<String>,
}

/// Tokens as this tab holds them.
#[derive(Clone)]
pub(crate) struct Held {
    pub(crate) chain: String,
    since: i64,
    pub(crate) generation: u64,
    access: String,
    pub(crate) refresh: Option<String>,
    lifetime: i64,
    /// When the access token expires, by our monotonic clock; counted from the moment its request
    /// was sent and so, if anything, too early.
    expires: i64,
    /// The server answered 401 to the access token.
    pub(crate) refused: bool,
    pub(crate) family: Option<SessionId>,
    replaces: Option<String>,
}

macro_rules! opaque_debug {
    ($($name:ident)*) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name))
                    .field("chain", &self.chain)
                    .field("generation", &self.generation)
                    .finish_non_exhaustive()
            }
        }
    )*};
}
opaque_debug!(SharedTokens Held);

impl Held {
    fn new(chain: String, since: i64, answer: TokenResponse, sent: i64) -> Self {
        let lifetime = i64::from(answer.expires_in) * 1_000;
        Self {
            chain,
            since,
            generation: 0,
            access: answer.access_token,
            refresh: answer.refresh_token,
            lifetime,
            expires: sent + lifetime,
            refused: false,
            family: None,
            replaces: None,
        }
    }

    /// The next generation, from the answer to a refresh sent at `sent`.
    pub(crate) fn advance(&mut self, answer: TokenResponse, sent: i64) {
        let refresh = self.refresh.take();
        let next = Self::new(std::mem::take(&mut self.chain), self.since, answer, sent);
        *self = Self {
            generation: self.generation + 1,
            family: self.family,
            replaces: self.replaces.take(),
            refresh: next.refresh.or(refresh),
            ..next
        };
    }

    /// Whether the access token may be expected to be taken when it arrives.
    pub(crate) fn is_usable(&self, now: i64) -> bool {
        !self.refused && self.expires - now > (self.lifetime / 10).min(5_000)
    }

    /// When to refresh ahead of need: while a fifth of its life, at most two minutes, is left.
    /// At once, if the server refused the token. Never, if there is nothing to refresh with.
    pub(crate) fn refresh_at(&self) -> Option<i64> {
        self.refresh.as_ref()?;
        Some(if self.refused {
            i64::MIN
        } else {
            self.expires - (self.lifetime / 5).min(120_000)
        })
    }

    pub(crate) fn bearer(&self) -> Bearer {
        Bearer {
            token: self.access.clone(),
            generation: self.generation,
        }
    }

    fn share(&self, mono: i64, wall: i64) -> SharedTokens {
        SharedTokens {
            chain: self.chain.clone(),
            since: self.since,
            generation: self.generation,
            access: self.access.clone(),
            refresh: self.refresh.clone(),
            lifetime: self.lifetime,
            remaining: self.expires - mono,
            sent_wall: wall,
            family: self.family,
            replaces: self.replaces.clone(),
        }
    }

    fn from_shared(shared: SharedTokens, mono: i64, wall: i64) -> Self {
        let age = (wall - shared.sent_wall).max(0);
        Self {
            chain: shared.chain,
            since: shared.since,
            generation: shared.generation,
            access: shared.access,
            refresh: shared.refresh,
            lifetime: shared.lifetime,
            expires: mono.saturating_add(shared.remaining.saturating_sub(age)),
            refused: false,
            family: shared.family,
            replaces: shared.replaces,
        }
    }
}

impl Machine {
    /// A sign-in by redirect has brought tokens.
    pub(crate) fn redeemed(&mut self, chain: String, answer: TokenResponse, sent: i64) {
        let mut held = Held::new(chain, self.now.wall, answer, sent);
        if let Some(before) = &self.tokens.held {
            // Whatever the clock says, this sign-in is the later one; and one family is enough.
            held.since = held.since.max(before.since + 1);
            held.replaces = Some(before.chain.clone());
            self.revoke();
        }
        self.take_over(held);
        self.share_tokens();
    }

    /// Makes these tokens, of another chain than those held so far, the tab's own.
    fn take_over(&mut self, held: Held) {
        self.stop_looking();
        let chain = self.tokens.chain().map(str::to_owned);
        self.remember_end(self.tokens.family(), chain, SignedOutReason::Ended);
        self.tokens.held = Some(held);
        self.tokens.doubt_at = None;
        if !self.session.is_pending() {
            self.session = Session::Loading;
        }
        self.finish();
        self.look(false);
    }

    pub(crate) fn share_tokens(&mut self) {
        if let Some(held) = self
            .tokens
            .held
            .as_ref()
            .filter(|_| self.settings.can_share())
        {
            let shared = held.share(self.now.mono, self.now.wall);
            self.out
                .push(Effect::Broadcast(Message::Tokens(shared.into())));
        }
    }

    /// Another tab asks for tokens newer than these.
    pub(crate) fn asked_for_tokens(&mut self, chain: Option<&str>, generation: u64) {
        let Some(held) = &self.tokens.held else {
            if let Some(chain) = chain {
                self.is_chain_over(chain);
            }
            return;
        };
        if chain != Some(held.chain.as_str()) || held.generation > generation {
            self.share_tokens();
        } else if held.generation == generation {
            self.doubt();
        }
    }

    /// A tab's refresh has failed: it would fail here as well, and there may be a successor that
    /// nobody knows of.
    pub(crate) fn told_of_failure(
        &mut self,
        chain: &str,
        generation: u64,
        failures: u32,
        wait: i64,
    ) {
        match &self.tokens.held {
            Some(held) if held.chain == chain && held.generation == generation => {
                self.cool_down(failures.max(self.tokens.failures), wait);
            }
            // That tab is behind, or does not know that it is over.
            _ => self.asked_for_tokens(Some(chain), generation),
        }
    }

    /// Whether a chain that another tab still has is known to be over. Tells that tab, which may
    /// have been asleep when it was said, or have been given the tokens by one that was.
    fn is_chain_over(&mut self, chain: &str) -> bool {
        let known = |over: &&Over| over.chain.as_deref() == Some(chain);
        let Some(reason) = self.over.iter().find(known).map(|over| over.reason) else {
            return false;
        };
        if self.tokens.held.is_some() {
            self.share_tokens();
        } else {
            self.tell_end(None, Some(chain.to_owned()), reason);
        }
        true
    }

    /// Another tab offers tokens.
    pub(crate) fn told_of_tokens(&mut self, shared: SharedTokens) {
        if !self.settings.token_mode || self.is_chain_over(&shared.chain) {
            return;
        }
        let offered = Held::from_shared(shared, self.now.mono, self.now.wall);
        match &mut self.tokens.held {
            Some(held) if held.chain == offered.chain => {
                let newer = offered.generation > held.generation
                    // The same generation, refreshed by both tabs at once: any token that works.
                    || offered.generation == held.generation
                        && !held.is_usable(self.now.mono)
                        && offered.access != held.access
                        && offered.is_usable(self.now.mono);
                if newer {
                    let family = held.family.or(offered.family);
                    self.tokens.doubt_at = None;
                    *held = Held { family, ..offered };
                    self.tokens.came = self.now.mono;
                    self.tokens_arrived();
                }
            }
            // The later sign-in counts, and its tokens go to whoever does not know of it.
            Some(held) if (held.since, &held.chain) > (offered.since, &offered.chain) => {
                self.share_tokens();
            }
            Some(held) => {
                // Signed in twice. Who did it knows of our chain and has revoked it, or does not.
                if offered.replaces.as_ref() != Some(&held.chain) {
                    self.revoke();
                }
                self.take_over(offered);
            }
            None => self.take_over(offered),
        }
    }

    /// Newer tokens of the same chain have come from another tab: no need for those one was about
    /// to get.
    fn tokens_arrived(&mut self) {
        // A request that is under way is left to arrive: the server has rotated to the tokens that
        // have come, or will be given the same token again.
        if !matches!(self.tokens.step, Step::Sent(_)) {
            self.finish();
        } else if self.usable_token().is_some() {
            self.settle_all(NoToken::Unreachable);
        }
        let stale = !matches!(self.session, Session::SignedIn { stale: false, .. });
        if stale && self.usable_token().is_some() {
            self.look(false);
        }
    }

    /// The access token must be taken to be so much older.
    pub(crate) fn tokens_aged(&mut self, millis: i64) {
        if let Some(held) = &mut self.tokens.held {
            held.expires = held.expires.saturating_sub(millis);
        }
        if let Some(at) = &mut self.tokens.cool_until {
            *at = at.saturating_sub(millis);
        }
        if let Step::Sent(asked) = &mut self.tokens.step {
            asked.aged(self.now.mono, millis);
        }
        for asked in &mut self.tokens.late {
            asked.aged(self.now.mono, millis);
        }
    }

    pub(crate) fn drop_tokens(&mut self) {
        self.tokens.held = None;
        self.tokens.doubt_at = None;
        self.finish();
    }
}
