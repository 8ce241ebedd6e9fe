//! What may go wrong in a run: of the network, the clocks and the browser's means, by the dice.

use portcullis_core::Settings;

use crate::rng::Rng;
use crate::world::Faults;

const MINUTES: i64 = 60_000;
const HOURS: i64 = 60 * MINUTES;

pub(crate) const TOKEN_MODE: Settings = Settings {
    token_mode: true,
    channel: true,
    locks: true,
    share_tokens: true,
};
pub(crate) const COOKIE_MODE: Settings = Settings {
    token_mode: false,
    ..TOKEN_MODE
};
/// A network in which nothing is lost.
pub(crate) const CALM: Faults = Faults {
    lose_request: 0,
    lose_response: 0,
    duplicate: 0,
    server_error: 0,
    busy: 0,
    delay: 100,
};

/// A network of any quality.
pub(crate) fn network(dice: &mut Rng) -> Faults {
    Faults {
        lose_request: dice.between(0, 150),
        lose_response: dice.between(0, 150),
        duplicate: dice.between(0, 200),
        server_error: dice.between(0, 100),
        busy: dice.between(0, 50),
        delay: dice.between(20, 3_000),
    }
}

/// A network that may be slow and lose what is sent, but never an answer, and never doubles: all
/// that a server without retry window leaves room for.
pub(crate) fn network_with_answers(dice: &mut Rng) -> Faults {
    Faults {
        lose_response: 0,
        duplicate: 0,
        delay: dice.between(20, 1_000),
        ..network(dice)
    }
}

/// By how much a user's clock is wrong, and by how many millionths it gains.
pub(crate) fn wrong_clock(dice: &mut Rng) -> (i64, i64) {
    let skew = match dice.between(0, 6) {
        0 => 0,
        1 => 10 * MINUTES,
        2 => -10 * MINUTES,
        3 => 2 * HOURS,
        4 => -2 * HOURS,
        _ => dice.between(-3 * HOURS, 3 * HOURS),
    };
    let drift = if dice.chance(800) {
        0
    } else {
        dice.between(-20_000, 20_000)
    };
    (skew, drift)
}

/// By how much a user's clock jumps.
pub(crate) fn jump(dice: &mut Rng) -> i64 {
    match dice.between(0, 3) {
        0 => 10 * MINUTES,
        1 => -10 * MINUTES,
        _ => dice.between(-2 * HOURS, 2 * HOURS),
    }
}
