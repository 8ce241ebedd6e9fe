//! The little cryptography there is, all of it the library's: random tokens, their hashes, and
//! sealed boxes.

pub(crate) mod mac;
pub(crate) mod master_key;
pub(crate) mod rng;
pub(crate) mod seal;
pub(crate) mod token;

pub use master_key::MasterKey;
pub use rng::SystemRng;
