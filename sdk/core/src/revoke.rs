//! Telling the server that tokens are no longer wanted (RFC 7009), also when it is not there at
//! once. Revoking any refresh token ends its whole family.

use crate::clock::backoff;
use crate::event::{Reply, Request};
use crate::machine::Machine;

/// How often to try.
const TRIES: u32 = 6;

/// One revocation that has not been confirmed.
#[derive(Debug)]
pub(crate) struct Revocation {
    token: String,
    request: u32,
    failures: u32,
    /// When to try again; nothing: a request is under way.
    pub(crate) at: Option<i64>,
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
            let request = self.send(Request::Revoke {
                token: token.clone(),
            });
            self.tokens.revoking.push(Revocation {
                token,
                request,
                failures: 0,
                at: None,
            });
        }
    }

    pub(crate) fn revoked(&mut self, id: u32, reply: &Reply) {
        let Some(at) = self.tokens.revoking.iter().position(|r| r.request == id) else {
            return;
        };
        match (reply, self.tokens.revoking.get_mut(at)) {
            (Reply::Failed { retry_after }, Some(revocation)) if revocation.failures < TRIES => {
                revocation.failures += 1;
                revocation.at = Some(self.now.mono + backoff(revocation.failures, *retry_after));
            }
            _ => {
                self.tokens.revoking.remove(at);
            }
        }
    }

    pub(crate) fn revoke_timers(&mut self) {
        let mut waiting = std::mem::take(&mut self.tokens.revoking);
        for revocation in &mut waiting {
            if revocation.at.is_some_and(|at| at <= self.now.mono) {
                revocation.at = None;
                revocation.request = self.send(Request::Revoke {
                    token: revocation.token.clone(),
                });
            }
        }
        self.tokens.revoking = waiting;
    }
}
