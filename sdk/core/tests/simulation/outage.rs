//! A server that is away for long, and a device that sleeps for long.

use crate::rng::Rng;
use crate::seeds;
use crate::tokens::sign_in;
use crate::weather::{CALM, TOKEN_MODE};
use crate::world::{Action, Faults, World};
use portcullis_core::{Event, Session, Settings};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// A world of a few tabs, signed in and at rest.
fn world(seed: u64, settings: Settings) -> World {
    let mut world = World::new(seed, settings, CALM);
    // A clock that gains looks like a device that slept, and one that loses hides some of a sleep.
    world.drift = 0;
    world.set_back = false;
    let tab = world.open_tab();
    sign_in(&mut world, tab);
    for _ in 0..world.rng.between(0, 6) {
        world.open_tab();
    }
    let settled = world.now + 5_000;
    world.run(settled, &mut |_| {});
    world
}

fn ask(world: &mut World) {
    let open = world.open_tabs();
    let tab = open[world.rng.index(open.len())];
    world.need_token(tab);
}

#[test]
fn an_outage_signs_nobody_out_and_the_server_is_not_flooded() {
    for seed in seeds("outage") {
        let mut dice = Rng::new(seed ^ 0x0ff);
        let locks = dice.chance(700);
        let mut world = world(
            seed,
            Settings {
                locks,
                ..TOKEN_MODE
            },
        );
        let (start, time) = (world.now, dice.between(10 * MINUTE, 2 * HOUR));
        let end = start + time;
        match dice.between(0, 3) {
            0 => world.go_offline(time),
            1 => world.go_down(time),
            _ => {
                world.faults = Faults {
                    busy: 1_000,
                    ..CALM
                };
            }
        }
        world.plan(usize::try_from(time / 20_000).unwrap(), end);
        world.run(end, &mut ask);
        for tab in world.open_tabs() {
            let session = world.tabs[tab].machine.session();
            assert!(session.is_signed_in(), "seed {seed}: {session:?}");
        }
        let late = |time: &i64| (start + 12 * MINUTE..end).contains(time);
        let sent = world
            .attempts
            .iter()
            .filter(|(time, ..)| late(time))
            .count();
        let minutes = usize::try_from(time / MINUTE).unwrap();
        let most = minutes * 10 * if locks { 1 } else { world.tabs.len() };
        assert!(
            sent <= most,
            "seed {seed}: {sent} refreshes, {most} allowed"
        );
        let most = minutes * 3 * world.tabs.len() + 60;
        assert!(world.looks <= most, "seed {seed}: {} looks", world.looks);
        world.calm();
        world.check_agreement();
        assert_eq!(world.server.alive(), 1, "seed {seed}");
    }
}

#[test]
fn a_refresh_ahead_of_need_that_fails_changes_nothing() {
    for seed in 0..200 {
        let mut world = world(seed, TOKEN_MODE);
        // The refresh is due at eight minutes, and the token good for ten.
        let time = world.now + 7 * MINUTE;
        world.run(time, &mut |_| {});
        world.go_down(150_000);
        for _ in 0..14 {
            let time = world.now + 10_000;
            world.run(time, &mut |_| {});
            for tab in world.open_tabs() {
                let session = world.tabs[tab].machine.session();
                let well = matches!(session, Session::SignedIn { stale: false, .. });
                assert!(well, "seed {seed}: tab {tab} is {session:?}");
                let asks = Event::NeedToken {
                    waiter: 0,
                    rejected: None,
                };
                world.tell(tab, asks);
                let settled = world.tabs[tab].settled.pop();
                assert_eq!(settled, Some((0, None)), "seed {seed}: tab {tab}");
            }
        }
        world.calm();
        world.check_agreement();
        assert!(world.server.newest(0) > 0, "seed {seed}");
    }
}

#[test]
fn after_a_sleep_past_expiry_the_first_call_gets_a_fresh_token() {
    for seed in seeds("wake") {
        let mut world = world(seed, TOKEN_MODE);
        let time = world.rng.between(0, 15 * MINUTE);
        world.run(world.now + time, &mut |_| {});
        // Asleep with a refresh under way, a device may miss the answer, and the retry window.
        while !world.referee.flights.is_empty() {
            world.run(world.now + 1_000, &mut |_| {});
        }
        let before = world.server.newest(0);
        let time = world.rng.between(11 * MINUTE, 8 * HOUR);
        world.sleep(time);
        let open = world.open_tabs();
        let tab = open[world.rng.index(open.len())];
        let waiter = 1_000;
        world.tabs[tab].waiting.push((waiter, world.now));
        let asks = Event::NeedToken {
            waiter,
            rejected: None,
        };
        world.at(world.now, Action::Tell(tab, asks));
        world.run(world.now + 5_000, &mut |_| {});
        assert_eq!(world.tabs[tab].settled, [(waiter, None)], "seed {seed}");
        assert!(world.server.newest(0) > before, "seed {seed}");
        world.calm();
        world.check_agreement();
    }
}

#[test]
fn failures_before_a_sleep_make_nobody_wait_after_it() {
    for seed in 0..20 {
        let mut world = world(seed, TOKEN_MODE);
        // The refresh is due at eight minutes.
        let time = world.now + 7 * MINUTE;
        world.run(time, &mut |_| {});
        world.go_down(HOUR);
        let time = world.now + 3 * MINUTE;
        world.run(time, &mut |_| {});
        let before = world.refreshes();
        assert!(before >= 5, "seed {seed}: {before} tries");
        world.sleep(20 * MINUTE);
        for tab in world.open_tabs() {
            world.tell(tab, Event::Tick);
        }
        let before = world.refreshes();
        let time = world.now + 20_000;
        world.run(time, &mut |_| {});
        // As after a first failure: half a second, and so on; not eight each time.
        let tries = world.refreshes() - before;
        assert!(tries >= 5, "seed {seed}: {tries} tries");
    }
}
