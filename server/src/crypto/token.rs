//! Opaque tokens: 256 random bits in base64url behind a prefix, kept only as SHA-256.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use portcullis_domain::{Rng, SecretHash, SecretToken, TokenKind};

/// Length in characters of 32 bytes in base64url without padding.
const BODY: usize = 43;

/// A fresh token.
pub(crate) fn generate(rng: &dyn Rng, kind: TokenKind) -> SecretToken {
    let mut bytes = [0_u8; 32];
    rng.fill(&mut bytes);
    let mut text = String::with_capacity(kind.prefix().len() + BODY);
    text.push_str(kind.prefix());
    URL_SAFE_NO_PAD.encode_string(bytes, &mut text);
    SecretToken::new(text)
}

/// Takes a token as it came in; nothing that does not look like one reaches the database.
pub(crate) fn parse(kind: TokenKind, text: &str) -> Option<SecretToken> {
    let body = text.strip_prefix(kind.prefix())?;
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    (body.len() == BODY && body.bytes().all(plain)).then(|| SecretToken::new(text.to_owned()))
}

/// What is stored and looked up in place of a token.
pub(crate) fn hash(token: &SecretToken) -> SecretHash {
    SecretHash(sha256(token.expose().as_bytes()))
}

/// SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0_u8; 32];
    out.copy_from_slice(digest(&SHA256, bytes).as_ref());
    out
}

/// Base64url without padding, as JOSE and WebAuthn write bytes.
pub(crate) fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::SystemRng;

    #[test]
    fn a_token_reads_back_and_another_kind_does_not() {
        let token = generate(&SystemRng::default(), TokenKind::Session);
        assert!(parse(TokenKind::Session, token.expose()).is_some());
        assert!(parse(TokenKind::Refresh, token.expose()).is_none());
    }

    #[test]
    fn what_does_not_look_like_a_token_is_none() {
        for text in [
            "",
            "pc_ses_",
            "pc_ses_short",
            &format!("pc_ses_{}", "=".repeat(43)),
        ] {
            assert!(parse(TokenKind::Session, text).is_none(), "{text}");
        }
    }
}
