//! The operating system's randomness.

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use portcullis_domain::Rng;

/// The cryptographically secure generator that the binary uses.
#[derive(Debug, Default)]
pub struct SystemRng(SystemRandom);

impl Rng for SystemRng {
    fn fill(&self, bytes: &mut [u8]) {
        if self.0.fill(bytes).is_err() {
            // Going on would hand out guessable secrets.
            tracing::error!("the operating system delivers no random bytes; stopping");
            std::process::abort();
        }
    }
}
