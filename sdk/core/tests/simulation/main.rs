//! The client machine in a simulated world of tabs, clocks, networks and a server, by the hundred
//! thousand. What must hold is written down in [`referee`], what may go wrong in [`weather`].
//!
//! 100,000 seeds are run, each of them a world of its own, shared out among the simulations as
//! [`SHARES`] says. `PORTCULLIS_SIM_SEEDS=1000000` runs as many in all. A failure names its test and
//! its seed: `PORTCULLIS_SIM_SEED=17 cargo test -p portcullis-core --test simulation its_name` runs
//! that one again, and with `PORTCULLIS_SIM_TRACE=1` prints every event and effect.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests may fail loudly"
)]

mod apart;
mod browser;
mod chaos;
mod cookies;
mod late;
mod network;
mod outage;
mod referee;
mod rng;
mod sabotage;
mod server;
mod tokens;
mod weather;
mod world;
mod zero;

/// Of a thousand seeds, how many each simulation runs.
const SHARES: &[(&str, u64)] = &[
    ("anything goes wrong", 400),
    ("sign-out", 170),
    ("no retry window", 100),
    ("tokens of each tab's own", 50),
    ("tokens end", 50),
    ("signing in twice", 80),
    ("replay", 20),
    ("many tabs", 1),
    ("many tabs without locks", 1),
    ("outage", 18),
    ("wake", 40),
    ("cookies", 60),
    ("elevation", 8),
    ("roles", 2),
];

/// The seeds of a simulation.
fn seeds(simulation: &str) -> std::ops::Range<u64> {
    let number = |name| {
        std::env::var(name)
            .ok()
            .and_then(|text| text.parse::<u64>().ok())
    };
    if let Some(seed) = number("PORTCULLIS_SIM_SEED") {
        return seed..seed + 1;
    }
    let share = SHARES.iter().find(|(name, _)| *name == simulation);
    let share = share.map(|(_, share)| *share).unwrap();
    0..number("PORTCULLIS_SIM_SEEDS").unwrap_or(100_000) * share / 1_000
}

#[test]
fn every_seed_is_run() {
    assert_eq!(SHARES.iter().map(|(_, share)| share).sum::<u64>(), 1_000);
}
