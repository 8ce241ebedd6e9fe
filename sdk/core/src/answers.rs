//! What comes of a refresh: new tokens, a refusal, a failure, or an answer that is late.
//!
//! A failure keeps the session. The next try is not far, since the one that fails may be the one that
//! the server has carried out, and then the retry window is running; and it is made by one tab for
//! all, because the others are told.

use portcullis_types::oauth::TokenResponse;

use crate::clock::backoff;
use crate::event::{Effect, NoToken, Reply};
use crate::machine::Machine;
use crate::message::Message;
use crate::refresh::{Asked, Step};

/// The longest wait before a refresh is tried again: with what each may take, four tries fall into
/// the server's retry window of 30 s.
const LONGEST_WAIT: i64 = 4_000;
/// When as many have failed, the outage is a long one: three tries fall into the window.
const MANY: u32 = 12;
const LONG_WAIT: i64 = 8_000;
/// No tab makes another one wait for longer.
const LONGEST_COOLING: i64 = 600_000;
/// Requests that were given up and are still listened to.
const LATE_ONES: usize = 4;

impl Machine {
    pub(crate) fn refreshed(&mut self, id: u32, reply: Reply) {
        let asked = match self.tokens.step {
            Step::Sent(asked) if asked.id == id => asked,
            _ => return self.refreshed_late(id, reply),
        };
        let current = self.tokens.are_as_of(asked);
        match reply {
            Reply::Tokens(answer) => self.commit(asked, *answer),
            // Newer tokens have come from another tab meanwhile.
            _ if !current => self.finish(),
            Reply::Rejected => {
                let until = self.now.mono + self.asking();
                self.tokens.step = Step::Doubting {
                    until,
                    again: false,
                };
                self.want_tokens();
            }
            Reply::Failed { retry_after } => self.refresh_failed(retry_after),
            Reply::Session(_) | Reply::Done => self.refresh_failed(None),
        }
    }

    /// Answers that come after their time bring the successor, or nothing that is to be believed.
    fn refreshed_late(&mut self, id: u32, reply: Reply) {
        let Some(at) = self.tokens.late.iter().position(|asked| asked.id == id) else {
            return;
        };
        let asked = self.tokens.late.remove(at);
        if let Reply::Tokens(answer) = reply {
            self.commit(asked, *answer);
        }
    }

    fn commit(&mut self, asked: Asked, answer: TokenResponse) {
        // Newer tokens of another tab's may have come meanwhile: these are then behind.
        let current = self.tokens.are_as_of(asked);
        if let Some(held) = self.tokens.held.as_mut().filter(|_| current) {
            held.advance(answer, asked.sent);
            self.tokens.came = self.now.mono;
            self.tokens.doubt_at = None;
            self.share_tokens();
        }
        self.finish();
        self.look(false);
    }

    /// The server was not reached, or was in no state to answer: the session is kept, and the
    /// next try is not far.
    fn refresh_failed(&mut self, retry_after: Option<u32>) {
        let failures = self.tokens.failures.saturating_add(1);
        let longest = if failures < MANY {
            LONGEST_WAIT
        } else {
            LONG_WAIT
        };
        let own = backoff(failures, None).min(longest);
        let wait = own.max(backoff(1, retry_after));
        if let Some(held) = self
            .tokens
            .held
            .as_ref()
            .filter(|_| self.settings.can_share())
        {
            self.out.push(Effect::Broadcast(Message::Failed {
                chain: held.chain.clone(),
                generation: held.generation,
                failures,
                wait,
            }));
        }
        self.tokens.step = Step::Idle;
        self.cool_down(failures, wait);
    }

    /// A refresh of the tokens that are held has failed, here or in another tab: none is begun for
    /// so long, and whoever waits for one is told.
    pub(crate) fn cool_down(&mut self, failures: u32, wait: i64) {
        self.tokens.failures = failures;
        self.tokens.cool_until = Some(self.now.mono + wait.clamp(0, LONGEST_COOLING));
        self.tokens.doubt_at = Some(self.now.mono);
        if matches!(self.tokens.step, Step::Sent(_) | Step::Doubting { .. }) {
            // What this tab is about to learn is worth more.
            return;
        }
        self.stop_refresh();
        if self.usable_token().is_none() {
            self.out_of_reach();
        }
        self.settle_all(NoToken::Unreachable);
    }

    /// The answer to the refresh is waited for no longer, but will be taken if it comes.
    pub(crate) fn give_up_waiting(&mut self, asked: Asked) {
        if !self.tokens.are_as_of(asked) {
            return self.finish();
        }
        if self.tokens.late.len() >= LATE_ONES {
            let id = self.tokens.late.remove(0).id;
            self.out.push(Effect::Abort { id });
        }
        self.tokens.late.push(asked);
        self.refresh_failed(None);
    }
}
