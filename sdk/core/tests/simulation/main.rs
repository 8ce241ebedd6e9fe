//! The client machine in a simulated world of tabs, network, clocks and server, by the thousand.
//!
//! `PORTCULLIS_SIM_SEEDS=200000` runs that many seeds instead of the short form's 2,000;
//! `PORTCULLIS_SIM_SEED=17` runs one, the one a failure names, and with it
//! `PORTCULLIS_SIM_TRACE=1` prints every event and effect.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests may fail loudly"
)]

mod browser;
mod chaos;
mod cookies;
mod referee;
mod rng;
mod server;
mod tokens;
mod world;

/// The seeds to run.
fn seeds() -> std::ops::Range<u64> {
    let number = |name| {
        std::env::var(name)
            .ok()
            .and_then(|text| text.parse::<u64>().ok())
    };
    match number("PORTCULLIS_SIM_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("PORTCULLIS_SIM_SEEDS").unwrap_or(2_000),
    }
}
