//! What comes late, or never: an answer after its time, a lock whose holder hangs, and a refusal of
//! what another tab has replaced.

use portcullis_core::event::{Lock, Reply, Request};
use portcullis_core::message::Message;
use portcullis_core::{Effect, Event, Session};

use crate::browser::slot;
use crate::tokens::sign_in;
use crate::weather::{CALM, TOKEN_MODE};
use crate::world::World;

/// A world of some tabs, signed in and at rest.
fn world(tabs: usize) -> World {
    let mut world = World::new(1, TOKEN_MODE, CALM);
    let tab = world.open_tab();
    sign_in(&mut world, tab);
    for _ in 1..tabs {
        world.open_tab();
    }
    let settled = world.now + 5_000;
    world.run(settled, &mut |_| {});
    world
}

fn asks_with(rejected: u64) -> Event {
    Event::NeedToken {
        waiter: 0,
        rejected: Some(rejected),
    }
}

/// What a tab sends, told by hand what happens to it.
fn sent(world: &mut World, tab: usize, event: Event) -> Option<u32> {
    let now = world.clocks(tab);
    let effects = world.tabs[tab].machine.handle(now, event);
    effects.into_iter().find_map(|effect| match effect {
        Effect::Send {
            id,
            request: Request::Refresh { .. },
        } => Some(id),
        _ => None,
    })
}

/// A tab that has just sent a refresh, and its number.
fn under_way(world: &mut World) -> u32 {
    assert_eq!(sent(world, 0, asks_with(0)), None);
    assert_eq!(sent(world, 0, Event::LockGranted(Lock::Refresh)), None);
    world.now += 200;
    sent(world, 0, Event::Tick).unwrap()
}

#[test]
fn an_answer_after_its_time_is_taken_all_the_same() {
    let mut world = world(1);
    let id = under_way(&mut world);
    world.now += 5_000;
    assert_eq!(sent(&mut world, 0, Event::Tick), None);
    let reply = Reply::Tokens({
        world.server.refresh(0, 0, world.now);
        world.server.tokens(0, 1, world.now).into()
    });
    world.now += 300;
    sent(&mut world, 0, Event::Response { id, reply });
    assert_eq!(world.tabs[0].machine.holds(), Some(("chain-0", 1)));
}

#[test]
fn an_answer_that_comes_after_the_sign_out_is_not_taken() {
    for late in [0, 5_000, 9_000] {
        let mut world = world(1);
        let id = under_way(&mut world);
        world.now += late;
        sent(&mut world, 0, Event::Tick);
        sent(&mut world, 0, Event::SignedOut);
        world.server.refresh(0, 0, world.now);
        let reply = Reply::Tokens(world.server.tokens(0, 1, world.now).into());
        sent(&mut world, 0, Event::Response { id, reply });
        assert_eq!(world.tabs[0].machine.holds(), None);
        assert!(!world.tabs[0].machine.session().is_signed_in());
    }
}

#[test]
fn an_answer_is_taken_although_the_lock_was_lost_meanwhile() {
    let mut world = world(1);
    let id = under_way(&mut world);
    sent(&mut world, 0, Event::LockFailed(Lock::Refresh));
    world.server.refresh(0, 0, world.now);
    let reply = Reply::Tokens(world.server.tokens(0, 1, world.now).into());
    sent(&mut world, 0, Event::Response { id, reply });
    // It may be the only copy: whoever took the lock may be gone by now.
    assert_eq!(world.tabs[0].machine.holds(), Some(("chain-0", 1)));
}

#[test]
fn a_tab_that_hangs_with_the_lock_is_waited_for_for_ten_seconds() {
    let mut world = world(2);
    world.tell(0, asks_with(0));
    let time = world.now + 100;
    world.run(time, &mut |_| {});
    assert_eq!(world.locks[slot(Lock::Refresh)].holder, Some(0));
    world.freeze(0);
    world.tell(1, asks_with(0));
    let time = world.now + 9_000;
    world.run(time, &mut |_| {});
    assert!(world.tabs[1].settled.is_empty());
    let time = world.now + 3_000;
    world.run(time, &mut |_| {});
    assert_eq!(world.tabs[1].settled, [(0, None)]);
    assert_eq!(world.refreshes(), 1);
}

#[test]
fn a_refusal_is_not_believed_while_another_tab_has_newer_tokens() {
    let mut world = world(2);
    let id = under_way(&mut world);
    // The other tab has refreshed meanwhile, and the server has forgotten what it replaced.
    world.server.refresh(0, 0, world.now);
    let now = world.clocks(1);
    let answer = world.server.tokens(0, 1, world.now);
    let mut other = world.tabs[1].machine.clone();
    let asked = [asks_with(0), Event::LockGranted(Lock::Refresh), Event::Tick];
    let mut request = None;
    for (event, later) in asked.into_iter().zip([0, 0, 200]) {
        let now = portcullis_core::Now {
            mono: now.mono + later,
            wall: now.wall + later,
        };
        for effect in other.handle(now, event) {
            if let Effect::Send {
                id,
                request: Request::Refresh { .. },
            } = effect
            {
                request = Some(id);
            }
        }
    }
    let event = Event::Response {
        id: request.unwrap(),
        reply: Reply::Tokens(answer.into()),
    };
    let now = portcullis_core::Now {
        mono: now.mono + 300,
        wall: now.wall + 300,
    };
    let said = other
        .handle(now, event)
        .into_iter()
        .find_map(|effect| match effect {
            Effect::Broadcast(message @ Message::Tokens(_)) => Some(message),
            _ => None,
        });
    let reply = Reply::Rejected;
    sent(&mut world, 0, Event::Response { id, reply });
    assert!(world.tabs[0].machine.session().is_signed_in());
    world.now += 150;
    sent(&mut world, 0, Event::Message(said.unwrap()));
    world.now += 200;
    sent(&mut world, 0, Event::Tick);
    assert_eq!(world.tabs[0].machine.holds(), Some(("chain-0", 1)));
    assert!(world.tabs[0].machine.session().is_signed_in());
}

/// The number of the request for the session that a tab sends, told by hand what happens to it.
fn looked(world: &mut World, event: Event) -> Option<u32> {
    let now = world.clocks(0);
    let effects = world.tabs[0].machine.handle(now, event);
    effects.into_iter().find_map(|effect| match effect {
        Effect::Send {
            id,
            request: Request::Session { .. },
        } => Some(id),
        _ => None,
    })
}

#[test]
fn a_token_that_was_refused_once_is_no_outage() {
    let mut world = World::new(1, TOKEN_MODE, CALM);
    world.open_tab();
    let settled = world.now + 1_000;
    world.run(settled, &mut |_| {});
    let family = world.server.sign_in();
    let redeemed = Event::Redeemed {
        chain: "chain".into(),
        tokens: world.server.tokens(family, 0, world.now).into(),
        sent: world.clocks(0).mono,
    };
    let mut asked = looked(&mut world, redeemed).unwrap();
    for (generation, shown) in [(1, Session::Loading), (2, Session::Unreachable)] {
        let reply = Reply::Rejected;
        sent(&mut world, 0, Event::Response { id: asked, reply });
        // A refresh is to mend that, and its token may be refused as well.
        assert_eq!(*world.tabs[0].machine.session(), shown);
        sent(&mut world, 0, Event::LockGranted(Lock::Refresh));
        world.now += 200;
        let id = sent(&mut world, 0, Event::Tick).unwrap();
        world.server.refresh(family, generation - 1, world.now);
        let reply = Reply::Tokens(world.server.tokens(family, generation, world.now).into());
        asked = looked(&mut world, Event::Response { id, reply }).unwrap();
    }
}
