//! Cookie mode, simulated: tabs share a cookie, one of them listens to the server for all, and
//! once things have settled every tab shows what the cookie is worth.

use crate::rng::Rng;
use crate::seeds;
use crate::server::End;
use crate::weather::{CALM, COOKIE_MODE, network};
use crate::world::{Faults, World};
use portcullis_core::{Event, Session, Settings, SignedOutReason};
use portcullis_types::ErrorCode;
use portcullis_types::events::EventKind;

const HOUR: i64 = 3_600_000;
/// The user signs in at `tab`: the cookie is another one from now on, the session before it over.
fn sign_in(world: &mut World, tab: usize) {
    if let Some(before) = world.server.cookie {
        world.server.end(before, End::User);
        world.push_event(before, EventKind::Ended);
    }
    let family = world.server.sign_in();
    world.server.cookie = Some(family);
    let answer = world.server.answer(Some(family), world.now);
    world.tell(tab, Event::SignedIn(answer.into()));
}

fn sign_out(world: &mut World, tab: usize) {
    if let Some(family) = world.server.cookie.take() {
        world.server.end(family, End::User);
        world.signed_out.push(family);
        // The tab may not know yet which session it is in.
        let shown = world.tabs[tab].held;
        world.signed_out.extend(shown);
        world.push_event(family, EventKind::Ended);
        world.tell(tab, Event::SignedOut);
    }
}

fn change_roles(world: &mut World) {
    if let Some(family) = world.server.cookie {
        world.server.families[family].version += 1;
        world.push_event(family, EventKind::Changed);
    }
}

fn end_session(world: &mut World) {
    if let Some(family) = world.server.cookie {
        world.server.end(family, End::Server);
        world.push_event(family, EventKind::Ended);
    }
}

/// What a user, an admin and an ordinary day do.
fn life(world: &mut World) {
    let open = world.open_tabs();
    let tab = open[world.rng.index(open.len())];
    match world.rng.between(0, 12) {
        0 => {
            world.thaw(tab);
            sign_in(world, tab);
        }
        1 => {
            world.thaw(tab);
            sign_out(world, tab);
        }
        2 | 3 => change_roles(world),
        4 => end_session(world),
        5 => world.tell(tab, Event::Refused(ErrorCode::NotAuthenticated)),
        6 => world.tell(tab, Event::StreamClosed),
        _ => world.everyday(),
    }
}

#[test]
fn every_tab_ends_up_with_what_the_cookie_is_worth() {
    for seed in seeds("cookies") {
        let mut dice = Rng::new(seed ^ 0xc00c);
        let settings = Settings {
            locks: dice.chance(700),
            channel: dice.chance(900),
            ..COOKIE_MODE
        };
        let faults = Faults {
            lose_request: dice.between(0, 200),
            lose_response: dice.between(0, 200),
            ..network(&mut dice)
        };
        let mut world = World::new(seed, settings, faults);
        let tab = world.open_tab();
        sign_in(&mut world, tab);
        for _ in 0..world.rng.between(0, 4) {
            world.open_tab();
        }
        let end = world.now + HOUR / 2;
        world.plan(30, end);
        world.run(end, &mut life);
        world.calm();
        world.check_agreement();
    }
}

#[test]
fn a_role_taken_away_closes_the_gates_of_all_tabs_within_a_second() {
    for seed in seeds("roles") {
        let mut world = World::new(seed, COOKIE_MODE, CALM);
        let first = world.open_tab();
        sign_in(&mut world, first);
        for _ in 1..20 {
            world.open_tab();
        }
        let settled = world.now + 2_000;
        world.run(settled, &mut |_| {});
        world.check_agreement();
        assert_eq!(world.streams(), 1, "seed {seed}");
        for round in 0..3 {
            change_roles(&mut world);
            let second = world.now + 1_000;
            world.run(second, &mut |_| {});
            world.check_agreement();
            // The tab that listened is closed: another one takes its place.
            if round == 1 {
                let leader = world.locks[0].holder.unwrap();
                world.close_tab(leader);
                let settled = world.now + 1_000;
                world.run(settled, &mut |_| {});
                assert_eq!(world.streams(), 1, "seed {seed}");
            }
        }
        end_session(&mut world);
        let second = world.now + 1_000;
        world.run(second, &mut |_| {});
        world.check_agreement();
        assert_eq!(world.streams(), 0, "seed {seed}");
    }
}

/// The server tells its stream before it answers the tab that has asked for it.
#[test]
fn a_sign_out_is_one_in_every_tab_even_where_the_server_was_heard_first() {
    for seed in seeds("sign-out") {
        let mut world = World::new(seed, COOKIE_MODE, CALM);
        let first = world.open_tab();
        sign_in(&mut world, first);
        for _ in 0..world.rng.between(1, 5) {
            world.open_tab();
        }
        let settled = world.now + 2_000;
        world.run(settled, &mut |_| {});
        let family = world.server.cookie.unwrap();
        end_session(&mut world);
        world.server.cookie = None;
        world.signed_out.push(family);
        let heard = world.now + 1_000;
        world.run(heard, &mut |_| {});
        let open = world.open_tabs();
        let says = |world: &World, reason| {
            for tab in &open {
                let session = world.tabs[*tab].machine.session();
                let wanted = Session::SignedOut { reason };
                assert_eq!(*session, wanted, "seed {seed}: tab {tab}");
            }
        };
        says(&world, SignedOutReason::Ended);
        let tab = open[world.rng.index(open.len())];
        world.tell(tab, Event::SignedOut);
        let told = world.now + 1_000;
        world.run(told, &mut |_| {});
        says(&world, SignedOutReason::SignedOut);
        // Whoever signs in afterwards is not signed out by it.
        sign_in(&mut world, tab);
        let settled = world.now + 2_000;
        world.run(settled, &mut |_| {});
        world.calm();
        world.check_agreement();
    }
}

#[test]
fn elevation_in_one_tab_never_shows_another_one_as_signed_out() {
    for seed in seeds("elevation") {
        let faults = Faults {
            delay: 1_000,
            ..CALM
        };
        let mut world = World::new(seed, COOKIE_MODE, faults);
        let first = world.open_tab();
        sign_in(&mut world, first);
        let second = world.open_tab();
        for _ in 0..20 {
            let wait = world.rng.between(10, 3_000);
            let time = world.now + wait;
            world.run(time, &mut |_| {});
            let tab = if world.rng.chance(500) { first } else { second };
            if world.rng.chance(500) {
                world.tell(tab, Event::Look);
            } else {
                sign_in(&mut world, tab);
            }
            for tab in [first, second] {
                let session = world.tabs[tab].machine.session();
                let out = matches!(session, Session::SignedOut { .. });
                assert!(!out, "seed {seed}: tab {tab} is {session:?}");
            }
        }
        world.calm();
        world.check_agreement();
    }
}

#[test]
fn an_unreachable_server_signs_nobody_out() {
    let mut world = World::new(1, COOKIE_MODE, CALM);
    let tab = world.open_tab();
    sign_in(&mut world, tab);
    let time = world.now + 10_000;
    world.run(time, &mut |_| {});
    world.down_until = world.now + HOUR;
    world.tell(tab, Event::Look);
    let time = world.now + HOUR / 2;
    world.run(time, &mut |_| {});
    let session = world.tabs[tab].machine.session().clone();
    assert!(
        matches!(session, Session::SignedIn { stale: true, .. }),
        "{session:?}"
    );
    // A page that is opened meanwhile knows that it knows nothing.
    let late = world.open_tab();
    let time = world.now + 10_000;
    world.run(time, &mut |_| {});
    assert_eq!(*world.tabs[late].machine.session(), Session::Unreachable);
    world.down_until = 0;
    world.calm();
    world.check_agreement();
}

#[test]
fn a_page_that_comes_back_shows_what_has_become_of_the_session() {
    let mut world = World::new(4, COOKIE_MODE, CALM);
    let tab = world.open_tab();
    sign_in(&mut world, tab);
    let time = world.now + 3_000;
    world.run(time, &mut |_| {});
    // Nothing of it was heard here: no message and no stream.
    let before = world.server.cookie.take();
    world.server.end(before.unwrap(), End::User);
    world.tell(tab, Event::Restored(true));
    let time = world.now + 1_000;
    world.run(time, &mut |_| {});
    assert!(!world.tabs[tab].machine.session().is_signed_in());
    // Nor that somebody has signed in on another page.
    world.server.cookie = Some(world.server.sign_in());
    world.tell(tab, Event::Restored(true));
    let time = world.now + 1_000;
    world.run(time, &mut |_| {});
    assert!(world.tabs[tab].machine.session().is_signed_in());
}

#[test]
fn step_up_is_shown_until_the_user_has_confirmed_or_declined() {
    let mut world = World::new(2, COOKIE_MODE, CALM);
    let tab = world.open_tab();
    sign_in(&mut world, tab);
    let asks = |world: &mut World| {
        world.tell(tab, Event::Refused(ErrorCode::StepUpRequired));
        let time = world.now + 3_000;
        world.run(time, &mut |_| {});
        matches!(world.tabs[tab].machine.session(), Session::StepUp { .. })
    };
    assert!(asks(&mut world));
    // Looking again does not confirm anything.
    world.tell(tab, Event::Look);
    let time = world.now + 3_000;
    world.run(time, &mut |_| {});
    assert!(matches!(
        world.tabs[tab].machine.session(),
        Session::StepUp { .. }
    ));
    world.tell(tab, Event::StepUpCancelled);
    assert!(matches!(
        world.tabs[tab].machine.session(),
        Session::SignedIn { .. }
    ));
    assert!(asks(&mut world));
    sign_in(&mut world, tab);
    assert!(matches!(
        world.tabs[tab].machine.session(),
        Session::SignedIn { .. }
    ));
}

#[test]
fn nobody_is_signed_in_where_there_is_no_session() {
    let mut world = World::new(3, COOKIE_MODE, CALM);
    let tab = world.open_tab();
    let time = world.now + 3_000;
    world.run(time, &mut |_| {});
    let reason = SignedOutReason::Anonymous;
    assert_eq!(
        *world.tabs[tab].machine.session(),
        Session::SignedOut { reason }
    );
    assert!(world.tabs[tab].machine.permissions().is_empty());
    assert_eq!(
        world.tabs[tab].machine.next_deadline(),
        None,
        "there is nothing to wait for"
    );
}
