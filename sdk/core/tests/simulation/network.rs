//! The network between the tabs and the server: it loses, delays, reorders and doubles, and the server
//! behind it is down now and then.

use portcullis_core::Event;
use portcullis_core::event::{Reply, Request};
use portcullis_types::events::EventKind;

use crate::server::parse;
use crate::world::{Action, World};

impl World {
    pub(crate) fn send(&mut self, tab: usize, id: u32, request: Request) {
        if let Request::Refresh { token } = &request {
            let (family, generation, _) = parse(token);
            self.attempts.push((self.now, family, generation));
            self.check_refresh(tab, id, family);
        }
        self.looks += usize::from(matches!(request, Request::Session { .. }));
        if self.now < self.offline_until || self.rng.chance(self.faults.lose_request) {
            self.fail(tab, id, 300, None);
        } else {
            self.soon(self.faults.delay, Action::AtServer(tab, id, request));
        }
    }

    /// The request comes to nothing: with an error, or with silence.
    fn fail(&mut self, tab: usize, id: u32, within: i64, retry_after: Option<u32>) {
        if retry_after.is_some() || self.rng.chance(500) {
            let reply = Reply::Failed { retry_after };
            self.soon(within, Action::Tell(tab, Event::Response { id, reply }));
        }
    }

    pub(crate) fn at_server(&mut self, tab: usize, id: u32, request: &Request) {
        let delay = self.faults.delay;
        if self.rng.chance(self.faults.busy) {
            let seconds = self.rng.between(1, 20);
            // Until then the client has to wait.
            self.blocked.push((self.now, self.now + seconds * 1_000));
            return self.fail(tab, id, delay, u32::try_from(seconds).ok());
        }
        if self.now < self.down_until || self.rng.chance(self.faults.server_error) {
            let reply = Reply::Failed { retry_after: None };
            return self.soon(delay, Action::Tell(tab, Event::Response { id, reply }));
        }
        let reply = self.server.handle(request, self.now);
        self.check_replay();
        if self.answers_are_lost() {
            return self.fail(tab, id, delay, None);
        }
        if self.rng.chance(self.faults.duplicate) {
            let again = self.server.handle(request, self.now);
            self.check_replay();
            let event = Event::Response { id, reply: again };
            self.soon(delay, Action::Tell(tab, event));
        }
        self.soon(delay, Action::Tell(tab, Event::Response { id, reply }));
    }

    /// Where no answer is ever lost, none is lost to the weather either: what was sent before the
    /// network went away is answered.
    fn answers_are_lost(&mut self) -> bool {
        self.server.window > 0 && self.now < self.offline_until
            || self.rng.chance(self.faults.lose_response)
    }

    /// Tells the open streams of a session.
    pub(crate) fn push_event(&mut self, family: usize, kind: EventKind) {
        let version = self.server.families[family].version;
        for tab in self.open_tabs() {
            if let Some((stream, Some(session))) = self.tabs[tab].stream
                && session == family
            {
                self.soon(100, Action::Stream(tab, stream, kind, version));
            }
        }
    }

    /// The network is away for so long, and the browser says so.
    pub(crate) fn go_offline(&mut self, time: i64) {
        let back = self.now + time;
        self.offline_until = back;
        self.blocked.push((self.now, back));
        for tab in self.open_tabs() {
            self.tell(tab, Event::Online(false));
            self.at(back, Action::Tell(tab, Event::Online(true)));
        }
    }

    /// The server is down for so long.
    pub(crate) fn go_down(&mut self, time: i64) {
        self.down_until = self.now + time;
        self.blocked.push((self.now, self.now + time));
    }

    /// One node after the other is started anew.
    pub(crate) fn rolling_restart(&mut self) {
        for node in 0..4 {
            let time = self.rng.between(500, 3_000);
            self.at(self.now + node * 5_000, Action::Down(time));
        }
    }
}
