//! `urn:ietf:params:oauth:grant-type:token-exchange`: a service that was called with a token gets one
//! for the next service, on behalf of the same user (RFC 8693).
//!
//! Which tokens are a client's to show is in its registration: those it was given, and those for the
//! services that it is (`serves`). Whether it may exchange one, and for what, its rules decide
//! (`may_exchange`), and each decision is written down with its reason. Nothing grows by it: the
//! subject is the one of the token that is shown, scopes and lifetime are its or less, and an
//! exchanged token is never for our own API.

pub(crate) mod rules;

use std::sync::Arc;

use portcullis_domain::{AuditEvent, FamilyId, UserId, audit::AuditKind};
use portcullis_types::{
    client::{AccessTokenFormat, Client},
    oauth::{Act, ExchangeResponse, TokenResponse},
};

use self::rules::{Allowed, Wanted, Why};
use super::response;
use crate::{
    app::App,
    http::caller::Caller,
    oauth::{
        access_token::{self, Claims, Granted},
        binding::Binding,
        clients::lifetimes::Lifetimes,
        errors::Refusal,
        form::Parameters,
        introspect, resources,
    },
};

/// An access token, whatever it looks like (RFC 8693 section 3).
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
/// One that is a JWT, as most of ours are.
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";
/// Longest chain of services that act for each other.
const DEEPEST: usize = 4;

/// Why something is not exchanged: what the client is told, and the word for the audit log, where the
/// request was one to decide about.
struct Refused(Refusal, Option<&'static str>);

impl<T: Into<Refusal>> From<T> for Refused {
    fn from(error: T) -> Self {
        Self(error.into(), None)
    }
}

impl Refused {
    fn because(why: &'static str, refusal: Refusal) -> Self {
        Self(refusal, Some(why))
    }
}

/// What is known of an exchange by when it is decided about, for the audit log.
#[derive(Default)]
struct Seen {
    from: Option<String>,
    user: Option<UserId>,
    family: Option<FamilyId>,
    audience: Option<String>,
    impersonates: bool,
}

impl Seen {
    fn audit(&self, caller: &Caller, kind: AuditKind, client: &Client) -> AuditEvent {
        let mut audit = caller.audit(kind);
        audit.subject = self.user;
        audit.family = self.family;
        audit.detail = serde_json::json!({
            "client": client.id, "from": self.from, "audience": self.audience,
            "impersonates": self.impersonates,
        });
        audit
    }
}

/// What is decided.
struct Decision<'c> {
    subject: Arc<Claims>,
    act: Option<Act>,
    audience: String,
    scope: String,
    allowed: Allowed<'c>,
}

/// Exchanges a token.
pub(super) async fn exchange(
    app: &App,
    caller: &Caller,
    client: &Client,
    parameters: &Parameters,
    bound: Binding,
) -> Result<ExchangeResponse, Refusal> {
    let mut seen = Seen::default();
    let decision = match decide(app, caller, client, parameters, &mut seen).await {
        Ok(decision) => decision,
        Err(Refused(refusal, None)) => return Err(refusal),
        Err(Refused(refusal, Some(why))) => {
            let mut audit = seen.audit(caller, AuditKind::TokenExchangeRefused, client);
            audit.detail["reason"] = why.into();
            let about = (&seen.from, seen.user, &seen.audience);
            let what = format!("{} {why} {about:?}", client.id);
            app.refusals.record(&*app.store, what, audit).await?;
            return Err(refusal);
        }
    };
    let Decision {
        subject,
        act,
        audience,
        scope,
        allowed,
    } = decision;
    let grant = Granted {
        scope: &scope,
        audience: &audience,
        bound: &bound,
    };
    let id = app.rng.uuid_at(caller.now);
    let mut audit = seen.audit(caller, AuditKind::TokenExchanged, client);
    if let Some(detail) = audit.detail.as_object_mut() {
        let actor = act.as_ref().map(|act| act.sub.clone());
        detail.insert("actor".to_owned(), actor.into());
        detail.insert("rules".to_owned(), allowed.rules.into());
        detail.insert("scope".to_owned(), scope.clone().into());
        detail.insert("token".to_owned(), id.to_string().into());
    }
    let whose = (&*subject, seen.user, act);
    let access_token =
        access_token::issue_exchanged(app, client, id, whose, &grant, caller.now).await?;
    app.store.record(audit).await?;
    let lifetimes = Lifetimes::of(app, client);
    let left = subject.exp - caller.now.as_seconds();
    Ok(ExchangeResponse {
        tokens: TokenResponse {
            access_token,
            scope,
            expires_in: u32::try_from(left.min(lifetimes.access_token)).unwrap_or_default(),
            ..response(&lifetimes, &bound)
        },
        issued_token_type: ACCESS_TOKEN.to_owned(),
    })
}

/// Decides about an exchange, and notes in `seen` what it is about as it becomes known.
async fn decide<'c>(
    app: &App,
    caller: &Caller,
    client: &'c Client,
    parameters: &Parameters,
    seen: &mut Seen,
) -> Result<Decision<'c>, Refused> {
    let requested = parameters.get("requested_token_type");
    if requested.is_some_and(|kind| !is_access_token(kind)) {
        return Err(Refusal::invalid_request("Only access tokens are issued.").into());
    }
    if requested == Some(JWT) && client.access_token_format == AccessTokenFormat::Opaque {
        let what = "This client's access tokens are opaque, and no JWTs.";
        return Err(Refusal::invalid_request(what).into());
    }
    let subject = presented(app, caller, parameters, "subject").await?;
    let subject = subject.ok_or_else(|| Refusal::invalid_request("subject_token is missing."))?;
    seen.from = Some(subject.client_id.clone());
    seen.family = subject.sid;
    if !is_its_to_exchange(app, client, &subject) {
        return Err(Refused::because("not_its_token", unacceptable()));
    }
    let user = match subject.sid {
        Some(family) => app.families.live(&*app.store, family, caller.now).await?,
        None => None,
    };
    seen.user = user.map(|family| family.user);
    let principal = match seen.user {
        Some(user) => app.principals.enabled(&*app.store, user).await?,
        None => None,
    };
    if subject.sid.is_some() && principal.is_none() {
        // Revoked, or disabled, since it was looked at.
        return Err(Refused::because("token", unacceptable()));
    }
    let act = act(app, caller, client, parameters, &subject).await?;
    seen.impersonates = matches!(act, Acting::Unsaid(_));
    let audience =
        target(app, client, parameters).map_err(|refusal| Refused::because("target", refusal))?;
    seen.audience = Some(audience.clone());
    let wanted = Wanted {
        from: &subject.client_id,
        to: &audience,
        impersonates: seen.impersonates,
        user: principal.as_deref(),
    };
    let allowed = rules::weigh(&client.may_exchange, &wanted).map_err(|why| {
        let refusal = match why {
            Why::To => Refusal::invalid_target(),
            // Nobody learns by it what somebody is allowed.
            _ => unacceptable(),
        };
        Refused::because(why.as_str(), refusal)
    })?;
    let scope = scope(client, parameters, &subject, &allowed)
        .map_err(|refusal| Refused::because("scope", refusal))?;
    Ok(Decision {
        act: act.into_act(),
        subject,
        audience,
        scope,
        allowed,
    })
}

/// Who acts, by what the new token says.
enum Acting {
    /// It says who.
    Said(Act),
    /// It says only who did before.
    Unsaid(Option<Act>),
}

impl Acting {
    fn into_act(self) -> Option<Act> {
        match self {
            Self::Said(act) => Some(act),
            Self::Unsaid(before) => before,
        }
    }
}

fn is_access_token(kind: &str) -> bool {
    kind == ACCESS_TOKEN || kind == JWT
}

/// Whatever is wrong with a token, or its being shown, is said in the same words (RFC 8693 section
/// 2.2.2).
fn unacceptable() -> Refusal {
    Refusal::invalid_request("The token is not good, or not this client's to exchange.")
}

/// The token that is shown in that role, if one is: one of ours, and alive.
async fn presented(
    app: &App,
    caller: &Caller,
    parameters: &Parameters,
    role: &str,
) -> Result<Option<Arc<Claims>>, Refused> {
    let kind = parameters.get(&format!("{role}_token_type"));
    let Some(token) = parameters.get(&format!("{role}_token")) else {
        if kind.is_some() {
            return Err(Refusal::invalid_request("A token type without its token.").into());
        }
        return Ok(None);
    };
    if !kind.is_some_and(is_access_token) {
        let what =
            "Only access tokens of this server can be exchanged, and their type must be named.";
        return Err(Refusal::invalid_request(what).into());
    }
    let claims = access_token::read(app, token, caller.now).await?;
    let not_good = || Refused::because("token", unacceptable());
    let claims = claims.ok_or_else(not_good)?;
    if introspect::is_live(app, caller, &claims).await? {
        Ok(Some(claims))
    } else {
        Err(not_good())
    }
}

/// Whether a token was given to this client, or for the service that it is.
fn is_its_to_exchange(app: &App, client: &Client, subject: &Claims) -> bool {
    subject.client_id == client.id
        || (subject.aud != app.issuer && client.serves.contains(&subject.aud))
}

/// Who acts for the subject: whose token is shown as the actor's, otherwise the client itself; and
/// before them, who already did. Without an actor's token, a client that may impersonate does.
async fn act(
    app: &App,
    caller: &Caller,
    client: &Client,
    parameters: &Parameters,
    subject: &Claims,
) -> Result<Acting, Refused> {
    let actor = presented(app, caller, parameters, "actor").await?;
    let sub = match actor {
        // Somebody else's would lend their name to the client.
        Some(actor) if actor.client_id == client.id => actor.sub.clone(),
        Some(_) => return Err(Refused::because("actor", unacceptable())),
        None if client.may_impersonate => return Ok(Acting::Unsaid(subject.act.clone())),
        None => client.id.clone(),
    };
    let before = subject.act.clone();
    if before.as_ref().is_some_and(|act| act.depth() >= DEEPEST) {
        return Err(Refused::because("chain", unacceptable()));
    }
    Ok(Acting::Said(Act {
        sub,
        act: before.map(Box::new),
    }))
}

/// Whom the token is to be for: one service that the client is registered to call.
fn target(app: &App, client: &Client, parameters: &Parameters) -> Result<String, Refusal> {
    let mut named = resources::asked(parameters);
    named.extend(parameters.get("audience").map(str::to_owned));
    named.dedup();
    match named.as_slice() {
        [one] if *one != app.issuer && client.resources.contains(one) => Ok(one.clone()),
        _ => Err(Refusal::invalid_target()),
    }
}

/// What is asked for, if the subject's token, the client and the rules have it; otherwise all that
/// each of them has.
fn scope(
    client: &Client,
    parameters: &Parameters,
    subject: &Claims,
    allowed: &Allowed<'_>,
) -> Result<String, Refusal> {
    let is_allowed = |scope: &&str| {
        let mut of_subject = subject.scope.split(' ');
        of_subject.any(|known| known == *scope)
            && client.scopes.iter().any(|it| it == scope)
            && allowed.scopes.contains(scope)
    };
    let asked = parameters.get("scope");
    let mut scopes: Vec<&str> = Vec::new();
    for scope in asked.unwrap_or(&subject.scope).split_ascii_whitespace() {
        if is_allowed(&scope) {
            if !scopes.contains(&scope) {
                scopes.push(scope);
            }
        } else if asked.is_some() {
            return Err(Refusal::invalid_scope());
        }
    }
    Ok(scopes.join(" "))
}
