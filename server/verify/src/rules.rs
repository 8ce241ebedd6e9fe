//! What a token must say to be good here, beside who signed it.

use portcullis_types::Timestamp;
use serde_json::{Map, Value};

use crate::{
    Claims, Refusal, SetupError,
    clock::{self, Clock},
    jws::Jws,
};

/// Seconds by which clocks may differ, unless a service says otherwise.
const LEEWAY: i64 = 30;
/// Most seconds by which they may be said to differ. Revoked tokens are remembered this much longer.
pub(crate) const MAX_LEEWAY: i64 = 300;
/// Claims that only ID tokens have (OpenID Connect Core 1.0 sections 2, 3.1.3.6 and 3.3.2.11).
const OF_ID_TOKENS: [&str; 4] = ["nonce", "at_hash", "c_hash", "s_hash"];
/// What logout tokens and other security events have, and no token that opens anything (RFC 8417
/// section 2.2).
const OF_EVENTS: &str = "events";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Access,
    Untyped,
    Id,
}

/// What a verifier asks of tokens: their kind, whom they are for, and how far clocks may differ.
#[derive(Clone)]
pub struct Rules {
    kind: Kind,
    audiences: Vec<String>,
    clients: Option<Vec<String>>,
    leeway: i64,
    clock: Clock,
}

impl Rules {
    /// Access tokens in the profile of RFC 9068, as Portcullis issues them: `typ` is `at+jwt`, and
    /// `sub`, `client_id`, `iat` and `jti` are there. `audience` is what the issuer calls this
    /// service.
    pub fn access_tokens(audience: impl Into<String>) -> Self {
        Self::of(Kind::Access, audience.into())
    }

    /// Access tokens of issuers that do not follow RFC 9068 (Auth0 and Keycloak as they are
    /// installed): `typ` may be missing or `JWT`. What tells ID tokens apart is their audience, and
    /// those with claims that only ID tokens have are refused. Prefer
    /// [`access_tokens`](Self::access_tokens) where the issuer can be made to.
    pub fn untyped_access_tokens(audience: impl Into<String>) -> Self {
        Self::of(Kind::Untyped, audience.into())
    }

    /// ID tokens (OpenID Connect Core 1.0 section 2) that were given to the client with that id,
    /// which is you: they say who signed in there, and are no right to anything. Whoever sent
    /// somebody to sign in compares the claim `nonce` as well.
    pub fn id_tokens(client_id: impl Into<String>) -> Self {
        Self::of(Kind::Id, client_id.into())
    }

    fn of(kind: Kind, audience: String) -> Self {
        Self {
            kind,
            audiences: vec![audience],
            clients: None,
            leeway: LEEWAY,
            clock: clock::system(),
        }
    }

    /// Also takes tokens for this audience.
    #[must_use]
    pub fn or_audience(mut self, audience: impl Into<String>) -> Self {
        self.audiences.push(audience.into());
        self
    }

    /// Takes tokens of these clients only.
    #[must_use]
    pub fn clients<S: Into<String>>(mut self, clients: impl IntoIterator<Item = S>) -> Self {
        self.clients = Some(clients.into_iter().map(Into::into).collect());
        self
    }

    /// By how many seconds the issuer's clock and ours may differ: 30 by default, 300 at most.
    #[must_use]
    pub fn leeway_seconds(mut self, seconds: i64) -> Self {
        self.leeway = seconds;
        self
    }

    /// Tells the time in place of the system's clock.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.clock = std::sync::Arc::new(clock);
        self
    }

    #[cfg(feature = "discovery")]
    pub(crate) fn the_clock(&self) -> Clock {
        Clock::clone(&self.clock)
    }

    /// Whether a verifier can be made of this.
    pub(crate) fn sound(&self) -> Result<(), SetupError> {
        if self.audiences.iter().any(String::is_empty) {
            return Err(SetupError::Audience);
        }
        if !(0..=MAX_LEEWAY).contains(&self.leeway) {
            return Err(SetupError::Leeway(MAX_LEEWAY));
        }
        Ok(())
    }

    /// How many audiences there are: a shared secret is good for one (ASVS 9.2.4).
    pub(crate) fn audience_count(&self) -> usize {
        self.audiences.len()
    }

    /// The type of the token (RFC 9068 section 4, RFC 8725 section 3.11). It comes before the
    /// signature: what is for something else altogether is not even looked at.
    pub(crate) fn check_type(&self, token: &Jws<'_>) -> Result<(), Refusal> {
        let typ = token.text("typ")?;
        // Media types have no case, and "application/" may be left out (RFC 7515 section 4.1.9).
        let typ = typ.map(str::to_ascii_lowercase);
        let typ = typ
            .as_deref()
            .map(|typ| typ.strip_prefix("application/").unwrap_or(typ));
        let good = match self.kind {
            Kind::Access => typ == Some("at+jwt"),
            Kind::Untyped => matches!(typ, None | Some("jwt" | "at+jwt")),
            Kind::Id => matches!(typ, None | Some("jwt")),
        };
        good.then_some(()).ok_or(Refusal::Type)
    }

    /// The claims, of a token whose signature is good.
    pub(crate) fn check_claims(
        &self,
        issuer: &str,
        payload: &Map<String, Value>,
    ) -> Result<Claims, Refusal> {
        let claims = Claims::read(payload)?;
        if claims.issuer != issuer {
            return Err(Refusal::Issuer);
        }
        self.check_time(&claims)?;
        let ours = |audience: &String| self.audiences.contains(audience);
        if !claims.audience.iter().any(ours) {
            return Err(Refusal::Audience);
        }
        let has = |name: &&str| payload.contains_key(*name);
        if has(&OF_EVENTS) {
            return Err(Refusal::Type);
        }
        let needed: &[&'static str] = match self.kind {
            Kind::Access => &["client_id", "iat", "jti"],
            Kind::Untyped => &[],
            Kind::Id => &["iat"],
        };
        if let Some(missing) = needed.iter().find(|name| !has(name)) {
            return Err(Refusal::Claim(missing));
        }
        match self.kind {
            Kind::Untyped if OF_ID_TOKENS.iter().any(has) => return Err(Refusal::Type),
            Kind::Access | Kind::Untyped => {}
            Kind::Id => self.check_authorized_party(&claims, payload)?,
        }
        let allowed = |clients: &Vec<String>| {
            let client = claims.client_id.as_ref();
            client.is_some_and(|client| clients.contains(client))
        };
        if !self.clients.as_ref().is_none_or(allowed) {
            return Err(Refusal::Client);
        }
        Ok(claims)
    }

    fn check_time(&self, claims: &Claims) -> Result<(), Refusal> {
        let now = (self.clock)().as_seconds();
        if now >= claims.expires_at.saturating_add(self.leeway) {
            return Err(Refusal::Expired);
        }
        let latest = now.saturating_add(self.leeway);
        if claims.not_before.is_some_and(|at| at > latest)
            || claims.issued_at.is_some_and(|at| at > latest)
        {
            return Err(Refusal::NotYetValid);
        }
        Ok(())
    }

    /// `azp` (OpenID Connect Core 1.0 section 3.1.3.7, numbers 4 and 5).
    fn check_authorized_party(
        &self,
        claims: &Claims,
        payload: &Map<String, Value>,
    ) -> Result<(), Refusal> {
        match payload.get("azp") {
            None if claims.audience.len() == 1 => Ok(()),
            Some(Value::String(party)) if self.audiences.contains(party) => Ok(()),
            _ => Err(Refusal::Audience),
        }
    }
}
