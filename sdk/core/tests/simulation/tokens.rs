//! Token mode, simulated by the thousand: whatever happens to tabs, network, clocks and server,
//! nobody is signed out who did not sign out, whose session the server did not end, and whose
//! token was not really replayed.

use crate::rng::Rng;
use crate::seeds;
use crate::server::End;
use crate::weather::{CALM, TOKEN_MODE, network};
use crate::world::{Action, Faults, World};
use portcullis_core::{Event, Session, Settings, SignedOutReason};

const HOUR: i64 = 3_600_000;
/// A world in which one tab has just signed in; what may go wrong depends on the seed.
fn world(seed: u64) -> World {
    let mut dice = Rng::new(seed ^ 0x5eed);
    let locks = dice.chance(800);
    let faults = network(&mut dice);
    let mut world = World::new(
        seed,
        Settings {
            locks,
            ..TOKEN_MODE
        },
        faults,
    );
    let tab = world.open_tab();
    sign_in(&mut world, tab);
    world
}

pub(crate) fn sign_in(world: &mut World, tab: usize) {
    let family = world.server.sign_in();
    let tokens = world.server.tokens(family, 0, world.now).into();
    let chain = format!("chain-{family}");
    let now = world.clocks(tab);
    world.tell(
        tab,
        Event::Redeemed {
            chain,
            tokens,
            sent: now.mono,
        },
    );
}

#[test]
fn nobody_is_signed_out_whatever_goes_wrong() {
    let (mut excused, mut refreshed) = (0, 0);
    let runs = seeds("anything goes wrong");
    for seed in seeds("anything goes wrong") {
        let mut world = world(seed);
        for _ in 0..world.rng.between(0, 4) {
            world.open_tab();
        }
        let end = world.now + HOUR;
        world.plan(25, end);
        world.run(end, &mut World::everyday);
        world.calm();
        world.check_agreement();
        excused += world.excused;
        refreshed += world.server.newest(0);
        assert_eq!(
            world.server.alive(),
            usize::from(world.excused == 0),
            "seed {seed}"
        );
    }
    // Losing every answer for as long as the retry window lasts is rare, and must stay so.
    assert!(
        u64::from(excused) * 50 <= runs.end - runs.start + 49,
        "{excused} excused"
    );
    assert!(refreshed > 0);
}

#[test]
fn signing_out_is_for_good_in_every_tab() {
    for seed in seeds("sign-out") {
        let mut world = world(seed);
        for _ in 0..3 {
            world.open_tab();
        }
        let end = world.now + HOUR / 2;
        world.plan(15, end);
        let when = world.rng.between(world.now, end);
        world.run(when, &mut World::everyday);
        // Half of the time just when a refresh is under way.
        let open = world.open_tabs();
        let tab = open[world.rng.index(open.len())];
        world.thaw(tab);
        if world.rng.chance(500) {
            world.need_token(tab);
        }
        let was_in = world.tabs[tab].machine.session().is_signed_in();
        // The user may sign out while the server is out of reach: the tokens are revoked later.
        if was_in {
            let family = world.tabs[tab].held.unwrap();
            world.signed_out.push(family);
            world.tell(tab, Event::SignedOut);
        }
        world.run(end, &mut World::everyday);
        world.calm();
        if was_in {
            for tab in world.open_tabs() {
                let session = world.tabs[tab].machine.session();
                let out = matches!(session, Session::SignedOut { .. });
                assert!(out, "seed {seed}: tab {tab} is {session:?}");
            }
            // A tab that is closed cannot go on trying to tell the server.
            let told = world.server.alive() == 0;
            assert!(
                told || !world.tabs[tab].open,
                "seed {seed}: the family lives on"
            );
        }
        world.fail_if_lost();
    }
}

#[test]
fn a_session_that_the_server_ends_is_over_in_every_tab() {
    for seed in seeds("tokens end") {
        let mut world = world(seed);
        for _ in 0..3 {
            world.open_tab();
        }
        let end = world.now + HOUR / 2;
        world.plan(10, end);
        let when = world.rng.between(world.now, end);
        world.run(when, &mut World::everyday);
        world.end_alive(End::Server);
        world.run(end, &mut World::everyday);
        world.calm();
        world.check_agreement();
        for tab in world.open_tabs() {
            let session = world.tabs[tab].machine.session();
            assert!(
                matches!(session, Session::SignedOut { .. }),
                "seed {seed}: {session:?}"
            );
        }
    }
}

#[test]
fn signing_in_twice_leaves_one_family() {
    for seed in seeds("signing in twice") {
        let mut world = world(seed);
        let other = world.open_tab();
        let end = world.now + HOUR / 2;
        world.plan(15, end);
        let when = world.rng.between(world.now, world.now + HOUR / 4);
        world.run(when, &mut World::everyday);
        let tab = if world.tabs[other].open {
            other
        } else {
            world.open_tab()
        };
        world.thaw(tab);
        sign_in(&mut world, tab);
        world.run(end, &mut World::everyday);
        world.calm();
        // The first family was revoked, which the user asked for by signing in anew.
        world.check_agreement();
    }
}

#[test]
fn a_replayed_token_ends_its_own_family_in_every_tab() {
    for seed in seeds("replay") {
        let mut world = World::new(seed, TOKEN_MODE, CALM);
        let tab = world.open_tab();
        sign_in(&mut world, tab);
        world.open_tab();
        let end = world.now + HOUR;
        world.run(end, &mut |_| {});
        assert!(
            world.server.newest(0) > 3,
            "seed {seed}: tokens were refreshed ahead of need"
        );
        world.check_agreement();
        // A thief presents the very first token.
        assert_eq!(world.server.refresh(0, 0, world.now), None);
        world.server.families[0].end = Some(End::Server);
        world.calm();
        world.check_agreement();
        let reason = SignedOutReason::Ended;
        for tab in world.open_tabs() {
            let session = world.tabs[tab].machine.session();
            assert_eq!(*session, Session::SignedOut { reason }, "seed {seed}");
        }
    }
}

#[test]
fn fifty_tabs_that_need_a_token_at_once_send_one_refresh() {
    for seed in seeds("many tabs") {
        let mut world = World::new(seed, TOKEN_MODE, CALM);
        let tab = world.open_tab();
        sign_in(&mut world, tab);
        for _ in 1..50 {
            world.open_tab();
        }
        let ready = world.now + 5_000;
        world.run(ready, &mut |_| {});
        world.check_agreement();
        for tab in world.open_tabs() {
            world.tabs[tab].waiting.push((1_000, world.now));
            world.tell(
                tab,
                Event::NeedToken {
                    waiter: 1_000,
                    rejected: Some(0),
                },
            );
        }
        let done = world.now + 5_000;
        world.run(done, &mut |_| {});
        assert_eq!(world.server.newest(0), 1, "seed {seed}");
        assert_eq!(world.refreshes(), 1, "seed {seed}");
        for tab in world.open_tabs() {
            assert_eq!(
                world.tabs[tab].settled,
                [(1_000, None)],
                "seed {seed}: tab {tab}"
            );
        }
    }
}

#[test]
fn fifty_tabs_without_locks_and_with_lost_answers_stay_signed_in() {
    for seed in seeds("many tabs without locks") {
        let faults = Faults {
            lose_response: 300,
            delay: 500,
            ..CALM
        };
        let mut world = World::new(
            seed,
            Settings {
                locks: false,
                ..TOKEN_MODE
            },
            faults,
        );
        let tab = world.open_tab();
        sign_in(&mut world, tab);
        for _ in 1..50 {
            world.open_tab();
        }
        for round in 1..4 {
            let time = world.now + 60_000 * round;
            for tab in world.open_tabs() {
                world.at(
                    time,
                    Action::Tell(
                        tab,
                        Event::NeedToken {
                            waiter: 0,
                            rejected: None,
                        },
                    ),
                );
            }
        }
        let end = world.now + HOUR / 2;
        world.run(end, &mut |_| {});
        world.calm();
        world.check_agreement();
        assert_eq!(world.server.alive(), 1, "seed {seed}");
    }
}
