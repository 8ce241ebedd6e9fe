//! What is kept in place of codes that people type: too few bits for a hash to hide, so a key that
//! is not in the database goes in as well.

use aws_lc_rs::hmac;
use portcullis_domain::SecretHash;

/// Makes one value of each text, for one purpose.
pub(crate) struct Mac(hmac::Key);

impl Mac {
    /// With 32 bytes of full entropy.
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// HMAC-SHA-256.
    pub(crate) fn of(&self, text: &str) -> SecretHash {
        let mut out = [0_u8; 32];
        out.copy_from_slice(hmac::sign(&self.0, text.as_bytes()).as_ref());
        SecretHash(out)
    }
}
