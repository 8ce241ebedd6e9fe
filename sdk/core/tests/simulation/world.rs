//! The simulated world: tabs, browser, network and server, driven by a seed.

use std::collections::BTreeMap;

use crate::browser::{LockState, Tab, slot};
use crate::referee::{Referee, is_end};
use crate::rng::Rng;
use crate::server::{Server, parse};
use crate::weather::wrong_clock;
use portcullis_core::event::{Lock, Reply, Request};
use portcullis_core::message::Message;
use portcullis_core::{Effect, Event, Now, Settings};
use portcullis_types::events::EventKind;

/// What may go wrong in a run, in cases of a thousand.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Faults {
    pub(crate) lose_request: i64,
    pub(crate) lose_response: i64,
    pub(crate) duplicate: i64,
    pub(crate) server_error: i64,
    /// The server answers 429, and when to come again.
    pub(crate) busy: i64,
    /// Longest delay of request and answer each, in milliseconds.
    pub(crate) delay: i64,
}

pub(crate) enum Action {
    Tell(usize, Event),
    AtServer(usize, u32, Request),
    Timer(usize),
    Stream(usize, u64, EventKind, i64),
    /// A lock is granted, unless that was given back meanwhile.
    Grant(usize, Lock, u64),
    /// The server is down for so long.
    Down(i64),
    Chaos,
}

/// What is broken on purpose, to see the referee whistle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Sabotage {
    #[default]
    None,
    /// Whoever asks for a lock gets it.
    LockForAll,
}

pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) now: i64,
    pub(crate) rng: Rng,
    pub(crate) settings: Settings,
    pub(crate) faults: Faults,
    pub(crate) server: Server,
    pub(crate) tabs: Vec<Tab>,
    pub(crate) locks: [LockState; 2],
    pub(crate) wall_skew: i64,
    /// By how much the wall clock gains, in millionths.
    pub(crate) drift: i64,
    /// The wall clock may have hidden a sleep.
    pub(crate) set_back: bool,
    /// Whether the monotonic clock stands still while the device sleeps.
    pub(crate) mono_sleeps: bool,
    pub(crate) offline_until: i64,
    pub(crate) down_until: i64,
    queue: BTreeMap<(i64, u64), Action>,
    sequence: u64,
    next_stream: u64,
    /// When the next message from one tab to another may arrive: they keep their order.
    arrivals: BTreeMap<(usize, usize), i64>,
    pub(crate) referee: Referee,
    pub(crate) sabotage: Sabotage,
    /// How often the session was asked for.
    pub(crate) looks: usize,
    /// Refreshes sent, by time, family and generation.
    pub(crate) attempts: Vec<(i64, usize, usize)>,
    /// Generations whose tokens reached a tab.
    pub(crate) delivered: Vec<(usize, usize)>,
    /// Times in which the client could do nothing: asleep, offline, server down, tabs frozen.
    pub(crate) blocked: Vec<(i64, i64)>,
    pub(crate) excused: u32,
    /// Print every event and effect: for a seed that fails.
    trace: bool,
    pub(crate) closed: u32,
    /// The families that the user has signed out of.
    pub(crate) signed_out: Vec<usize>,
    steps: u32,
}

impl World {
    pub(crate) fn new(seed: u64, settings: Settings, faults: Faults) -> Self {
        let mut rng = Rng::new(seed);
        let now = rng.between(1_000_000, 2_000_000);
        let server = Server {
            families: Vec::new(),
            cookie: None,
            window: 30_000,
            access_life: 600_000,
            skew: rng.between(-5_000_000, 5_000_000),
            forgetful: false,
        };
        let (wall_skew, drift) = wrong_clock(&mut rng);
        Self {
            seed,
            now,
            settings,
            faults,
            server,
            tabs: Vec::new(),
            locks: [LockState::default(), LockState::default()],
            wall_skew,
            drift,
            set_back: drift < 0,
            mono_sleeps: rng.chance(500),
            offline_until: 0,
            down_until: 0,
            queue: BTreeMap::new(),
            sequence: 0,
            next_stream: 0,
            arrivals: BTreeMap::new(),
            referee: Referee::default(),
            sabotage: Sabotage::None,
            looks: 0,
            attempts: Vec::new(),
            delivered: Vec::new(),
            blocked: Vec::new(),
            excused: 0,
            trace: std::env::var_os("PORTCULLIS_SIM_TRACE").is_some(),
            closed: 0,
            signed_out: Vec::new(),
            steps: 0,
            rng,
        }
    }

    pub(crate) fn at(&mut self, time: i64, action: Action) {
        self.sequence += 1;
        self.queue.insert((time, self.sequence), action);
    }

    pub(crate) fn soon(&mut self, within: i64, action: Action) {
        let time = self.now + self.rng.between(0, within.max(1));
        self.at(time, action);
    }

    pub(crate) fn open_tab(&mut self) -> usize {
        let origin = self.now - self.rng.between(0, 100_000);
        self.tabs.push(Tab::new(self.settings, origin));
        let tab = self.tabs.len() - 1;
        self.tell(tab, Event::Started);
        tab
    }

    /// Closes a tab, unless it is the only one that has the tokens: they would be gone with it.
    pub(crate) fn close_tab(&mut self, tab: usize) {
        let holds = |other: &usize| *other != tab && self.tabs[*other].held.is_some();
        if !self.open_tabs().iter().any(holds) {
            return;
        }
        self.closed += 1;
        self.tabs[tab].open = false;
        self.tabs[tab].waiting.clear();
        self.tabs[tab].backlog.clear();
        self.referee.flights.retain(|flight| flight.tab != tab);
        for lock in [Lock::Leader, Lock::Refresh] {
            self.locks[slot(lock)].leave(tab);
            self.grant(lock);
        }
    }

    pub(crate) fn open_tabs(&self) -> Vec<usize> {
        (0..self.tabs.len())
            .filter(|tab| self.tabs[*tab].open)
            .collect()
    }

    /// Runs until `time`.
    pub(crate) fn run(&mut self, time: i64, chaos: &mut dyn FnMut(&mut Self)) {
        while let Some((&(at, sequence), _)) = self.queue.first_key_value() {
            if at > time {
                break;
            }
            let Some(action) = self.queue.remove(&(at, sequence)) else {
                break;
            };
            self.steps = if at > self.now { 0 } else { self.steps + 1 };
            assert!(self.steps < 20_000, "seed {}: time stands still", self.seed);
            self.now = self.now.max(at);
            match action {
                Action::Tell(tab, event) => self.tell(tab, event),
                Action::AtServer(tab, id, request) => self.at_server(tab, id, &request),
                Action::Timer(tab) => {
                    if self.tabs[tab].due().is_some_and(|due| due <= self.now) {
                        self.tell(tab, Event::Tick);
                    }
                }
                Action::Stream(tab, stream, kind, version) => {
                    if self.tabs[tab]
                        .stream
                        .is_some_and(|(open, _)| open == stream)
                    {
                        self.tell(tab, Event::Stream { kind, version });
                    }
                }
                Action::Grant(tab, lock, grant) => {
                    let state = &self.locks[slot(lock)];
                    if state.holder == Some(tab) && state.grants == grant {
                        self.tell(tab, Event::LockGranted(lock));
                    }
                }
                Action::Down(time) => self.go_down(time),
                Action::Chaos => chaos(self),
            }
        }
        self.now = self.now.max(time);
    }

    /// Gives a tab an event, and does what its machine asks for.
    pub(crate) fn tell(&mut self, tab: usize, event: Event) {
        let state = &mut self.tabs[tab];
        if !state.open {
            return;
        }
        if state.frozen {
            return state.backlog.push(event);
        }
        if let Event::Response { id, .. } = &event {
            self.referee.flights.retain(|f| f.tab != tab || f.id != *id);
            // A response that crosses its abort may or may not be heard.
            if self.tabs[tab].aborted.contains(id) && !self.rng.chance(200) {
                return;
            }
            if let Event::Response {
                reply: Reply::Tokens(tokens),
                ..
            } = &event
            {
                let (family, generation, _) = parse(&tokens.access_token);
                if !self.tabs[tab].aborted.contains(id) {
                    self.delivered.push((family, generation));
                }
            }
        }
        let now = self.clocks(tab);
        let over = is_end(&event);
        let event_text = if self.trace {
            format!("{event:?}")
        } else {
            String::new()
        };
        let effects = self.tabs[tab].machine.handle(now, event);
        if self.trace {
            eprintln!(
                "TRACE {} tab {tab}: {event_text:.150} -> {effects:.300?}",
                self.now
            );
        }
        self.inspect(tab, over, &effects);
        for effect in effects {
            self.perform(tab, effect);
        }
        self.watch(tab);
        if let Some(due) = self.tabs[tab].due() {
            self.at(due.max(self.now), Action::Timer(tab));
        }
    }

    fn perform(&mut self, tab: usize, effect: Effect) {
        match effect {
            Effect::Send { id, request } => self.send(tab, id, request),
            Effect::Abort { id } => {
                self.tabs[tab].aborted.push(id);
                self.referee.flights.retain(|f| f.tab != tab || f.id != id);
            }
            Effect::Broadcast(message) => self.broadcast(tab, &message),
            Effect::RequestLock(lock) if self.sabotage == Sabotage::LockForAll => {
                self.soon(20, Action::Tell(tab, Event::LockGranted(lock)));
            }
            Effect::RequestLock(lock) => {
                self.locks[slot(lock)].queue.push_back(tab);
                self.grant(lock);
            }
            Effect::ReleaseLock(lock) => {
                self.locks[slot(lock)].leave(tab);
                self.grant(lock);
            }
            Effect::OpenStream => {
                self.next_stream += 1;
                let stream = self.next_stream;
                let session = self.server.cookie;
                self.tabs[tab].stream = Some((stream, session));
                let version = session.map_or(0, |family| self.server.families[family].version);
                self.soon(100, Action::Stream(tab, stream, EventKind::Hello, version));
            }
            Effect::CloseStream => self.tabs[tab].stream = None,
            Effect::Settle { waiter, outcome } => {
                let state = &mut self.tabs[tab];
                state.waiting.retain(|(other, _)| *other != waiter);
                state.settled.push((waiter, outcome.err()));
            }
            Effect::Notify => {}
        }
    }

    /// The clocks as a tab reads them now.
    pub(crate) fn clocks(&self, tab: usize) -> Now {
        Now {
            mono: self.now - self.tabs[tab].origin,
            wall: self.now + self.wall_skew + self.now / 1_000 * self.drift / 1_000,
        }
    }

    pub(crate) fn grant(&mut self, lock: Lock) {
        if let Some(tab) = self.locks[slot(lock)].grant() {
            let grant = self.locks[slot(lock)].grants;
            self.soon(20, Action::Grant(tab, lock, grant));
        }
    }

    fn broadcast(&mut self, from: usize, message: &Message) {
        for to in self.open_tabs() {
            if to != from {
                let early = self.now + self.rng.between(0, 50);
                let time = early.max(self.arrivals.get(&(from, to)).copied().unwrap_or(0));
                self.arrivals.insert((from, to), time);
                self.at(time, Action::Tell(to, Event::Message(message.clone())));
            }
        }
    }

    /// The device sleeps: nothing of the client's happens, requests that have left reach the server,
    /// and of the answers under way half are lost.
    pub(crate) fn sleep(&mut self, duration: i64) {
        let (start, wake) = (self.now, self.now + duration);
        self.blocked.push((start, wake));
        for ((time, sequence), action) in std::mem::take(&mut self.queue) {
            let time = if matches!(action, Action::AtServer(..)) {
                time
            } else {
                time + duration
            };
            self.queue.insert((time, sequence), action);
        }
        while let Some((&(time, sequence), _)) = self.queue.first_key_value()
            && time < wake
        {
            self.now = self.now.max(time);
            match self.queue.remove(&(time, sequence)) {
                Some(Action::AtServer(tab, id, request)) => self.at_server(tab, id, &request),
                Some(_) if self.rng.chance(500) => {}
                Some(answer) => self.at(wake, answer),
                None => {}
            }
        }
        self.now = wake;
        self.referee.hold_off(wake);
        if self.mono_sleeps {
            for tab in &mut self.tabs {
                tab.origin += duration;
            }
        }
    }
}
