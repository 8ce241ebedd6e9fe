//! A server without retry window, to which a lost answer is a lost session: five tabs that work
//! together never present a refresh token twice, as long as every answer comes.

use portcullis_core::event::Lock;

use crate::browser::slot;
use crate::rng::Rng;
use crate::seeds;
use crate::tokens::sign_in;
use crate::weather::{TOKEN_MODE, network_with_answers};
use crate::world::World;
use portcullis_core::Event;

const HOUR: i64 = 3_600_000;

/// A world of five tabs.
pub(crate) fn world(seed: u64) -> World {
    let faults = network_with_answers(&mut Rng::new(seed ^ 0x2e0));
    let mut world = World::new(seed, TOKEN_MODE, faults);
    world.server.window = 0;
    let tab = world.open_tab();
    sign_in(&mut world, tab);
    for _ in 1..5 {
        world.open_tab();
    }
    world
}

/// Anything that loses no answer: no tab is closed, and the device does not sleep, while a refresh
/// is under way, and browsers do not freeze tabs that hold a lock or wait for one.
pub(crate) fn careful(world: &mut World) {
    let open = world.open_tabs();
    let tab = open[world.rng.index(open.len())];
    let idle = world.referee.flights.is_empty();
    let lock = &world.locks[slot(Lock::Refresh)];
    let locking = lock.holder == Some(tab) || lock.queue.contains(&tab);
    match world.rng.between(0, 13) {
        0 if open.len() < 6 => drop(world.open_tab()),
        1 if idle => world.close_tab(tab),
        2 if idle && !locking => world.freeze(tab),
        3 => world.thaw(tab),
        4 if idle => {
            let time = world.rng.between(1_000, HOUR);
            world.sleep(time);
        }
        5 => world.jump_clock(),
        6 => {
            let time = world.rng.between(500, 120_000);
            world.go_offline(time);
        }
        7 => {
            let time = world.rng.between(500, 60_000);
            world.go_down(time);
        }
        8 => world.rolling_restart(),
        9 => world.tell(tab, Event::Visible(world.tabs[tab].frozen)),
        _ => world.need_token(tab),
    }
}

#[test]
fn five_tabs_and_no_retry_window() {
    let mut refreshed = 0;
    for seed in seeds("no retry window") {
        let mut world = world(seed);
        let end = world.now + HOUR;
        world.plan(40, end);
        world.run(end, &mut careful);
        world.calm();
        world.check_agreement();
        assert_eq!(world.server.alive(), 1, "seed {seed}");
        refreshed += world.server.newest(0);
    }
    assert!(refreshed > 0);
}
