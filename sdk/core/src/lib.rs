//! The sans-IO client machine: restoring a session, refreshing tokens, agreeing between tabs and
//! living with wrong clocks, all as pure state.
//!
//! Events go in, effects come out; nothing here reads a clock, touches the network or knows what
//! a browser is. That is what lets the simulations in `tests/` run fifty tabs, lost responses and
//! sleeping laptops by the thousand.

mod answers;
pub mod base64url;
mod clock;
pub mod event;
mod look;
mod machine;
pub mod message;
pub mod redirect;
mod refresh;
mod revoke;
pub mod session;
mod stream;
pub mod tokens;

pub use event::{Effect, Event, Now};
pub use machine::{Machine, Settings};
pub use session::{Session, SignedOutReason};
