//! Nonces for proofs (RFC 9449 section 8): made from the time, and not kept.

use aws_lc_rs::{constant_time, hmac};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use portcullis_types::Timestamp;

/// For how long one nonce is handed out, in milliseconds. It is good for as long again.
const EPOCH_MS: i64 = 60_000;

/// Makes and checks nonces. With a key that is made at each start no proof from before is good after
/// it, which is as well, since what was replayed is forgotten then.
pub(super) struct Nonces(hmac::Key);

impl Nonces {
    pub(super) fn new(key: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// The nonce to use from now on.
    pub(super) fn current(&self, now: Timestamp) -> String {
        self.of(now.0.div_euclid(EPOCH_MS))
    }

    /// Whether a nonce was handed out in the last one to two minutes.
    pub(super) fn is_good(&self, nonce: &str, now: Timestamp) -> bool {
        let epoch = now.0.div_euclid(EPOCH_MS);
        let is = |epoch| {
            let real = self.of(epoch);
            constant_time::verify_slices_are_equal(real.as_bytes(), nonce.as_bytes()).is_ok()
        };
        is(epoch) || is(epoch - 1)
    }

    fn of(&self, epoch: i64) -> String {
        let tag = hmac::sign(&self.0, &epoch.to_be_bytes());
        // 128 bits are beyond guessing, and the header stays short.
        URL_SAFE_NO_PAD.encode(tag.as_ref().split_at(16).0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc9449_8_a_nonce_is_good_for_one_to_two_minutes_on_one_server() {
        let (here, there) = (Nonces::new(&[1; 32]), Nonces::new(&[2; 32]));
        let nonce = here.current(Timestamp(EPOCH_MS * 10));
        assert_eq!(nonce, here.current(Timestamp(EPOCH_MS * 11 - 1)));
        assert_ne!(nonce, here.current(Timestamp(EPOCH_MS * 11)));
        for (at, good) in [(10, true), (11, true), (12, false), (9, false)] {
            assert_eq!(here.is_good(&nonce, Timestamp(EPOCH_MS * at)), good, "{at}");
        }
        assert!(here.is_good(&nonce, Timestamp(EPOCH_MS * 12 - 1)));
        assert!(!there.is_good(&nonce, Timestamp(EPOCH_MS * 10)));
        assert!(!here.is_good("", Timestamp(EPOCH_MS * 10)));
    }
}
