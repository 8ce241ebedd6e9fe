//! Tokens that pass, and all the ways in which they should not.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail as tests do"
)]

mod attacks;
mod certificates;
mod chain;
mod claims;
mod discovery;
mod dpop;
mod forms;
mod layer;
mod mutated;
mod revocation;
mod shared_secret;
mod support;
