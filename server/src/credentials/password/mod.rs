//! Passwords: hashing, what makes a good one, signing in with one, changing it and setting
//! another where it was forgotten.

pub(crate) mod change;
pub(crate) mod hashing;
pub(crate) mod policy;
pub(crate) mod reset;
pub(crate) mod sign_in;
