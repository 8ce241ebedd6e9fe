//! The wire contract between the Portcullis server and its clients: typed ids, the bodies of
//! every request and answer, error codes and paths.
//!
//! Both halves compile this crate, so a field renamed on one side fails to build on the other.
//! It does no I/O and knows neither axum nor the browser.

pub mod about;
pub mod account;
pub mod admin;
pub mod authz;
pub mod client;
pub mod consent;
pub mod device;
pub mod events;
pub mod id;
pub mod keys;
pub mod mail;
pub mod notes;
pub mod oauth;
pub mod passkey;
pub mod paths;
pub mod problem;
pub mod profile;
pub mod registration;
pub mod revocation;
pub mod session;
pub mod time;
pub mod totp;

pub use id::{
    FamilyId, NoteId, PasskeyId, RegistrationTokenId, RequestId, SessionId, TotpId, UserId,
};
pub use problem::{ErrorCode, Problem};
pub use session::{SessionAnswer, SessionView, UserView};
pub use time::Timestamp;
