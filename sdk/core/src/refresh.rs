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
//!    window, because its answer may be what was lost.
//! 4. Commit the answer only if the tokens are still the ones it was asked with.
//! 5. A tab that hears another one ask (step 2) and nothing more refreshes too: that tab may have been
//!    closed with the answer on its way, and then the retry window is running.
//! 6. If the server refuses for good, ask the other tabs once more before believing it.

use portcullis_types::SessionId;

use crate::SignedOutReason;
use crate::clock::backoff;
use crate::event::{Bearer, Effect, Lock, NoToken, Reply, Request};
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
/// How long a refresh may take, and the longest wait before it is tried again: four tries fall into
/// the retry window of 30 s, however many have failed before. The one that fails may be the one
/// that the server has carried out.
const TIMEOUT: i64 = 5_000;
const LONGEST_WAIT: i64 = 4_000;

/// The tokens and what is being done about them.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    pub(crate) held: Option<Held>,
    pub(crate) step: Step,
    /// The refresh lock is held.
    locked: bool,
    /// Who waits for a token.
    pub(crate) waiters: Vec<u32>,
    failures: u32,
    /// By then, a refresh that somebody has begun must have brought newer tokens.
    pub(crate) doubt_at: Option<i64>,
    /// No refresh before this, after a failure.
    cool_until: Option<i64>,
    pub(crate) revoking: Vec<crate::revoke::Revocation>,
}

/// Where in a refresh the tab is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Step {
    #[default]
    Idle,
    /// Just opened: asking the other tabs for tokens.
    Restoring { until: i64 },
    /// Waiting for the lock.
    Locking { until: i64 },
    /// Asking the other tabs before sending; `again`, since the answers may have been missed.
    Asking { until: i64, again: bool },
    /// The request is under way.
    Sent { id: u32, sent: i64, generation: u64 },
    /// The server refused for good; asking the other tabs before believing it.
    Doubting { until: i64, again: bool },
}

impl Tokens {
    pub(crate) fn is(&self, request: u32) -> bool {
        matches!(self.step, Step::Sent { id, .. } if id == request)
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
    const fn asking(&self) -> i64 {
        if self.settings.can_share() { ASKING } else { 0 }
    }

    fn want_tokens(&mut self) {
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
        self.tokens.cool_until = None;
        // Tokens that no other tab has need not be kept from them.
        if self.settings.locks && self.settings.share_tokens {
            self.tokens.step = Step::Locking {
                until: self.now.mono + LOCK_PATIENCE,
            };
            self.out.push(Effect::RequestLock(Lock::Refresh));
        } else {
            self.ask_before_refresh();
        }
    }

    pub(crate) fn refresh_lock(&mut self, granted: bool) {
        self.settings.locks &= granted;
        self.tokens.locked = granted;
        if matches!(self.tokens.step, Step::Locking { .. }) {
            self.ask_before_refresh();
        } else {
            self.unlock();
        }
    }

    fn ask_before_refresh(&mut self) {
        if self.settings.can_share() {
            self.tokens.step = Step::Asking {
                until: self.now.mono + ASKING,
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
        self.tokens.step = Step::Sent {
            id,
            sent: self.now.mono,
            generation,
        };
    }

    pub(crate) fn refreshed(&mut self, reply: Reply) {
        let Step::Sent {
            sent, generation, ..
        } = self.tokens.step
        else {
            return;
        };
        let current = self
            .tokens
            .held
            .as_ref()
            .is_some_and(|held| held.generation == generation);
        match reply {
            Reply::Tokens(answer) => {
                // Newer tokens of another tab's may have come meanwhile: these are then behind.
                if let Some(held) = self.tokens.held.as_mut().filter(|_| current) {
                    held.advance(answer, sent);
                    self.tokens.doubt_at = None;
                    self.share_tokens();
                }
                self.finish();
                self.look(false);
            }
            Reply::Rejected if current => {
                let until = self.now.mono + self.asking();
                self.tokens.step = Step::Doubting {
                    until,
                    again: false,
                };
                self.want_tokens();
            }
            Reply::Rejected => self.finish(),
            Reply::Failed { retry_after } => self.refresh_failed(retry_after),
            Reply::Session(_) | Reply::Done => self.refresh_failed(None),
        }
    }

    /// The server was not reached, or was in no state to answer: the session is kept, and the
    /// next try is not far.
    fn refresh_failed(&mut self, retry_after: Option<u32>) {
        self.tokens.failures = self.tokens.failures.saturating_add(1);
        let own = backoff(self.tokens.failures, None).min(LONGEST_WAIT);
        let until = self.now.mono + own.max(backoff(1, retry_after));
        self.tokens.cool_until = Some(until);
        self.stop_refresh();
        if self.usable_token().is_none() {
            self.out_of_reach();
        }
        self.settle_all(NoToken::Unreachable);
    }

    /// The refresh is over, well or without need.
    pub(crate) fn finish(&mut self) {
        self.tokens.failures = 0;
        self.tokens.cool_until = None;
        self.stop_refresh();
        self.settle_all(NoToken::SignedOut);
    }

    /// Leaves whatever step the refresh is at.
    pub(crate) fn stop_refresh(&mut self) {
        match std::mem::take(&mut self.tokens.step) {
            Step::Sent { id, .. } => self.out.push(Effect::Abort { id }),
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
            | Step::Locking { until }
            | Step::Asking { until, .. }
            | Step::Doubting { until, .. } => Some(until),
            Step::Sent { sent, .. } => Some(sent + TIMEOUT),
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
            Step::Locking { until } if until <= now => {
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
            Step::Sent { sent, .. } if sent + TIMEOUT <= now => self.refresh_failed(None),
            _ => {}
        }
        self.revoke_timers();
    }
}
