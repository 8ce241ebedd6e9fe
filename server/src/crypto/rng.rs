//! The operating system's randomness.

use portcullis_domain::Rng;

/// The cryptographically secure generator that the binary uses: the system's own, asked directly.
/// The one of aws-lc first measures the processor's jitter, which takes tens of milliseconds, and
/// is left to those operations of it that need it.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRng(());

impl Rng for SystemRng {
    fn fill(&self, bytes: &mut [u8]) {
        if getrandom::fill(bytes).is_err() {
            // Going on would hand out guessable secrets.
            tracing::error!("the operating system delivers no random bytes; stopping");
            std::process::abort();
        }
    }
}
