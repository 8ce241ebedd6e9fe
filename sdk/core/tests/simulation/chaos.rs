//! What happens to the tabs while they do their work, and the calm in which they must agree.

use portcullis_core::event::Lock;
use portcullis_core::{Event, Session};

use crate::server::{End, session_id};
use crate::weather::{CALM, jump};
use crate::world::{Action, World};

impl World {
    /// Puts `count` occasions for chaos into the time up to `end`.
    pub(crate) fn plan(&mut self, count: usize, end: i64) {
        for _ in 0..count {
            let time = self.rng.between(self.now, end);
            self.at(time, Action::Chaos);
        }
    }

    /// Something that happens to a user's device any day.
    pub(crate) fn everyday(&mut self) {
        let open = self.open_tabs();
        let tab = open[self.rng.index(open.len())];
        match self.rng.between(0, 15) {
            0 if open.len() < 6 => drop(self.open_tab()),
            1 if open.len() > 1 => self.close_tab(tab),
            2 => self.freeze(tab),
            3 => self.thaw(tab),
            4 => {
                let time = self.rng.between(1_000, 3_600_000);
                self.sleep(time);
            }
            5 => self.jump_clock(),
            6 => {
                let time = self.rng.between(500, 120_000);
                self.go_offline(time);
            }
            7 => {
                let time = self.rng.between(500, 60_000);
                self.go_down(time);
            }
            8 => {
                let visible = !self.tabs[tab].visible;
                self.tabs[tab].visible = visible;
                self.tell(tab, Event::Visible(visible));
            }
            // The tab that is about to do something disappears.
            9 if open.len() > 1 => {
                if let Some(holder) = self.locks[1].holder {
                    self.close_tab(holder);
                }
            }
            10 => self.rolling_restart(),
            11 => self.steal_lock(),
            _ if self.settings.token_mode => self.need_token(tab),
            _ => self.tell(tab, Event::Look),
        }
        self.keep_one();
    }

    /// The user, or their system, sets the clock.
    pub(crate) fn jump_clock(&mut self) {
        let by = jump(&mut self.rng);
        self.wall_skew += by;
        self.set_back |= by < 0;
    }

    /// The browser takes the refresh lock from whoever holds it.
    fn steal_lock(&mut self) {
        let frozen = |tab: &usize| self.tabs[*tab].frozen;
        if let Some(holder) = self.locks[1].holder.filter(|tab| !frozen(tab)) {
            self.locks[1].holder = None;
            self.referee.hold_off(self.now);
            self.tell(holder, Event::LockFailed(Lock::Refresh));
            self.grant(Lock::Refresh);
        }
    }

    pub(crate) fn freeze(&mut self, tab: usize) {
        if !self.tabs[tab].frozen {
            self.tabs[tab].frozen = true;
            self.referee.hold_off(self.now);
            self.blocked.push((self.now, i64::MAX / 4));
        }
    }

    pub(crate) fn thaw(&mut self, tab: usize) {
        if !self.tabs[tab].frozen {
            return;
        }
        self.tabs[tab].frozen = false;
        self.referee.hold_off(self.now);
        if let Some(open) = self.blocked.iter_mut().find(|(_, to)| *to > i64::MAX / 8) {
            open.1 = self.now;
        }
        // What came meanwhile and the timers that are due run in no order to rely on, except that
        // messages keep theirs.
        if self.rng.chance(500) {
            self.tell(tab, Event::Tick);
        }
        let mut time = self.now;
        for event in std::mem::take(&mut self.tabs[tab].backlog) {
            time += self.rng.between(0, 5);
            self.at(time, Action::Tell(tab, event));
        }
        self.at(time, Action::Tell(tab, Event::Tick));
        // It may have been in the browser's back/forward cache.
        if self.rng.chance(300) {
            let visible = self.tabs[tab].visible;
            self.at(time, Action::Tell(tab, Event::Restored(visible)));
        }
    }

    /// The application sends a request; now and then the server has refused the last token.
    pub(crate) fn need_token(&mut self, tab: usize) {
        let waiter = self.tabs[tab].next_waiter;
        self.tabs[tab].next_waiter += 1;
        let now = self.now;
        self.tabs[tab].waiting.push((waiter, now));
        let rejected = self.rng.chance(300).then(|| {
            let family = self.tabs[tab].held.unwrap_or(0);
            u64::try_from(self.server.newest(family)).unwrap()
        });
        self.tell(tab, Event::NeedToken { waiter, rejected });
    }

    /// A device on which every tab is closed is of no interest.
    fn keep_one(&mut self) {
        if self.open_tabs().is_empty() {
            self.open_tab();
        }
    }

    /// Nothing goes wrong any more, and everything has time to come to rest.
    pub(crate) fn calm(&mut self) {
        self.faults = CALM;
        self.offline_until = 0;
        self.down_until = 0;
        for tab in self.open_tabs() {
            self.thaw(tab);
            self.tell(tab, Event::Online(true));
            self.tell(tab, Event::Visible(true));
        }
        let end = self.now + 10 * 60_000;
        self.run(end, &mut |_| {});
        for tab in self.open_tabs() {
            self.tell(tab, Event::Visible(true));
        }
        let end = self.now + 5 * 60_000;
        self.run(end, &mut |_| {});
    }

    /// All tabs say the same, and it is true.
    pub(crate) fn check_agreement(&self) {
        let seed = self.seed;
        self.fail_if_lost();
        // A tab that is closed before it hears of a second sign-in leaves its family behind.
        let alive = self.server.alive();
        assert!(
            alive <= 1 || self.closed > 0,
            "seed {seed}: {alive} families"
        );
        let lives = |family: &usize| self.server.families[*family].end.is_none();
        let held = self
            .open_tabs()
            .into_iter()
            .find_map(|tab| self.tabs[tab].held);
        let alive = held
            .filter(lives)
            .or_else(|| (0..self.server.families.len()).rfind(lives));
        for tab in self.open_tabs() {
            let known = &self.tabs[tab];
            let session = known.machine.session();
            match alive {
                Some(family) => {
                    let view = session.view();
                    let view = view.unwrap_or_else(|| {
                        panic!("seed {seed}: tab {tab} is {session:?}, family {family} lives")
                    });
                    assert_eq!(view.id, session_id(family), "seed {seed}: tab {tab}");
                    let version = self.server.families[family].version;
                    assert_eq!(view.version, version, "seed {seed}: tab {tab} is behind");
                    let stale = matches!(session, Session::SignedIn { stale: true, .. });
                    assert!(!stale, "seed {seed}: tab {tab} is stale");
                    let permission = format!("notes:v{version}").parse().unwrap();
                    assert!(
                        known.machine.permissions().allows(&permission),
                        "seed {seed}"
                    );
                }
                None => assert!(
                    matches!(session, Session::SignedOut { .. }),
                    "seed {seed}: tab {tab} is {session:?}, but nobody is signed in"
                ),
            }
            assert!(
                known.waiting.is_empty(),
                "seed {seed}: tab {tab} waits {:?}",
                known.waiting
            );
        }
    }

    /// Ends the family that lives, as an admin would.
    pub(crate) fn end_alive(&mut self, end: End) {
        for family in 0..self.server.families.len() {
            self.server.end(family, end);
        }
    }
}
