//! Recovery codes: ten codes on paper, each good once in place of an authenticator app.
//!
//! A code has 80 bits. What is kept is what a key that is not in the database makes of it and its user.

use axum::{Json as Answer, http::HeaderMap, response::Response};
use portcullis_domain::{AuditEvent, Rng, SecretHash, UserId, audit::AuditKind, sign_in::Spend};
use portcullis_types::{
    ErrorCode, Problem, SessionAnswer,
    totp::{CodeSignInRequest, Factor, RecoveryCodes},
};

use crate::{
    app::{App, Handle},
    http::{
        actor::BrowserSession,
        body::Json,
        caller::Caller,
        errors::{ApiError, ApiResult},
    },
    sessions::sign_in::{self, Look},
};

/// How many there are.
const CODES: usize = 10;
/// Digits and letters without those that look like others, or make words.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Letters of a code: five bits each.
const LENGTH: usize = 16;
/// Letters in a group.
const GROUP: usize = 4;

/// Fresh codes, as they are shown.
pub(crate) fn generate(rng: &dyn Rng) -> Vec<String> {
    let code = || {
        let mut bytes = [0_u8; LENGTH];
        rng.fill(&mut bytes);
        // 256 is a multiple of 32: no letter is favoured.
        let letters = bytes.map(|byte| char::from(LETTERS[usize::from(byte % 32)]));
        let groups = letters.chunks(GROUP).map(|group| group.iter().collect());
        groups.collect::<Vec<String>>().join("-")
    };
    (0..CODES).map(|_| code()).collect()
}

/// A code as somebody typed it; whatever is no letter or digit does not count. `None` if it cannot be
/// one.
fn parse(typed: &str) -> Option<String> {
    if typed.len() > 64 {
        return None;
    }
    let letters = typed.chars().filter(char::is_ascii_alphanumeric);
    let code: String = letters
        .map(|letter| match letter.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            letter => letter,
        })
        .collect();
    let is_ours = |b: u8| LETTERS.contains(&b);
    (code.len() == LENGTH && code.bytes().all(is_ours)).then_some(code)
}

/// What is kept of a user's code.
fn hash(app: &App, user: UserId, code: &str) -> SecretHash {
    app.recovery_codes.of(&format!("{user} {code}"))
}

/// What is kept of codes that are shown.
pub(crate) fn kept(app: &App, user: UserId, codes: &[String]) -> Vec<SecretHash> {
    let parsed = codes.iter().filter_map(|code| parse(code));
    parsed.map(|code| hash(app, user, &code)).collect()
}

/// An event of somebody's own account.
pub(crate) fn event(caller: &Caller, browser: &BrowserSession, kind: AuditKind) -> AuditEvent {
    let mut audit = caller.audit(kind);
    audit.actor = Some(browser.user_id());
    audit.subject = audit.actor;
    audit.session = Some(browser.session.id());
    audit
}

/// Makes other recovery codes in place of those of before.
#[utoipa::path(post, path = "/api/auth/recovery-codes", tag = "second factors",
    responses((status = 200, body = RecoveryCodes, description = "They are never shown again."),
              (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 409, body = Problem)))]
pub(crate) async fn replace(
    app: Handle,
    caller: Caller,
    browser: BrowserSession,
) -> ApiResult<Answer<RecoveryCodes>> {
    browser.require_recent_proof(&app, caller.now)?;
    let user = browser.user_id();
    let codes = generate(&*app.rng);
    let audit = event(&caller, &browser, AuditKind::RecoveryCodesReplaced);
    let replaced = app
        .store
        .replace_recovery_codes(user, kept(&app, user, &codes), audit);
    if !replaced.await? {
        return Err(ApiError::new(
            ErrorCode::Conflict,
            "Recovery codes stand in for an authenticator app. Add one first.",
        ));
    }
    Ok(Answer(RecoveryCodes { codes }))
}

/// Finishes signing in with a recovery code, which is used up.
#[utoipa::path(post, path = "/api/auth/recovery-codes/sign-in", tag = "sign-in",
    request_body = CodeSignInRequest,
    responses((status = 200, body = SessionAnswer, description = "Signed in; the cookie is set."),
              (status = 401, body = Problem), (status = 422, body = Problem),
              (status = 429, body = Problem)))]
pub(crate) async fn sign_in(
    app: Handle,
    caller: Caller,
    headers: HeaderMap,
    Json(body): Json<CodeSignInRequest>,
) -> ApiResult<Response> {
    sign_in::finish(&app, &caller, &headers, &Typed(&body.code)).await
}

/// A code as it was typed.
struct Typed<'a>(&'a str);

impl Look for Typed<'_> {
    const FACTOR: Factor = Factor::RecoveryCode;

    async fn look(&self, app: &App, _: &Caller, user: UserId) -> ApiResult<Option<Spend>> {
        let code = parse(self.0).map(|code| hash(app, user, &code));
        Ok(code.map(Spend::RecoveryCode))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::crypto::SystemRng;

    #[test]
    fn asvs_6_5_3_codes_are_ten_and_different_and_read_however_they_are_typed() {
        let codes = generate(&SystemRng::default());
        assert_eq!(codes.iter().collect::<HashSet<_>>().len(), CODES);
        for code in &codes {
            assert_eq!(code.len(), 19);
            let plain = code.replace('-', "");
            let sloppy = code.to_lowercase().replace('0', "o").replace('1', "l");
            for typed in [code, &plain, &sloppy, &format!(" {code} ")] {
                assert_eq!(parse(typed).as_ref(), Some(&plain), "{typed}");
            }
        }
    }

    #[test]
    fn what_cannot_be_a_code_is_none() {
        for typed in [
            "",
            "287082",
            "AAAA-AAAA-AAAA-AAAU",
            &"A".repeat(17),
            &"A".repeat(99),
        ] {
            assert_eq!(parse(typed), None, "{typed}");
        }
    }
}
