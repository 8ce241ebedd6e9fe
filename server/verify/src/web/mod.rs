//! Verifying in front of handlers: a tower layer, an extractor, and what is answered.

mod layer;
mod rejection;
mod verified;

pub use layer::{VerifyLayer, VerifyService};
pub use rejection::Rejection;
pub use verified::{MissingLayer, Verified};
