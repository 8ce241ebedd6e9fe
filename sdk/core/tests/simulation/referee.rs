//! Who watches that nobody is signed out without a reason.

use portcullis_core::{Session, SignedOutReason};

use crate::server::{End, session_id};
use crate::world::World;

impl World {
    /// A family that ended by replay ended by the client's fault, unless the answer that would
    /// have told it of the successor never arrived although it tried, or could not try.
    pub(crate) fn check_replay(&mut self) {
        for family in 0..self.server.families.len() {
            let Some(End::Replay {
                generation,
                spent_at,
                presented_at,
            }) = self.server.families[family].end
            else {
                continue;
            };
            let reached = self.delivered.contains(&(family, generation + 1));
            let end = spent_at + self.server.window;
            let tries = self.attempts.iter().filter(|(time, of, g)| {
                *of == family && *g == generation && (spent_at - 10_000..end).contains(time)
            });
            let stuck: i64 = self
                .blocked
                .iter()
                .map(|(from, to)| (*to.min(&end) - *from.max(&spent_at)).max(0))
                .sum();
            if self.server.window > 0 && !reached && (tries.count() >= 4 || stuck >= 6_000) {
                self.excused += 1;
                self.server.families[family].end = Some(End::Server);
            } else {
                self.lost.push(format!(
                    "token {generation} of family {family} was spent at {spent_at}, presented \
                     again at {presented_at}; successor reached a tab: {reached}; stuck {stuck} ms; {:?}",
                    self.attempts
                ));
                self.server.families[family].end = Some(End::Server);
            }
        }
    }

    /// Nobody is signed out without a reason.
    pub(crate) fn watch(&mut self, tab: usize) {
        let state = &mut self.tabs[tab];
        let session = state.machine.session().clone();
        if session == state.seen {
            return;
        }
        if let Some(view) = session.view() {
            let family = (0..self.server.families.len()).find(|f| session_id(*f) == view.id);
            state.held = family;
        }
        if let Session::SignedOut { reason } = session {
            let end = state
                .held
                .and_then(|family| self.server.families[family].end);
            let fair = match reason {
                SignedOutReason::Anonymous => state.held.is_none(),
                SignedOutReason::SignedOut => match state.held {
                    Some(family) => self.signed_out.contains(&family),
                    None => !self.signed_out.is_empty(),
                },

                // A tab may have been given the tokens and not yet know whose they are.
                SignedOutReason::Ended if state.held.is_none() => self
                    .server
                    .families
                    .iter()
                    .any(|family| family.end.is_some()),
                SignedOutReason::Ended => end.is_some(),
            };
            if !fair {
                let seen = state.seen.is_signed_in();
                self.lost.push(format!(
                    "tab {tab} was signed out ({reason:?}) at {} for no reason ({end:?}); \
                     signed in before: {seen}",
                    self.now
                ));
            }
            self.tabs[tab].held = None;
        }
        self.tabs[tab].seen = session;
    }

    /// How many tabs listen to the server.
    pub(crate) fn streams(&self) -> usize {
        self.tabs
            .iter()
            .filter(|tab| tab.open && tab.stream.is_some())
            .count()
    }

    /// How many refreshes were sent.
    pub(crate) fn refreshes(&self) -> usize {
        self.attempts.len()
    }

    pub(crate) fn fail_if_lost(&self) {
        assert!(self.lost.is_empty(), "seed {}: {:#?}", self.seed, self.lost);
    }
}
