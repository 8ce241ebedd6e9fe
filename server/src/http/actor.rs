//! Who acts: the authenticated principal of a request, with how and when it was authenticated.
//!
//! Each scheme answers *not requested*, *authenticated* or *failed*, so that absent and wrong never
//! blur: a wrong bearer token is an error even where a valid cookie came along.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, OriginalUri},
    http::{HeaderMap, header, request::Parts},
};
use portcullis_domain::{Principal, Timestamp, TokenKind, UserId, oauth::TokenFamily};
use portcullis_policy::Permission;
use portcullis_types::{
    ErrorCode,
    client::{Client, SubjectType},
};

use super::{caller::Caller, cookies, csrf, errors::ApiError, lent};
use crate::{
    app::{App, Handle},
    crypto::token,
    oauth::{access_token, binding, clients::Registered, dpop, subject},
    sessions::registry::LiveSession,
};

/// How a request was authenticated.
#[derive(Clone)]
pub enum Scheme {
    /// A browser session behind our cookie.
    Cookie(Arc<LiveSession>),
    /// An access token of a token family: as a bearer's, or with a proof (DPoP) or certificate where
    /// it is bound to one.
    Bearer(Arc<TokenFamily>),
}

/// The authenticated principal of one request.
///
/// As an extractor it refuses requests that nobody is behind with 401 `not_authenticated`; use
/// `Option<Actor>` where both are fine (a wrong token or cookie then still counts as nobody, except
/// that a wrong bearer token is refused).
#[derive(Clone)]
pub struct Actor {
    principal: Arc<Principal>,
    scheme: Scheme,
    /// Set for an application that had to ask its user first.
    lent: Option<Arc<Registered>>,
}

impl std::fmt::Debug for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Actor")
            .field("user", &self.user_id())
            .finish_non_exhaustive()
    }
}

impl Actor {
    /// Who it is.
    pub fn user_id(&self) -> UserId {
        self.principal.account.id
    }

    /// The account, its roles and permissions as of this request.
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// How the request was authenticated.
    pub fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    /// The client, if it is one that had to ask its user first ([`lent`]).
    pub(crate) fn lent_to(&self) -> Option<&Client> {
        self.lent.as_deref().map(|client| &**client)
    }

    /// When the user last proved themselves.
    pub fn auth_time(&self) -> Timestamp {
        match &self.scheme {
            Scheme::Cookie(session) => session.proof().0,
            Scheme::Bearer(family) => family.auth_time,
        }
    }

    /// How they did (RFC 8176 values).
    pub fn amr(&self) -> &[String] {
        match &self.scheme {
            Scheme::Cookie(session) => session.proof().1,
            Scheme::Bearer(family) => &family.amr,
        }
    }

    /// Whether the actor's roles allow `permission`. What is not a permission is not allowed.
    pub fn can(&self, permission: &str) -> bool {
        Permission::parse(permission)
            .is_ok_and(|permission| self.principal.permissions.allows(&permission))
    }
}

/// What looking at one scheme came to.
enum Answer<T> {
    /// The request does not use the scheme.
    NotRequested,
    /// It does, and this is who it is.
    Authenticated(T),
    /// It does, and it is not good.
    Failed,
}

/// The bearer, and what the client that sends the token knows its users by.
async fn by_token(
    app: &App,
    parts: &Parts,
    caller: &Caller,
) -> Result<Answer<(Actor, SubjectType)>, ApiError> {
    let mut values = parts.headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        return Ok(Answer::NotRequested);
    };
    let token = value
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .filter(|_| values.next().is_none())
        .map(|(_, token)| token.trim());
    let (Some(scheme), Some(token)) = (dpop::scheme(&parts.headers), token) else {
        return Ok(Answer::Failed);
    };
    let failed = match scheme {
        dpop::Scheme::Bearer => || Ok(Answer::Failed),
        dpop::Scheme::Dpop => || Err(dpop::invalid_token()),
    };
    let now = caller.now;
    let Some(claims) = access_token::verify(app, token, now).await? else {
        return failed();
    };
    binding::check_certificate(claims.cnf.as_ref(), caller, scheme)?;
    match (scheme, claims.cnf.as_ref().and_then(|cnf| cnf.jkt.as_ref())) {
        (dpop::Scheme::Bearer, None) => {}
        (dpop::Scheme::Dpop, Some(jkt)) => prove(app, parts, token, jkt, now)?,
        // A bound token is no bearer's, and another is bound to no key (RFC 9449 section 7.2).
        _ => return Err(dpop::invalid_token()),
    }
    let Some(family) = app.families.live(&*app.store, claims.family, now).await? else {
        return failed();
    };
    let client = app.clients.find(&*app.store, &family.client_id, now);
    let Some(client) = client.await? else {
        return failed();
    };
    if !subject::is(app, Some(&**client), family.user, &claims.subject)
        || family.client_id != claims.client_id
    {
        return failed();
    }
    let Some(principal) = app.principals.enabled(&*app.store, family.user).await? else {
        return failed();
    };
    let scheme = Scheme::Bearer(family);
    let subjects = client.subject_type;
    let actor = Actor {
        principal,
        scheme,
        lent: lent::is_lent(&client).then_some(client),
    };
    Ok(Answer::Authenticated((actor, subjects)))
}

/// Checks that whoever sends the request has the key that its token is bound to.
fn prove(
    app: &App,
    parts: &Parts,
    token: &str,
    jkt: &str,
    now: Timestamp,
) -> Result<(), dpop::Wrong> {
    // Inside a router that is nested in another, the path is what is left of it.
    let original = parts.extensions.get::<OriginalUri>();
    let asked = dpop::Asked {
        method: &parts.method,
        path: original.map_or(&parts.uri, |OriginalUri(uri)| uri).path(),
        token: Some((token, jkt)),
    };
    let proved = dpop::check(app, &parts.headers, &asked, now)?;
    proved.map(drop).ok_or(dpop::Wrong::Proof)
}

async fn by_cookie(
    app: &App,
    headers: &HeaderMap,
    now: Timestamp,
) -> Result<Answer<(Arc<LiveSession>, Arc<Principal>)>, ApiError> {
    if !cookies::is_present(headers, cookies::SESSION) {
        return Ok(Answer::NotRequested);
    }
    let Some(token) = cookies::read(headers, cookies::SESSION, TokenKind::Session) else {
        return Ok(Answer::Failed);
    };
    let Some(session) = app
        .sessions
        .find(&*app.store, token::hash(&token), now)
        .await?
    else {
        return Ok(Answer::Failed);
    };
    Ok(
        match app.principals.enabled(&*app.store, session.user()).await? {
            Some(principal) => Answer::Authenticated((session, principal)),
            None => Answer::Failed,
        },
    )
}

/// The browser's session; none if it is not good, or beside a token, for which cookies count for
/// nothing (see [`csrf`]). Does not count as a use.
pub(crate) async fn browser_session(
    app: &App,
    headers: &HeaderMap,
    now: Timestamp,
) -> Result<Option<(Arc<LiveSession>, Arc<Principal>)>, ApiError> {
    if csrf::has_token(headers) {
        return Ok(None);
    }
    match by_cookie(app, headers, now).await? {
        Answer::Authenticated(found) => Ok(Some(found)),
        Answer::NotRequested | Answer::Failed => Ok(None),
    }
}

async fn identify(parts: &mut Parts) -> Result<Option<Actor>, ApiError> {
    if let Some(known) = parts.extensions.get::<Option<Actor>>() {
        return Ok(known.clone());
    }
    let handle = Handle::from_request_parts(parts, &()).await?;
    let caller = Caller::from_request_parts(parts, &()).await?;
    let now = caller.now;
    let actor = match by_token(&handle, parts, &caller).await? {
        Answer::Authenticated((actor, SubjectType::Public)) => Some(limit(actor)),
        Answer::Authenticated((_, SubjectType::Pairwise)) => return Err(knows_nobody()),
        Answer::Failed => return Err(invalid_token()),
        Answer::NotRequested => match by_cookie(&handle, &parts.headers, now).await? {
            Answer::Authenticated((session, principal)) => {
                handle.sessions.touch(&session, now);
                Some(Actor {
                    principal,
                    scheme: Scheme::Cookie(session),
                    lent: None,
                })
            }
            Answer::NotRequested | Answer::Failed => None,
        },
    };
    parts.extensions.insert(actor.clone());
    Ok(actor)
}

/// An application that had to ask acts within its scopes.
fn limit(mut actor: Actor) -> Actor {
    if let (Some(client), Scheme::Bearer(family)) = (&actor.lent, &actor.scheme) {
        actor.principal = lent::limited(&actor.principal, client, &family.scopes);
    }
    actor
}

/// Refuses an application that was let do nothing here: a handler may do things for whoever it knows
/// without a permission for each.
fn useful(actor: Actor) -> Result<Actor, ApiError> {
    if actor.lent.is_some() && actor.principal.permissions.is_empty() {
        return Err(ApiError::new(
            ErrorCode::Forbidden,
            "No scope of this access token names a permission that its user has.",
        ));
    }
    Ok(actor)
}

/// Whose access token it is, also where the client may not know who that is here: for what tells a
/// client no more of its users than it may know.
pub(crate) async fn bearer(parts: &mut Parts) -> Result<Actor, ApiError> {
    let handle = Handle::from_request_parts(parts, &()).await?;
    let caller = Caller::from_request_parts(parts, &()).await?;
    match by_token(&handle, parts, &caller).await? {
        Answer::Authenticated((actor, _)) => Ok(actor),
        Answer::NotRequested | Answer::Failed => Err(invalid_token()),
    }
}

/// Ids, and what belongs to them, are all over our API and a host's own: a client with pairwise
/// subjects gets nothing there.
fn knows_nobody() -> ApiError {
    ApiError::new(
        ErrorCode::Forbidden,
        "This application knows its users by pairwise subjects: its access tokens are for \
         /oauth/userinfo and for other services, not for this API.",
    )
}

fn invalid_token() -> ApiError {
    ApiError::new(
        ErrorCode::NotAuthenticated,
        "The access token is not valid any more. Refresh it or sign in again.",
    )
}

impl<S: Send + Sync> FromRequestParts<S> for Actor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let actor = identify(parts).await?;
        useful(actor.ok_or_else(ApiError::not_authenticated)?)
    }
}

impl<S: Send + Sync> axum::extract::OptionalFromRequestParts<S> for Actor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, ApiError> {
        identify(parts).await?.map(useful).transpose()
    }
}

/// Whoever acts, be it an application that was let do nothing here but know that they are there.
pub(crate) struct Anybody(pub(crate) Option<Actor>);

impl<S: Send + Sync> FromRequestParts<S> for Anybody {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        identify(parts).await.map(Self)
    }
}

/// An actor with a browser session: what managing one's own account takes. A bearer token is
/// refused with 403 `cookie_session_required`.
pub(crate) struct BrowserSession {
    pub(crate) session: Arc<LiveSession>,
    pub(crate) principal: Arc<Principal>,
}

impl BrowserSession {
    /// Refuses with 403 `step_up_required` unless the user proved themselves recently enough for a
    /// sensitive act (ASVS 7.5.1).
    pub(crate) fn require_recent_proof(&self, app: &App, now: Timestamp) -> Result<(), ApiError> {
        let (auth_time, _) = self.session.proof();
        if now.millis_since(auth_time) < app.config.session.sensitive_seconds * 1000 {
            return Ok(());
        }
        Err(ApiError::new(
            ErrorCode::StepUpRequired,
            "Sign in again to confirm that it is you, then repeat this.",
        ))
    }

    pub(crate) fn user_id(&self) -> UserId {
        self.principal.account.id
    }
}

impl<S: Send + Sync> FromRequestParts<S> for BrowserSession {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        if parts.headers.contains_key(header::AUTHORIZATION) {
            return match identify(parts).await? {
                Some(_) => Err(ApiError::new(
                    ErrorCode::CookieSessionRequired,
                    "Accounts are managed in a browser session; an access token is not enough.",
                )),
                None => Err(ApiError::not_authenticated()),
            };
        }
        let handle = Handle::from_request_parts(parts, &()).await?;
        let Caller { now, .. } = Caller::from_request_parts(parts, &()).await?;
        let found = browser_session(&handle, &parts.headers, now).await?;
        let (session, principal) = found.ok_or_else(ApiError::not_authenticated)?;
        // The event stream listens without being a use.
        if parts.uri.path() != portcullis_types::paths::EVENTS {
            handle.sessions.touch(&session, now);
        }
        Ok(Self { session, principal })
    }
}
