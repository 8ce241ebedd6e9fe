//! The Portcullis browser client: who is signed in, signing in and out with passwords and
//! passkeys, OAuth with PKCE, and permission checks.
//!
//! This crate is for Leptos and other Rust in the browser; with the feature `npm` it is what the
//! package `@portcullis/sdk` loads. Decisions are made in `portcullis_core`, which knows no
//! browser; here is the thin layer that gives it one.
//!
//! ```no_run
//! # async fn example() {
//! use portcullis_sdk::{Auth, Config};
//!
//! let auth = Auth::new(Config::default());
//! auth.ready().await;
//! if !auth.session().is_signed_in() {
//!     let _ = auth.sign_in_with_password("ada@example.com", "correct horse battery", false).await;
//! }
//! assert!(auth.can("notes:write"));
//! # }
//! ```

mod account;
mod auth;
mod config;
mod convert;
mod driver;
mod error;
mod fetch;
mod http;
mod messages;
#[cfg(feature = "npm")]
pub mod npm;
mod passkeys;
mod platform;
mod redirect;
mod requests;
mod second_factor;
mod stream;
mod tabs;
#[cfg(all(test, target_arch = "wasm32"))]
#[expect(clippy::unwrap_used, reason = "helpers of tests may fail loudly")]
mod tests;
mod webauthn;
mod wire;

pub use auth::{Auth, Subscription};
pub use config::{Config, Mode};
pub use error::{AuthError, ErrorKind};
pub use passkeys::PasskeySignIn;
pub use portcullis_core::{Session, SignedOutReason};
pub use portcullis_policy as policy;
pub use portcullis_types as types;
