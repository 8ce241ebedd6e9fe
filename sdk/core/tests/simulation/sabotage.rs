//! The referee whistles: for each rule a world in which it is broken on purpose.

use crate::tokens::sign_in;
use crate::weather::{CALM, TOKEN_MODE};
use crate::world::{Action, Faults, Sabotage, World};
use crate::zero;
use portcullis_core::{Event, Machine, Settings};

const HOUR: i64 = 3_600_000;
const RUNS: usize = 100;

/// In how many of a hundred runs something was said that contains `what`.
fn whistled(what: &str, mut run: impl FnMut(u64) -> World) -> usize {
    let said = |world: &World| world.referee.lost.iter().any(|lost| lost.contains(what));
    (0..RUNS as u64).filter(|seed| said(&run(*seed))).count()
}

#[test]
fn tabs_that_ignore_the_lock_are_seen_to_refresh_together_and_to_lose_their_session() {
    let run = |seed| {
        let mut world = zero::world(seed);
        world.sabotage = Sabotage::LockForAll;
        let end = world.now + HOUR;
        world.plan(40, end);
        world.run(end, &mut zero::careful);
        world
    };
    assert!(whistled("refreshes while tab", run) > RUNS / 2);
    assert!(whistled("was spent at", run) > RUNS / 2);
}

#[test]
fn tabs_without_locks_are_seen_to_lose_their_session_where_there_is_no_retry_window() {
    let run = |seed| {
        let faults = Faults {
            lose_response: 400,
            delay: 1_000,
            ..CALM
        };
        let settings = Settings {
            locks: false,
            ..TOKEN_MODE
        };
        let mut world = World::new(seed, settings, faults);
        world.server.window = 0;
        let tab = world.open_tab();
        sign_in(&mut world, tab);
        for _ in 0..4 {
            world.open_tab();
        }
        let end = world.now + HOUR;
        world.run(end, &mut |_| {});
        world
    };
    assert!(whistled("was spent at", run) > RUNS / 2);
}

#[test]
fn two_successors_of_one_token_are_seen() {
    let run = |seed| {
        let faults = Faults { delay: 60, ..CALM };
        let settings = Settings {
            locks: false,
            ..TOKEN_MODE
        };
        let mut world = World::new(seed, settings, faults);
        world.server.forgetful = true;
        let tab = world.open_tab();
        sign_in(&mut world, tab);
        for _ in 0..4 {
            world.open_tab();
        }
        let end = world.now + HOUR;
        world.run(end, &mut |_| {});
        world
    };
    assert!(whistled("where another tab has", run) > RUNS / 2);
}

/// A tab that is put back to what it was `ago`, as a machine would be that forgets.
fn put_back(seed: u64, between: impl Fn(&mut World, usize)) -> World {
    let mut world = World::new(seed, TOKEN_MODE, CALM);
    let tab = world.open_tab();
    sign_in(&mut world, tab);
    let time = world.now + 10_000;
    world.run(time, &mut |_| {});
    let before: Machine = world.tabs[tab].machine.clone();
    between(&mut world, tab);
    world.tabs[tab].machine = before;
    world.need_token(tab);
    let time = world.now + 20 * 60_000;
    world.run(time, &mut |_| {});
    world
}

#[test]
fn a_tab_that_goes_back_to_older_tokens_is_seen() {
    let run = |seed| {
        put_back(seed, |world, tab| {
            let rejected = Some(0);
            world.tell(
                tab,
                Event::NeedToken {
                    waiter: 7,
                    rejected,
                },
            );
            let time = world.now + 10_000;
            world.run(time, &mut |_| {});
        })
    };
    assert_eq!(whistled("uses the stale", run), RUNS);
    assert_eq!(whistled("is back at generation", run), RUNS);
}

#[test]
fn a_tab_that_is_signed_in_again_by_what_was_under_way_is_seen() {
    let run = |seed| put_back(seed, |world, tab| world.tell(tab, Event::SignedOut));
    assert_eq!(whistled("uses the stale", run), RUNS);
    assert_eq!(whistled("is back at generation", run), RUNS);
    // The session was over for the server as well: nobody is seen twice.
    let run = |seed| {
        put_back(seed, |world, tab| {
            world.signed_out.extend(world.tabs[tab].held);
            let keeps = world.tabs[tab].machine.clone();
            world.tell(tab, Event::SignedOut);
            world.tabs[tab].machine = keeps;
            world.tell(tab, Event::Tick);
        })
    };
    assert_eq!(whistled("again, which was over", run), RUNS);
}

#[test]
fn a_tab_that_does_not_cool_down_is_seen() {
    let run = |seed| {
        let mut world = World::new(seed, TOKEN_MODE, CALM);
        let tab = world.open_tab();
        sign_in(&mut world, tab);
        let time = world.now + 10_000;
        world.run(time, &mut |_| {});
        world.go_down(HOUR);
        for step in 0..6_000 {
            let time = world.now + step * 100;
            world.at(time, Action::Tell(tab, Event::Online(true)));
        }
        let end = world.now + 12 * 60_000;
        world.run(end, &mut |_| {});
        world
    };
    assert_eq!(whistled("in a minute", run), RUNS);
}

#[test]
fn a_token_that_has_expired_is_seen_to_be_handed_out() {
    let run = |seed| {
        let mut world = World::new(seed, TOKEN_MODE, CALM);
        let tab = world.open_tab();
        sign_in(&mut world, tab);
        let time = world.now + 10_000;
        world.run(time, &mut |_| {});
        // The device sleeps, and no clock says so.
        world.mono_sleeps = true;
        world.sleep(HOUR);
        world.wall_skew -= HOUR;
        world.set_back = false;
        world.need_token(tab);
        world
    };
    let seen = whistled("which has expired", run);
    assert!(seen > RUNS / 2, "{seen}");
}
