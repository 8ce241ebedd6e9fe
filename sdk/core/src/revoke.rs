//! Telling the server that tokens are no longer wanted (RFC 7009), also when it is not there at
//! once: for as long as the page is open. Revoking any refresh token ends its whole family.

use crate::clock::backoff;
use crate::event::{Reply, Request};
use crate::machine::Machine;

/// How long one try may take.
const TIMEOUT: i64 = 10_000;

/// One revocation that has not been confirmed.
#[derive(Clone, Debug)]
pub(crate) struct Revocation {
    token: String,
    /// The request that is under way; none: the last one failed.
    request: Option<u32>,
    failures: u32,
    /// When to give the request up, or to try again.
    pub(crate) at: i64,
}

impl Machine {
    /// Revokes the refresh token that is held.
    pub(crate) fn revoke(&mut self) {
        if let Some(token) = self
            .tokens
            .held
            .as_ref()
            .and_then(|held| held.refresh.clone())
        {
            let at = self.now.mono;
            self.tokens.revoking.push(Revocation {
                token,
                request: None,
                failures: 0,
                at,
            });
            self.revoke_timers();
        }
    }

    pub(crate) fn revoked(&mut self, id: u32, reply: &Reply) {
        let Some(at) = self
            .tokens
            .revoking
            .iter()
            .position(|r| r.request == Some(id))
        else {
            return;
        };
        let mut revocation = self.tokens.revoking.swap_remove(at);
        if let Reply::Failed { retry_after } = reply {
            revocation.fail(self.now.mono, *retry_after);
            self.tokens.revoking.push(revocation);
        }
    }

    /// No more waiting after failures.
    pub(crate) fn revoke_now(&mut self) {
        for revocation in &mut self.tokens.revoking {
            if revocation.request.is_none() {
                revocation.at = self.now.mono;
            }
        }
    }

    pub(crate) fn revoke_timers(&mut self) {
        let mut waiting = std::mem::take(&mut self.tokens.revoking);
        for revocation in &mut waiting {
            if revocation.at > self.now.mono {
                continue;
            }
            if revocation.request.is_some() {
                revocation.fail(self.now.mono, None);
            } else {
                let token = revocation.token.clone();
                revocation.request = Some(self.send(Request::Revoke { token }));
                revocation.at = self.now.mono + TIMEOUT;
            }
        }
        self.tokens.revoking = waiting;
    }
}

impl Revocation {
    fn fail(&mut self, now: i64, retry_after: Option<u32>) {
        self.request = None;
        self.failures = self.failures.saturating_add(1);
        self.at = now + backoff(self.failures, retry_after);
    }
}
