//! Sealed boxes: AES-256-GCM under a key that is derived for one purpose only.

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, RandomizedNonceKey},
    hkdf::{HKDF_SHA256, KeyType, Salt},
};

const NONCE: usize = 12;

struct Length32;

impl KeyType for Length32 {
    fn len(&self) -> usize {
        32
    }
}

/// A key that serves this purpose alone (HKDF-SHA-256, RFC 5869), from a secret of full entropy.
pub(super) fn derive(secret: &[u8], purpose: &str) -> Option<[u8; 32]> {
    let prk = Salt::new(HKDF_SHA256, b"portcullis").extract(secret);
    let mut key = [0_u8; 32];
    prk.expand(&[purpose.as_bytes()], Length32)
        .ok()?
        .fill(&mut key)
        .ok()?;
    Some(key)
}

/// Seals and opens boxes of one purpose.
pub(crate) struct Sealer(RandomizedNonceKey);

impl Sealer {
    /// Derives the key (HKDF-SHA-256, RFC 5869) from a secret of full entropy. Two purposes never
    /// share a key. `None` only if the library refuses, which it does not for these lengths.
    pub(crate) fn derive(secret: &[u8], purpose: &str) -> Option<Self> {
        let key = derive(secret, purpose)?;
        RandomizedNonceKey::new(&AES_256_GCM, &key).ok().map(Self)
    }

    /// Seals `plain`; it opens only with the same `context`.
    pub(crate) fn seal(&self, plain: &[u8], context: &[u8]) -> Option<Vec<u8>> {
        let mut body = plain.to_vec();
        let nonce = self
            .0
            .seal_in_place_append_tag(Aad::from(context), &mut body)
            .ok()?;
        let mut sealed = nonce.as_ref().to_vec();
        sealed.append(&mut body);
        Some(sealed)
    }

    /// Opens a box; `None` if it was altered, made for another context or under another key.
    pub(crate) fn open(&self, sealed: &[u8], context: &[u8]) -> Option<Vec<u8>> {
        let (nonce, body) = sealed.split_at_checked(NONCE)?;
        let nonce = aws_lc_rs::aead::Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut body = body.to_vec();
        let length = self
            .0
            .open_in_place(nonce, Aad::from(context), &mut body)
            .ok()?
            .len();
        body.truncate(length);
        Some(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_opens_only_as_it_was_sealed() {
        let sealer = Sealer::derive(&[7; 32], "a").unwrap();
        let closed = sealer.seal(b"secret", b"for ada").unwrap();
        assert_eq!(sealer.open(&closed, b"for ada").unwrap(), b"secret");
        assert!(sealer.open(&closed, b"for eve").is_none());
        assert!(
            Sealer::derive(&[7; 32], "b")
                .unwrap()
                .open(&closed, b"for ada")
                .is_none()
        );
        for at in 0..closed.len() {
            let mut altered = closed.clone();
            altered[at] ^= 1;
            assert!(sealer.open(&altered, b"for ada").is_none());
        }
        assert!(sealer.open(&[], b"for ada").is_none());
    }
}
