//! Tabs that do not share their tokens, since these are kept where no script of the page reads them
//! or because there is no channel: each has a sign-in of its own.

use crate::rng::Rng;
use crate::seeds;
use crate::tokens::sign_in;
use crate::weather::{CALM, TOKEN_MODE, network};
use crate::world::World;
use portcullis_core::message::Message;
use portcullis_core::{Event, Session, Settings};

const HOUR: i64 = 3_600_000;

/// A world of up to four tabs that are signed in.
fn world(seed: u64) -> World {
    let mut dice = Rng::new(seed ^ 0xa9a7);
    let share_tokens = dice.chance(300);
    let settings = Settings {
        share_tokens,
        channel: !share_tokens && dice.chance(700),
        locks: dice.chance(700),
        ..TOKEN_MODE
    };
    let mut world = World::new(seed, settings, network(&mut dice));
    for _ in 0..dice.between(1, 5) {
        let tab = world.open_tab();
        sign_in(&mut world, tab);
    }
    world
}

/// Whoever's family lives is signed in, and nobody else.
fn check(world: &World) {
    world.fail_if_lost();
    let seed = world.seed;
    for tab in world.open_tabs() {
        let known = &world.tabs[tab];
        let session = known.machine.session();
        let lives = |family: usize| world.server.families[family].end.is_none();
        let expected = known.held.is_some_and(lives);
        assert_eq!(session.is_signed_in(), expected, "seed {seed}: tab {tab}");
        assert!(
            matches!(
                session,
                Session::SignedIn { stale: false, .. } | Session::SignedOut { .. }
            ),
            "seed {seed}: tab {tab} is {session:?}"
        );
        assert!(known.waiting.is_empty(), "seed {seed}: tab {tab} waits");
    }
}

#[test]
fn each_tab_keeps_its_own_sign_in() {
    for seed in seeds("tokens of each tab's own") {
        let mut world = world(seed);
        let end = world.now + HOUR;
        world.plan(20, end);
        let when = world.rng.between(world.now, end);
        world.run(when, &mut World::everyday);
        let open = world.open_tabs();
        let tab = open[world.rng.index(open.len())];
        world.thaw(tab);
        let leaves = world.rng.chance(500) && world.tabs[tab].held.is_some();
        if leaves {
            world.signed_out.extend(world.tabs[tab].held);
            world.tell(tab, Event::SignedOut);
        }
        world.run(end, &mut World::everyday);
        world.calm();
        check(&world);
        // Who signs out of one tab is out of all that can hear of it.
        if leaves && world.settings.channel {
            for tab in world.open_tabs() {
                let held = world.tabs[tab].held;
                assert_eq!(held, None, "seed {seed}: tab {tab} is still signed in");
            }
        }
    }
}

#[test]
fn a_sign_out_that_names_nothing_signs_nobody_out() {
    for share_tokens in [true, false] {
        let settings = Settings {
            share_tokens,
            ..TOKEN_MODE
        };
        let mut world = World::new(1, settings, CALM);
        let tab = world.open_tab();
        sign_in(&mut world, tab);
        let settled = world.now + 5_000;
        world.run(settled, &mut |_| {});
        let nobody = Message::SignedOut {
            id: None,
            chain: None,
        };
        world.tell(tab, Event::Message(nobody));
        assert!(world.tabs[tab].machine.session().is_signed_in());
    }
}
