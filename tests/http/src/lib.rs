//! What the HTTP tests are played with: a server to talk to, people with browsers, a passkey
//! device, an OAuth app, and a look into the database.
//!
//! Nothing here is a stand-in for the server: requests go over a socket to the real router, or to
//! the real program (see [`process`]).
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::return_self_not_must_use,
    reason = "a harness whose every failure is a failed test, and whose expectations chain"
)]

pub mod answer;
pub mod app;
pub mod authenticator;
pub mod browser;
pub mod call;
pub mod cbor;
pub mod clients;
pub mod database;
pub mod device;
pub mod events;
pub mod jwt;
pub mod mailbox;
pub mod mtls;
pub mod page;
pub mod people;
pub mod process;
pub mod prover;
pub mod race;
pub mod routes;
pub mod server;
pub mod signer;

pub use answer::Answer;
pub use app::App;
pub use browser::Browser;
pub use call::Call;
pub use device::{Algorithm, Device, Passkey};
pub use mailbox::Mailbox;
pub use page::Page;
pub use people::PASSWORD;
pub use process::Program;
pub use prover::Prover;
pub use race::all_at_once;
pub use server::Server;
pub use signer::Signer;
