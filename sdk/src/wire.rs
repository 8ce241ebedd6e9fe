//! The contract's bodies to and from plain JavaScript objects, by hand, for the few that every
//! page needs.
//!
//! serde-wasm-bindgen does this for any type, and does it in [`Auth::request`](crate::Auth); for
//! these it would add tens of kilobytes to the npm package (docs/decisions/0004). Each function
//! builds or takes apart the contract's own struct, so that a field that is added or renamed there
//! does not compile here, and the tests hold the result against serde's.

use js_sys::Array;
use portcullis_core::base64url;
use portcullis_core::redirect::{IdClaims, Transaction};
use portcullis_types::oauth::TokenResponse;
use portcullis_types::{ErrorCode, Problem, SessionAnswer, SessionView, Timestamp, UserView};
use uuid::Uuid;
use wasm_bindgen::JsValue;

use crate::convert::{get, get_text, new_object, parse_json, set};
use crate::platform::millis;

pub(crate) fn text(object: &JsValue, name: &str) -> Option<String> {
    get_text(object, name)
}

pub(crate) fn integer(object: &JsValue, name: &str) -> Option<i64> {
    get(object, name).as_f64().map(millis)
}

fn time(object: &JsValue, name: &str) -> Option<Timestamp> {
    integer(object, name).map(Timestamp)
}

fn texts(object: &JsValue, name: &str) -> Option<Vec<String>> {
    let list = get(object, name);
    Array::is_array(&list).then(|| {
        Array::from(&list)
            .iter()
            .filter_map(|t| t.as_string())
            .collect()
    })
}

/// An id, which is a UUID in its usual form. Read by hand, since uuid's own reader brings along
/// how to describe what is wrong.
pub(crate) fn id(object: &JsValue, name: &str) -> Option<Uuid> {
    let text = text(object, name)?;
    let mut number = 0_u128;
    let mut digits = 0;
    for letter in text.bytes().filter(|letter| *letter != b'-') {
        let digit = match letter {
            b'0'..=b'9' => letter - b'0',
            b'a'..=b'f' => letter - b'a' + 10,
            b'A'..=b'F' => letter - b'A' + 10,
            _ => return None,
        };
        number = number << 4 | u128::from(digit);
        digits += 1;
    }
    (digits == 32).then(|| Uuid::from_u128(number))
}

/// An id as text, in its usual form.
pub(crate) fn id_text(id: Uuid) -> String {
    let mut text = String::with_capacity(36);
    for (at, byte) in id.as_bytes().iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from(if digit < 10 {
                b'0' + digit
            } else {
                b'a' + digit - 10
            }));
        }
    }
    text
}

pub(crate) fn put_text(object: &JsValue, name: &str, value: &str) {
    set(object, name, &JsValue::from_str(value));
}

/// JavaScript counts in doubles, which hold every integer that occurs here.
#[expect(
    clippy::cast_precision_loss,
    reason = "times and versions are below 2^53"
)]
pub(crate) fn put_integer(object: &JsValue, name: &str, value: i64) {
    set(object, name, &JsValue::from_f64(value as f64));
}

/// A request body of texts; those that are `None` are left out.
pub(crate) fn fields(fields: &[(&str, Option<&str>)]) -> JsValue {
    let object = new_object();
    for (name, value) in fields {
        if let Some(value) = value {
            put_text(&object, name, value);
        }
    }
    object
}

fn put_texts(object: &JsValue, name: &str, values: &[String]) {
    let list: Array = values
        .iter()
        .map(|value| JsValue::from_str(value))
        .collect();
    set(object, name, &list);
}

/// Reads a [`SessionAnswer`].
pub(crate) fn read_answer(answer: &JsValue) -> Option<Box<SessionAnswer>> {
    let server_time = time(answer, "server_time")?;
    let view = get(answer, "session");
    let session = if view.is_object() {
        Some(read_view(&view)?)
    } else {
        None
    };
    Some(Box::new(SessionAnswer {
        session,
        server_time,
    }))
}

fn read_view(view: &JsValue) -> Option<SessionView> {
    let user = get(view, "user");
    Some(SessionView {
        id: portcullis_types::SessionId(id(view, "id")?),
        user: UserView {
            id: portcullis_types::UserId(id(&user, "id")?),
            email: text(&user, "email")?,
            name: text(&user, "name")?,
            has_password: get(&user, "has_password").as_bool()?,
            created_at: time(&user, "created_at")?,
        },
        roles: texts(view, "roles")?,
        permissions: texts(view, "permissions")?,
        version: integer(view, "version")?,
        amr: texts(view, "amr")?,
        auth_time: time(view, "auth_time")?,
        idle_expires_at: time(view, "idle_expires_at")?,
        expires_at: time(view, "expires_at")?,
    })
}

/// The names in a view that are more than one word.
pub(crate) struct Names {
    has_password: &'static str,
    created_at: &'static str,
    auth_time: &'static str,
    idle_expires_at: &'static str,
    expires_at: &'static str,
}

/// As they are on the wire.
const ON_THE_WIRE: Names = Names {
    has_password: "has_password",
    created_at: "created_at",
    auth_time: "auth_time",
    idle_expires_at: "idle_expires_at",
    expires_at: "expires_at",
};

/// As JavaScript writes them.
#[cfg(feature = "npm")]
pub(crate) const IN_SCRIPTS: Names = Names {
    has_password: "hasPassword",
    created_at: "createdAt",
    auth_time: "authTime",
    idle_expires_at: "idleExpiresAt",
    expires_at: "expiresAt",
};

/// Writes a [`SessionView`].
pub(crate) fn write_view(view: &SessionView, names: &Names) -> JsValue {
    let SessionView {
        id,
        user:
            UserView {
                id: user_id,
                email,
                name,
                has_password,
                created_at,
            },
        roles,
        permissions,
        version,
        amr,
        auth_time,
        idle_expires_at,
        expires_at,
    } = view;
    let user = new_object();
    put_text(&user, "id", &id_text(user_id.0));
    put_text(&user, "email", email);
    put_text(&user, "name", name);
    set(
        &user,
        names.has_password,
        &JsValue::from_bool(*has_password),
    );
    put_integer(&user, names.created_at, created_at.0);
    let object = new_object();
    put_text(&object, "id", &id_text(id.0));
    set(&object, "user", &user);
    put_texts(&object, "roles", roles);
    put_texts(&object, "permissions", permissions);
    put_integer(&object, "version", *version);
    put_texts(&object, "amr", amr);
    put_integer(&object, names.auth_time, auth_time.0);
    put_integer(&object, names.idle_expires_at, idle_expires_at.0);
    put_integer(&object, names.expires_at, expires_at.0);
    object
}

/// Writes a [`SessionAnswer`].
pub(crate) fn write_answer(answer: &SessionAnswer) -> JsValue {
    let SessionAnswer {
        session,
        server_time,
    } = answer;
    let object = new_object();
    set(
        &object,
        "session",
        &session
            .as_ref()
            .map_or(JsValue::NULL, |view| write_view(view, &ON_THE_WIRE)),
    );
    put_integer(&object, "server_time", server_time.0);
    object
}

/// Reads a [`TokenResponse`].
pub(crate) fn read_tokens(answer: &JsValue) -> Option<Box<TokenResponse>> {
    Some(Box::new(TokenResponse {
        access_token: text(answer, "access_token")?,
        token_type: text(answer, "token_type")?,
        expires_in: u32::try_from(integer(answer, "expires_in")?).ok()?,
        refresh_token: text(answer, "refresh_token"),
        id_token: text(answer, "id_token"),
        scope: text(answer, "scope").unwrap_or_default(),
    }))
}

/// Reads a [`Problem`].
pub(crate) fn read_problem(body: &JsValue) -> Option<Problem> {
    Some(Problem {
        kind: text(body, "type")?,
        title: text(body, "title")?,
        status: u16::try_from(integer(body, "status")?).ok()?,
        detail: text(body, "detail")?,
        code: read_code(&text(body, "code")?),
        field: text(body, "field"),
        retry_after: integer(body, "retry_after").and_then(|seconds| seconds.try_into().ok()),
        rp_id: text(body, "rp_id"),
        // What a form offers next does not depend on it: the server refuses what is not held.
        factors: None,
    })
}

pub(crate) fn read_code(code: &str) -> ErrorCode {
    let known = ErrorCode::ALL.iter().find(|known| known.as_str() == code);
    known.copied().unwrap_or(ErrorCode::Unknown)
}

/// Writes a [`Transaction`].
pub(crate) fn write_transaction(transaction: &Transaction) -> JsValue {
    let Transaction {
        state,
        nonce,
        verifier,
        return_to,
    } = transaction;
    let object = new_object();
    put_text(&object, "state", state);
    put_text(&object, "nonce", nonce);
    put_text(&object, "verifier", verifier);
    put_text(&object, "return_to", return_to);
    object
}

/// Reads a [`Transaction`].
pub(crate) fn read_transaction(object: &JsValue) -> Option<Transaction> {
    Some(Transaction {
        state: text(object, "state")?,
        nonce: text(object, "nonce")?,
        verifier: text(object, "verifier")?,
        return_to: text(object, "return_to")?,
    })
}

/// Reads the claims of an ID token that are checked.
fn read_claims(claims: &JsValue) -> Option<IdClaims> {
    Some(IdClaims {
        iss: text(claims, "iss")?,
        aud: text(claims, "aud")?,
        nonce: text(claims, "nonce"),
    })
}

/// The claims of a JWT, which is three base64url parts with dots between (RFC 7519 section 3).
pub(crate) fn id_claims(token: &str) -> Option<IdClaims> {
    let mut dots = token.bytes().enumerate().filter(|(_, byte)| *byte == b'.');
    let (start, end) = (dots.next()?.0, dots.next()?.0);
    let payload = base64url::decode(token.get(start + 1..end)?)?;
    // Read as if each byte were a character: the claims that are compared are ASCII (RFC 3986 section
    // 2, RFC 6749 appendix A.1, our own nonce), and no other byte turns into one of theirs.
    let text: String = payload.into_iter().map(char::from).collect();
    read_claims(&parse_json(&text)?)
}
