//! Keeping tokens fresh (token mode): one refresh at a time in this tab, and as far as the
//! browser allows in all tabs.
//!
//! A refresh goes through these steps. None of them is needed for safety, since the server gives
//! the same successor to the same refresh token for as long as that successor is unused; they keep
//! tabs from presenting a token that has fallen behind by more than that.
//!
//! 1. Wait for the lock, but not longer than [`LOCK_PATIENCE`]: its holder may hang.
//! 2. Ask the other tabs for newer tokens, and wait [`ASKING`] for an answer: a tab that was
//!    frozen may have missed several generations.
//! 3. Send the request. A failed one is repeated often enough to fall into the server's retry
//!    window, because its answer may be what was lost; by one tab for all, since it tells the others
//!    that it failed and for how long to wait.
//! 4. Commit the answer only if the tokens are still the ones it was asked with; but then also if it
//!    comes late, or the lock was lost meanwhile, since it may be the only copy of the successor.
//! 5. A tab that hears another one ask (step 2) and nothing more refreshes too: that tab may have been
//!    closed with the answer on its way, and then the retry window is running.
//! 6. If the server refuses for good, ask the other tabs once more before believing it.

use portcullis_types::SessionId;

use crate::SignedOutReason;
use crate::event::{Bearer, Effect, Lock, NoToken, Request};
use crate::machine::Machine;
use crate::message::Message;
use crate::tokens::Held;

/// How long to wait for the lock before going on without it.
const LOCK_PATIENCE: i64 = 10_000;
/// How long another tab's refresh may take before it is taken to have died half-way.
const DOUBT: i64 = 7_000;
/// How long to wait for the other tabs to offer newer tokens.
pub(crate) const ASKING: i64 = 200;
/// A timer that comes this late was held up by a freeze, during which answers pile up unread.
const LATE: i64 = 1_000;
/// So long after the next try was due, what the failures before it say is out of date.
const FORGOTTEN: i64 = 60_000;
/// How long a refresh may take.
const TIMEOUT: i64 = 5_000;
/// How long an answer that came while nothing ran here may take to be read.
const UNREAD: i64 = 2_000;

/// The tokens and what is being done about them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tokens {
    pub(crate) held: Option<Held>,
    /// When these came.
    pub(crate) came: i64,
    pub(crate) step: Step,
    /// The refresh lock is held.
    locked: bool,
    /// Who waits for a token.
    pub(crate) waiters: Vec<u32>,
    pub(crate) failures: u32,
    /// By then, a refresh that somebody has begun must have brought newer tokens.
    pub(crate) doubt_at: Option<i64>,
    /// No refresh before this, after a failure.
    pub(crate) cool_until: Option<i64>,
    /// Requests that were given up, oldest first: their answers are welcome all the same.
    pub(crate) late: Vec<Asked>,
    pub(crate) revoking: Vec<crate::revoke::Revocation>,
}

/// Where in a refresh the tab is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Step {
    #[default]
    Idle,
    /// Just opened: asking the other tabs for tokens.
    Restoring { until: i64 },
    /// Waiting for the lock; `again`, since nothing ran here for a while.
    Locking { until: i64, again: bool },
    /// Asking the other tabs before sending; `again`, since the answers may have been missed.
    Asking { until: i64, again: bool },
    /// The request is under way.
    Sent(Asked),
    /// The server refused for good; asking the other tabs before believing it.
    Doubting { until: i64, again: bool },
}

/// A request for new tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) id: u32,
    pub(crate) sent: i64,
    /// When to wait no longer; `again`, since the answer may be there unread.
    until: i64,
    again: bool,
    /// The generation of the tokens it was asked with.
    generation: u64,
}

impl Asked {
    /// So much time has passed unseen by the clock.
    pub(crate) const fn aged(&mut self, now: i64, millis: i64) {
        self.sent = self.sent.saturating_sub(millis);
        if self.until < now + UNREAD {
            self.until = now + UNREAD;
        }
    }
}

impl Tokens {
    pub(crate) fn is(&self, request: u32) -> bool {
        matches!(self.step, Step::Sent(asked) if asked.id == request)
            || self.late.iter().any(|asked| asked.id == request)
    }

    /// Whether these are still the tokens that a request was sent with. This is what entitles a tab
    /// to take its answer, and not the lock: of all tabs, none can do any better with it.
    pub(crate) fn are_as_of(&self, asked: Asked) -> bool {
        let held = self.held.as_ref();
        held.is_some_and(|held| held.generation == asked.generation)
    }

    pub(crate) fn chain(&self) -> Option<&str> {
        self.held.as_ref().map(|held| held.chain.as_str())
    }

    pub(crate) fn family(&self) -> Option<SessionId> {
        self.held.as_ref().and_then(|held| held.family)
    }

    pub(crate) fn belong_to(&mut self, family: SessionId) {
        if let Some(held) = &mut self.held {
            held.family = Some(family);
        }
    }

    /// No more waiting after failures.
    pub(crate) fn retry_now(&mut self, now: i64) {
        if self.cool_until.is_some() {
            self.cool_until = Some(now);
            self.failures = 0;
        }
    }
}

impl Machine {
    /// A tab that was just opened asks the others whether anybody is signed in.
    pub(crate) fn ask_peers_for_tokens(&mut self) {
        let until = self.now.mono + self.asking();
        self.tokens.step = Step::Restoring { until };
        self.want_tokens();
    }

    /// How long the other tabs are given to answer.
    pub(crate) const fn asking(&self) -> i64 {
        if self.settings.can_share() { ASKING } else { 0 }
    }

    pub(crate) fn want_tokens(&mut self) {
        if self.settings.can_share() {
            let chain = self.tokens.chain().map(str::to_owned);
            let generation = self.tokens.held.as_ref().map_or(0, |held| held.generation);
            self.out
                .push(Effect::Broadcast(Message::WantTokens { chain, generation }));
        }
    }

    /// The access token, if it may be expected to be taken.
    pub(crate) fn usable_token(&self) -> Option<Bearer> {
        self.tokens
            .held
            .as_ref()
            .filter(|held| held.is_usable(self.now.mono))
            .map(Held::bearer)
    }

    pub(crate) fn need_token(&mut self, waiter: u32, rejected: Option<u64>) {
        if let Some(generation) = rejected {
            self.reject_token(generation);
        }
        if let Some(bearer) = self.usable_token() {
            return self.settle(waiter, Ok(bearer));
        }
        if self.tokens.held.is_none() && !matches!(self.tokens.step, Step::Restoring { .. }) {
            return self.settle(waiter, Err(NoToken::SignedOut));
        }
        if self.tokens.cool_until.is_some_and(|at| at > self.now.mono) {
            return self.settle(waiter, Err(NoToken::Unreachable));
        }
        self.tokens.waiters.push(waiter);
        self.begin_refresh();
    }

    /// Another tab is about to refresh these very tokens.
    pub(crate) fn doubt(&mut self) {
        let at = self.now.mono + DOUBT;
        self.tokens.doubt_at = Some(self.tokens.doubt_at.map_or(at, |doubt| doubt.min(at)));
        // Whoever has the lock is alive, and patience begins anew.
        if let Step::Locking { until, .. } = &mut self.tokens.step {
            *until = self.now.mono + LOCK_PATIENCE;
        }
    }

    fn settle(&mut self, waiter: u32, outcome: Result<Bearer, NoToken>) {
        self.out.push(Effect::Settle { waiter, outcome });
    }

    pub(crate) fn settle_all(&mut self, otherwise: NoToken) {
        let outcome = self.usable_token().ok_or(otherwise);
        for waiter in std::mem::take(&mut self.tokens.waiters) {
            self.settle(waiter, outcome.clone());
        }
    }

    /// The server did not take the access token of this generation.
    pub(crate) fn reject_token(&mut self, generation: u64) {
        if let Some(held) = self
            .tokens
            .held
            .as_mut()
            .filter(|held| held.generation == generation)
        {
            held.refused = true;
        }
    }

    /// Begins a refresh unless one is under way or the last one failed just now.
    pub(crate) fn begin_refresh(&mut self) {
        if self.tokens.step != Step::Idle
            || self.tokens.cool_until.is_some_and(|at| at > self.now.mono)
        {
            return;
        }
        let Some(held) = &self.tokens.held else {
            return;
        };
        if held.refresh.is_none() {
            if !held.is_usable(self.now.mono) {
                self.end(SignedOutReason::Ended, true);
            }
            return;
        }
        if let Some(at) = self.tokens.cool_until.take()
            && at + FORGOTTEN <= self.now.mono
        {
            // That outage was before a sleep.
            self.tokens.failures = 0;
        }
        // Tokens that no other tab has need not be kept from them.
        if self.settings.locks && self.settings.share_tokens {
            self.tokens.step = Step::Locking {
                until: self.now.mono + LOCK_PATIENCE,
                again: false,
            };
            self.out.push(Effect::RequestLock(Lock::Refresh));
        } else {
            self.ask_before_refresh();
        }
    }

    pub(crate) fn refresh_lock(&mut self, granted: bool) {
        // One that was refused, or is lost, may be had the next time.
        self.tokens.locked = granted;
        if matches!(self.tokens.step, Step::Locking { .. }) {
            self.ask_before_refresh();
        } else {
            self.unlock();
        }
    }

    fn ask_before_refresh(&mut self) {
        if self.settings.can_share() {
            let until = self.now.mono + ASKING;
            // Without locks, another tab's request with the token before may be under way still: the
            // successor is not to be used up until that has come.
            let quiet = if self.settings.locks {
                until
            } else {
                self.tokens.came + TIMEOUT
            };
            self.tokens.step = Step::Asking {
                until: until.max(quiet),
                again: false,
            };
            self.want_tokens();
        } else {
            self.send_refresh();
        }
    }

    fn send_refresh(&mut self) {
        let Some(held) = &self.tokens.held else {
            return self.finish();
        };
        let Some(token) = held.refresh.clone() else {
            return self.finish();
        };
        let generation = held.generation;
        let id = self.send(Request::Refresh { token });
        // From now on there may be a successor that nobody knows of.
        self.tokens.doubt_at = Some(self.now.mono);
        self.tokens.step = Step::Sent(Asked {
            id,
            sent: self.now.mono,
            until: self.now.mono + TIMEOUT,
            again: false,
            generation,
        });
    }

    /// The refresh is over, well or without need.
    pub(crate) fn finish(&mut self) {
        for asked in std::mem::take(&mut self.tokens.late) {
            self.out.push(Effect::Abort { id: asked.id });
        }
        self.tokens.failures = 0;
        self.tokens.cool_until = None;
        self.stop_refresh();
        self.settle_all(NoToken::SignedOut);
    }

    /// Leaves whatever step the refresh is at.
    pub(crate) fn stop_refresh(&mut self) {
        match std::mem::take(&mut self.tokens.step) {
            Step::Sent(Asked { id, .. }) => self.out.push(Effect::Abort { id }),
            Step::Locking { .. } => self.out.push(Effect::ReleaseLock(Lock::Refresh)),
            _ => {}
        }
        self.unlock();
    }

    fn unlock(&mut self) {
        if std::mem::take(&mut self.tokens.locked) {
            self.out.push(Effect::ReleaseLock(Lock::Refresh));
        }
    }

    fn refresh_due(&self) -> Option<i64> {
        let at = self.tokens.held.as_ref()?.refresh_at()?;
        let at = at.min(self.tokens.doubt_at.unwrap_or(i64::MAX));
        Some(at.max(self.tokens.cool_until.unwrap_or(i64::MIN)))
    }

    pub(crate) fn token_deadline(&self) -> Option<i64> {
        let step = match self.tokens.step {
            Step::Idle => self.refresh_due(),
            Step::Restoring { until }
            | Step::Locking { until, .. }
            | Step::Asking { until, .. }
            | Step::Doubting { until, .. } => Some(until),
            Step::Sent(asked) => Some(asked.until),
        };
        step.into_iter()
            .chain(self.tokens.revoking.iter().map(|r| r.at))
            .min()
    }

    pub(crate) fn token_timers(&mut self) {
        let now = self.now.mono;
        match self.tokens.step {
            Step::Idle if self.refresh_due().is_some_and(|at| at <= now) => self.begin_refresh(),
            Step::Restoring { until } if until <= now => {
                self.tokens.step = Step::Idle;
                self.session = crate::Session::SignedOut {
                    reason: SignedOutReason::Anonymous,
                };
                self.settle_all(NoToken::SignedOut);
            }
            Step::Locking {
                until,
                again: false,
            } if until + LATE <= now => {
                self.tokens.step = Step::Locking {
                    until: now + LOCK_PATIENCE,
                    again: true,
                };
            }
            Step::Locking { until, .. } if until <= now => {
                self.out.push(Effect::ReleaseLock(Lock::Refresh));
                self.ask_before_refresh();
            }
            // Once only: in a hidden tab every timer may be late.
            Step::Asking {
                until,
                again: false,
            } if until + LATE <= now => {
                self.tokens.step = Step::Asking {
                    until: now + ASKING,
                    again: true,
                };
                self.want_tokens();
            }
            Step::Doubting {
                until,
                again: false,
            } if until + LATE <= now => {
                self.tokens.step = Step::Doubting {
                    until: now + ASKING,
                    again: true,
                };
                self.want_tokens();
            }
            Step::Asking { until, .. } if until <= now => self.send_refresh(),
            Step::Doubting { until, .. } if until <= now => {
                self.stop_refresh();
                self.end(SignedOutReason::Ended, true);
            }
            Step::Sent(asked) if !asked.again && asked.until + LATE <= now => {
                self.tokens.step = Step::Sent(Asked {
                    until: now + UNREAD,
                    again: true,
                    ..asked
                });
            }
            Step::Sent(asked) if asked.until <= now => self.give_up_waiting(asked),
            _ => {}
        }
        self.revoke_timers();
    }
}
