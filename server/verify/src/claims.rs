//! What a good token says.

use portcullis_policy::{Pattern, Permission, PermissionSet, Requirement};
use serde_json::{Map, Value};

use crate::Refusal;

/// Seconds since 1970 beyond which a number is no time; the year 9999 is well before.
const LATEST: f64 = 1e12;

/// The claims of a token that has been verified (RFC 7519 section 4.1, RFC 9068 section 2.2).
///
/// A subject is somebody only together with its issuer: with several issuers, key your records by
/// both (ASVS 10.3.3).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Claims {
    /// `iss`: who issued it.
    pub issuer: String,
    /// `sub`: whom it is about, as the issuer calls them.
    pub subject: String,
    /// `aud`: whom it is for, this service among them.
    pub audience: Vec<String>,
    /// `client_id`: the client that it was given to; `azp` with issuers that say it so.
    pub client_id: Option<String>,
    /// `jti`: its id.
    pub token_id: Option<String>,
    /// `iat`: when it was issued, in seconds since 1970.
    pub issued_at: Option<i64>,
    /// `nbf`: from when it is good, in seconds since 1970.
    pub not_before: Option<i64>,
    /// `exp`: until when it is good, in seconds since 1970.
    pub expires_at: i64,
    /// `scope`: what its client may do.
    pub scope: Vec<String>,
    /// `permissions`, where the issuer puts them there.
    pub permissions: Vec<String>,
    /// `roles`, where the issuer puts them there.
    pub roles: Vec<String>,
    /// `cnf.jkt`: the thumbprint of the key that it is bound to (RFC 9449 section 6.1).
    pub thumbprint: Option<String>,
    /// `cnf.x5t#S256`: the SHA-256 of the certificate that it is bound to (RFC 8705 section 3.1).
    pub certificate: Option<String>,
    all: Map<String, Value>,
}

impl Claims {
    /// Any claim, also one that has a field of its own.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.all.get(name)
    }

    /// Whether its client may do this: `scope` has that value.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scope.iter().any(|granted| granted == scope)
    }

    /// Whether its permissions cover this one, by the rules of Portcullis: `orders:*` covers
    /// `orders:read`. What is no permission is covered by none.
    pub fn can(&self, permission: &str) -> bool {
        Permission::parse(permission)
            .is_ok_and(|permission| self.permission_set().allows(&permission))
    }

    /// Whether its permissions meet the requirement.
    pub fn meets(&self, requirement: &Requirement) -> bool {
        requirement.is_met_by(&self.permission_set())
    }

    fn permission_set(&self) -> PermissionSet {
        // What does not parse grants nothing.
        let patterns = self.permissions.iter();
        PermissionSet::from_patterns(patterns.filter_map(|text| Pattern::parse(text).ok()))
    }

    /// Reads claims. What must always be there is missed; what is of another form is refused, since
    /// somebody may understand it otherwise.
    pub(crate) fn read(all: &Map<String, Value>) -> Result<Self, Refusal> {
        let (thumbprint, certificate) = confirmation(all)?;
        let must = |name: &'static str| text(all, name)?.ok_or(Refusal::Claim(name));
        let client_id = match text(all, "client_id")? {
            None => text(all, "azp")?,
            some => some,
        };
        Ok(Self {
            issuer: must("iss")?,
            subject: must("sub")?,
            audience: audience(all)?,
            client_id,
            token_id: text(all, "jti")?,
            issued_at: seconds(all, "iat", f64::ceil)?,
            not_before: seconds(all, "nbf", f64::ceil)?,
            expires_at: seconds(all, "exp", f64::floor)?.ok_or(Refusal::Claim("exp"))?,
            scope: scope(all)?,
            permissions: list(all, "permissions"),
            roles: list(all, "roles"),
            thumbprint,
            certificate,
            all: all.clone(),
        })
    }
}

/// A text that is not empty.
fn text(all: &Map<String, Value>, name: &'static str) -> Result<Option<String>, Refusal> {
    match all.get(name) {
        None => Ok(None),
        Some(Value::String(text)) if !text.is_empty() => Ok(Some(text.clone())),
        Some(_) => Err(Refusal::Claim(name)),
    }
}

/// One text, or several (RFC 7519 section 4.1.3).
fn audience(all: &Map<String, Value>) -> Result<Vec<String>, Refusal> {
    const WRONG: Refusal = Refusal::Claim("aud");
    match all.get("aud") {
        Some(Value::String(one)) => Ok(vec![one.clone()]),
        Some(Value::Array(several)) => texts(several).ok_or(WRONG),
        _ => Err(WRONG),
    }
}

/// Texts between spaces (RFC 8693 section 4.2), or a list of them.
fn scope(all: &Map<String, Value>) -> Result<Vec<String>, Refusal> {
    const WRONG: Refusal = Refusal::Claim("scope");
    match all.get("scope") {
        None => Ok(Vec::new()),
        Some(Value::String(text)) => {
            let scopes = text.split(' ').filter(|scope| !scope.is_empty());
            Ok(scopes.map(str::to_owned).collect())
        }
        Some(Value::Array(list)) => texts(list).ok_or(WRONG),
        Some(_) => Err(WRONG),
    }
}

/// A list of texts. Other issuers mean other things by these names: what is of another form grants
/// nothing, and stays to be had by [`Claims::get`].
fn list(all: &Map<String, Value>, name: &str) -> Vec<String> {
    let list = all.get(name).and_then(Value::as_array);
    list.and_then(|list| texts(list)).unwrap_or_default()
}

fn texts(list: &[Value]) -> Option<Vec<String>> {
    let texts = list.iter().map(|item| item.as_str().map(str::to_owned));
    texts.collect()
}

/// A NumericDate (RFC 7519 section 2), rounded to the careful side.
fn seconds(
    all: &Map<String, Value>,
    name: &'static str,
    round: fn(f64) -> f64,
) -> Result<Option<i64>, Refusal> {
    let Some(value) = all.get(name) else {
        return Ok(None);
    };
    let seconds = value.as_f64().ok_or(Refusal::Claim(name))?;
    if !(0.0..=LATEST).contains(&seconds) {
        return Err(Refusal::Claim(name));
    }
    #[expect(clippy::cast_possible_truncation, reason = "it is within the range")]
    let whole = round(seconds) as i64;
    Ok(Some(whole))
}

/// `cnf.jkt` and `cnf.x5t#S256`: one of them, or both. A token that is bound otherwise must not pass
/// as one that is not bound, nor as one that is bound to less.
fn confirmation(all: &Map<String, Value>) -> Result<(Option<String>, Option<String>), Refusal> {
    const WRONG: Refusal = Refusal::Claim("cnf");
    let Some(confirmation) = all.get("cnf") else {
        return Ok((None, None));
    };
    let confirmation = confirmation.as_object().ok_or(WRONG)?;
    let (mut key, mut certificate) = (None, None);
    for (name, value) in confirmation {
        // Either is a SHA-256 in base64url.
        let value = value.as_str().filter(|it| crate::dpop::is_thumbprint(it));
        let value = value.ok_or(WRONG)?.to_owned();
        match name.as_str() {
            "jkt" => key = Some(value),
            "x5t#S256" => certificate = Some(value),
            _ => return Err(WRONG),
        }
    }
    if confirmation.is_empty() {
        return Err(WRONG);
    }
    Ok((key, certificate))
}
