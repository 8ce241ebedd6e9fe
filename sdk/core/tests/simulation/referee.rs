//! Who watches. What must hold at every moment of every run is written down here, and looked at with
//! every event that a tab is given and every effect it asks for:
//!
//! 1. **No spurious sign-out.** Nobody is signed out who did not sign out and whose session the
//!    server did not end. A family that ended by replay ended by the client's fault, unless all its
//!    tries in the retry window were lost, or it could make none ([`World::check_replay`]).
//! 2. **One successor.** In whatever tab's hands, tokens of one chain and generation are the same
//!    tokens: no refresh token ever has two live successors.
//! 3. **Nothing stale.** A tab that has held tokens never holds, sends or hands out older ones of
//!    their chain, and never takes up a chain again that it has left.
//! 4. **Out is out.** A tab that is signed out, by itself or by what it was told, sends no request
//!    with a token of that sign-in, hands none out, and never shows that session again: also if a
//!    refresh was under way. (It may revoke.)
//! 5. **One refresh at a time.** Where locks work, one tab of the browser refreshes; not counting
//!    those whose time is up. Locks do not work while their holder is frozen or asleep, or has lost
//!    them.
//! 6. **Measure in misfortune.** Whatever fails, a browser with locks sends no more than
//!    [`REFRESHES`] refreshes in a minute, and a tab without them no more than that for itself.
//! 7. **Good tokens.** A token that is handed out has not expired by the server's clock, however
//!    wrong the user's is. (A clock that is set back may hide a sleep, or the age of a message that
//!    waited for a frozen tab; then the server's 401 leads to a new token.)
//!
//! And once things have come to rest, all tabs agree, with each other and with the server, nobody
//! waits for anything, and whoever should be signed in is (`World::check_agreement`).

use std::collections::{BTreeMap, BTreeSet};

use portcullis_core::event::Request;
use portcullis_core::message::Message;
use portcullis_core::{Effect, Event, Session, SignedOutReason};

use crate::server::{End, parse, session_id};
use crate::world::World;

/// How many refreshes there may be in a minute.
pub(crate) const REFRESHES: usize = 30;
/// How long a request for tokens is waited for.
const TIMEOUT: i64 = 5_000;
/// How long after an irregularity locks may still be waited for in vain.
const SETTLING: i64 = 40_000;

/// What the referee keeps.
#[derive(Default)]
pub(crate) struct Referee {
    /// What was done against the rules.
    pub(crate) lost: Vec<String>,
    /// The refresh token of each family and generation.
    names: BTreeMap<(usize, usize), String>,
    /// Refreshes under way.
    pub(crate) flights: Vec<Flight>,
    /// Until then, locks may be held by a tab that is frozen.
    irregular: i64,
}

/// A refresh under way.
pub(crate) struct Flight {
    pub(crate) tab: usize,
    pub(crate) id: u32,
    family: usize,
    sent: i64,
}

/// What the referee knows of one tab.
#[derive(Default)]
pub(crate) struct Memory {
    /// The family whose tokens it holds.
    holds: Option<usize>,
    /// The newest generation it has held of each.
    newest: BTreeMap<usize, usize>,
    /// Families it has left.
    left: BTreeSet<usize>,
    /// Sessions it has shown to be over.
    out: BTreeSet<usize>,
}

impl Memory {
    fn is_stale(&self, family: usize, generation: usize) -> bool {
        self.left.contains(&family) || self.newest.get(&family) > Some(&generation)
    }
}

impl Referee {
    /// Locks need not work for a while.
    pub(crate) fn hold_off(&mut self, now: i64) {
        self.irregular = self.irregular.max(now + SETTLING);
    }
}

/// Whether a tab that is given this is signed out by it.
pub(crate) fn is_end(event: &Event) -> bool {
    let ended = matches!(
        event,
        Event::Message(Message::SignedOut { .. } | Message::Ended { .. })
    );
    ended || matches!(event, Event::SignedOut)
}

impl World {
    /// Looks at what a tab does about an event; `over`: the event says that a sign-in is over.
    pub(crate) fn inspect(&mut self, tab: usize, over: bool, effects: &[Effect]) {
        let held = self.tabs[tab].machine.holds().map(|(chain, generation)| {
            let (family, ..) = parse(chain);
            (family, usize::try_from(generation).unwrap())
        });
        let mut wrong = Vec::new();
        let memory = &self.tabs[tab].memory;
        for effect in effects {
            if let Some(token) = carried(effect) {
                let (family, generation, expires) = parse(token);
                if memory.is_stale(family, generation) {
                    wrong.push(format!("uses the stale {token}"));
                }
                if over && held.is_none_or(|(held, _)| held != family) {
                    wrong.push(format!("uses {token} although that is over"));
                }
                if let Effect::Settle {
                    outcome: Ok(bearer),
                    ..
                } = effect
                {
                    if expires <= self.now && !self.set_back {
                        wrong.push(format!("hands out {token}, which has expired"));
                    }
                    if bearer.generation != generation as u64 {
                        wrong.push(format!(
                            "takes {token} for generation {}",
                            bearer.generation
                        ));
                    }
                }
            }
            if let Some(token) = named(effect) {
                let (family, generation, _) = parse(token);
                let names = &mut self.referee.names;
                let name = names
                    .entry((family, generation))
                    .or_insert_with(|| token.to_owned());
                if name != token {
                    wrong.push(format!("has {token} where another tab has {name}"));
                }
                if let Effect::Broadcast(Message::Tokens(tokens)) = effect
                    && tokens.generation != generation as u64
                {
                    wrong.push(format!(
                        "takes {token} for generation {}",
                        tokens.generation
                    ));
                }
            }
        }
        let memory = &mut self.tabs[tab].memory;
        if let Some((family, generation)) = held {
            if memory.is_stale(family, generation) {
                wrong.push(format!(
                    "is back at generation {generation} of family {family}"
                ));
            }
            memory.newest.insert(family, generation);
        }
        let before = std::mem::replace(&mut memory.holds, held.map(|(family, _)| family));
        memory
            .left
            .extend(before.filter(|_| before != memory.holds));
        let now = self.now;
        let wrong = wrong.into_iter();
        self.referee
            .lost
            .extend(wrong.map(|what| format!("tab {tab} at {now}: {what}")));
    }

    /// A tab sends a refresh.
    pub(crate) fn check_refresh(&mut self, tab: usize, id: u32, family: usize) {
        let now = self.now;
        let frozen = self.tabs.iter().any(|tab| tab.open && tab.frozen);
        let alone = self.settings.locks && self.settings.share_tokens;
        let referee = &mut self.referee;
        let together = referee.flights.iter().find(|flight| {
            flight.tab != tab && flight.family == family && now - flight.sent < TIMEOUT
        });
        if let Some(flight) = together
            && alone
            && !frozen
            && referee.irregular <= now
        {
            let other = flight.tab;
            let what = format!("tab {tab} at {now}: refreshes while tab {other} does");
            referee.lost.push(what);
        }
        let sent = now;
        referee.flights.push(Flight {
            tab,
            id,
            family,
            sent,
        });
        let recent = self.attempts.iter().rev();
        let recent = recent.take_while(|(time, ..)| now - time < 60_000);
        let count = recent.filter(|(_, of, _)| *of == family).count();
        let most = REFRESHES * if alone { 1 } else { self.tabs.len() };
        if count > most {
            let what = format!("tab {tab} at {now}: refresh number {count} in a minute");
            self.referee.lost.push(what);
        }
    }

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
            // In a long outage, tries are further apart.
            let before = self.attempts.iter().filter(|(time, of, g)| {
                *of == family && *g == generation && (spent_at - 90_000..spent_at).contains(time)
            });
            let enough = if before.count() >= 8 { 3 } else { 4 };
            let in_vain = tries.count() >= enough || stuck >= 6_000;
            // Without locks, of the tabs that slept through the window with a request under way each,
            // one may come to ask again before another one has read its answer.
            let slept = !self.settings.locks && stuck >= 20_000;
            if self.server.window > 0 && (!reached && in_vain || slept) {
                self.excused += 1;
                self.server.families[family].end = Some(End::Server);
            } else {
                self.referee.lost.push(format!(
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
            if family.is_some_and(|family| state.memory.out.contains(&family)) {
                self.referee.lost.push(format!(
                    "tab {tab} at {}: shows family {family:?} again, which was over",
                    self.now
                ));
            }
        }
        if let Session::SignedOut { reason } = session {
            let end = state
                .held
                .and_then(|family| self.server.families[family].end);
            let fair = match reason {
                SignedOutReason::Anonymous => state.held.is_none(),
                SignedOutReason::SignedOut => match state.held {
                    Some(family) if self.settings.share_tokens => self.signed_out.contains(&family),
                    _ => !self.signed_out.is_empty(),
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
                self.referee.lost.push(format!(
                    "tab {tab} was signed out ({reason:?}) at {} for no reason ({end:?}); \
                     signed in before: {seen}",
                    self.now
                ));
            }
            let state = &mut self.tabs[tab];
            state.memory.out.extend(state.held.take());
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
        assert!(
            self.referee.lost.is_empty(),
            "seed {}: {:#?}",
            self.seed,
            self.referee.lost
        );
    }
}

/// The token that goes out with an effect, as proof of who is signed in.
fn carried(effect: &Effect) -> Option<&str> {
    match effect {
        Effect::Send { request, .. } => match request {
            Request::Session { token } => token.as_deref(),
            Request::Refresh { token } => Some(token),
            Request::Revoke { .. } => None,
        },
        Effect::Settle { outcome, .. } => outcome.as_ref().ok().map(|bearer| bearer.token.as_str()),
        _ => None,
    }
}

/// The refresh token in an effect.
fn named(effect: &Effect) -> Option<&str> {
    match effect {
        Effect::Send {
            request: Request::Refresh { token },
            ..
        } => Some(token),
        Effect::Broadcast(Message::Tokens(tokens)) => tokens.refresh.as_deref(),
        _ => None,
    }
}
