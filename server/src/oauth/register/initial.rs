//! What applications register themselves with (RFC 7591 section 3, "initial access token"): how it is
//! made, and what is shown of it afterwards.

use portcullis_domain::{
    RegistrationTokenId, Rng, SecretToken, Timestamp, TokenKind, UserId, registration::InitialToken,
};
use portcullis_types::registration::{RegistrationTokenRequest, RegistrationTokenView};

use crate::crypto::token;

/// Longest life of a token in seconds: 30 days.
pub(crate) const LONGEST: u32 = 30 * 24 * 3600;
/// Most applications that may register with one.
pub(crate) const MOST_USES: u32 = 1000;
/// How much of the random part is shown: which of a few it is, and no help to who guesses the rest.
const SHOWN: usize = 4;

/// A field, and the most that it may be.
pub(crate) struct OutOfBounds(pub(crate) &'static str, pub(crate) u32);

/// A token, shown once, and what is kept of it beside its hash.
pub(crate) fn make(
    rng: &dyn Rng,
    now: Timestamp,
    request: &RegistrationTokenRequest,
    made_by: Option<UserId>,
) -> Result<(SecretToken, InitialToken), OutOfBounds> {
    for (field, value, most) in [
        ("uses", request.uses, MOST_USES),
        ("seconds", request.seconds, LONGEST),
    ] {
        if !(1..=most).contains(&value) {
            return Err(OutOfBounds(field, most));
        }
    }
    let token = token::generate(rng, TokenKind::InitialAccess);
    let shown = TokenKind::InitialAccess.prefix().len() + SHOWN;
    let kept = InitialToken {
        id: RegistrationTokenId(rng.uuid_at(now)),
        prefix: token.expose().chars().take(shown).collect(),
        uses: request.uses,
        uses_left: request.uses,
        made_by,
        created_at: now,
        expires_at: now.plus_seconds(request.seconds.into()),
        last_used_at: None,
    };
    Ok((token, kept))
}

/// What an admin sees of it.
pub(crate) fn view(token: InitialToken) -> RegistrationTokenView {
    RegistrationTokenView {
        id: token.id,
        prefix: token.prefix,
        uses: token.uses,
        uses_left: token.uses_left,
        made_by: token.made_by,
        created_at: token.created_at,
        expires_at: token.expires_at,
        last_used_at: token.last_used_at,
    }
}
