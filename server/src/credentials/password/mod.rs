//! Passwords: hashing, what makes a good one, signing in with one and changing it.

pub(crate) mod change;
pub(crate) mod hashing;
pub(crate) mod policy;
pub(crate) mod sign_in;
