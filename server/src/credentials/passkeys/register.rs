//! Adding a passkey to one's account.

use axum::{
    Json as Answer,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use portcullis_domain::{
    AuditEvent, PasskeyId, UserId,
    audit::AuditKind,
    passkeys::{AddPasskey, NewPasskey},
};
use portcullis_types::{
    ErrorCode, Problem,
    passkey::{Begun, PasskeyAdded, RegisterBeginRequest, RegisterFinishRequest},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use webauthn_rs::prelude::{
    CreationChallengeResponse, CredentialID, PasskeyRegistration, RegisterPublicKeyCredential,
};

use super::{
    ceremony::{self, Binding, Kind, Registrant},
    conditional, from_bytes, is_framed, manage, not_accepted, read_credential, rejected, signal,
    to_bytes,
};
use crate::{
    app::{App, Handle},
    http::{
        actor::BrowserSession,
        body::Json,
        caller::Caller,
        errors::{ApiError, ApiResult},
    },
    identity::names,
    mail::{letter, notices},
    sessions::user_agent::device,
};

/// What a registration remembers.
#[derive(Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) registrant: Registrant,
    pub(crate) registration: PasskeyRegistration,
    /// Whether the browser makes it without asking.
    pub(crate) conditional: bool,
}

/// Begins adding a passkey. Soon after a sign-in a browser may be asked to make one without asking
/// its user.
#[utoipa::path(post, path = "/api/auth/passkeys/register/begin", tag = "passkeys",
    request_body = RegisterBeginRequest,
    responses((status = 200, body = Begun<Value>,
               description = "PublicKeyCredentialCreationOptionsJSON."),
              (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 409, body = Problem)))]
pub(crate) async fn begin(
    app: Handle,
    caller: Caller,
    browser: BrowserSession,
    body: Option<Json<RegisterBeginRequest>>,
) -> ApiResult<Answer<Begun<Value>>> {
    browser.require_recent_proof(&app, caller.now)?;
    let account = &browser.principal.account;
    let kept = app.store.passkeys_of(account.id).await?;
    if kept.len() >= app.config.passkey.per_account as usize {
        return Err(limit());
    }
    let registrant = Registrant {
        user: account.id,
        email: account.email.as_str().to_owned(),
        name: account.name.clone(),
    };
    let exclude = kept
        .into_iter()
        .map(|passkey| passkey.credential_id)
        .collect();
    let binding = Binding::session(&browser.session);
    let conditional = body.is_some_and(|Json(body)| body.conditional);
    let asked = Asked {
        registrant,
        exclude,
        conditional,
    };
    options(&app, &caller, Kind::Register, &binding, asked).map(Answer)
}

/// What a new passkey is to be.
pub(crate) struct Asked {
    /// Whose.
    pub(crate) registrant: Registrant,
    /// None of those that there are.
    pub(crate) exclude: Vec<CredentialID>,
    /// Made without asking.
    pub(crate) conditional: bool,
}

/// Options for a new passkey of that registrant, and the ceremony that remembers them.
pub(crate) fn options(
    app: &App,
    caller: &Caller,
    kind: Kind,
    binding: &Binding,
    asked: Asked,
) -> ApiResult<Begun<Value>> {
    let Asked {
        registrant,
        exclude,
        conditional,
    } = asked;
    let (challenge, registration) = app
        .passkeys
        .webauthn
        .start_passkey_registration(
            registrant.user.0,
            &registrant.email,
            &registrant.name,
            Some(exclude),
        )
        .map_err(|error| rejected(&error))?;
    let mut options = creation_options(challenge)?;
    let mut registration = accept_algorithms(&registration)?;
    if conditional {
        conditional::relax(&mut options);
        registration = conditional::accept(&registration)?;
    }
    let state = State {
        registrant,
        registration,
        conditional,
    };
    let ceremony = ceremony::begin(app, caller, kind, binding, state)?;
    Ok(Begun { ceremony, options })
}

/// The algorithms accepted, as COSE numbers them (RFC 9053) and as webauthn-rs names them, best
/// first. Not EdDSA: webauthn-rs 0.6 reads such keys but cannot verify with them, and a device
/// that was offered it would be refused after the fact.
const ALGORITHMS: [(i32, &str); 2] = [(-7, "ES256"), (-257, "RS256")];
/// Longest credential id in bytes (WebAuthn level 3 section 7.1, step 25).
const LONGEST_ID: usize = 1023;

/// Adjusts what webauthn-rs proposes: it asks for no resident key, but ours must be discoverable,
/// or signing in without a user name would not find them (WebAuthn level 3 section 5.4.4); and it
/// offers ES384, which no device needs.
fn creation_options(challenge: CreationChallengeResponse) -> ApiResult<Value> {
    let broken = || ApiError::internal("creation options");
    let mut options = serde_json::to_value(challenge.public_key).map_err(|_| broken())?;
    let options_map = options.as_object_mut().ok_or_else(broken)?;
    let algorithms = ALGORITHMS.map(|(number, _)| json!({ "type": "public-key", "alg": number }));
    options_map.insert("pubKeyCredParams".to_owned(), algorithms.to_vec().into());
    let selection = json!({
        "residentKey": "required",
        "requireResidentKey": true,
        "userVerification": "required",
    });
    options_map.insert("authenticatorSelection".to_owned(), selection);
    Ok(options)
}

/// Makes the verifier accept the algorithms that were offered. Its state has no setter; a state
/// that does not have the expected form ends the ceremony here.
fn accept_algorithms(registration: &PasskeyRegistration) -> ApiResult<PasskeyRegistration> {
    let broken = || ApiError::internal("registration state");
    let mut state = serde_json::to_value(registration).map_err(|_| broken())?;
    let accepted = state
        .pointer_mut("/rs/credential_algorithms")
        .ok_or_else(broken)?;
    *accepted = ALGORITHMS.map(|(_, name)| name).to_vec().into();
    serde_json::from_value(state).map_err(|_| broken())
}

/// Finishes adding a passkey.
#[utoipa::path(post, path = "/api/auth/passkeys/register/finish", tag = "passkeys",
    request_body = RegisterFinishRequest<Value>,
    responses((status = 201, body = PasskeyAdded), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 409, body = Problem),
              (status = 422, body = Problem)))]
pub(crate) async fn finish(
    app: Handle,
    caller: Caller,
    browser: BrowserSession,
    Json(body): Json<RegisterFinishRequest<Value>>,
) -> ApiResult<Response> {
    browser.require_recent_proof(&app, caller.now)?;
    match add(&app, &caller, &browser, body).await {
        Ok(added) => Ok((StatusCode::CREATED, Answer(added)).into_response()),
        Err(error) => {
            if let Some(mut audit) = refused(&caller, &error) {
                audit.actor = Some(browser.user_id());
                audit.subject = audit.actor;
                audit.session = Some(browser.session.id());
                let why = error.code().as_str().to_owned();
                app.refusals.record(&*app.store, why, audit).await?;
            }
            Err(error)
        }
    }
}

async fn add(
    app: &App,
    caller: &Caller,
    browser: &BrowserSession,
    body: RegisterFinishRequest<Value>,
) -> ApiResult<PasskeyAdded> {
    let binding = Binding::session(&browser.session);
    let (registrant, passkey) = verify(app, caller, Kind::Register, &binding, body).await?;
    let user = browser.user_id();
    if registrant.user != user {
        return Err(ApiError::new(
            ErrorCode::CeremonyInvalid,
            "Please start again.",
        ));
    }
    let view = manage::view_new(&passkey);
    let mut audit = caller.audit(AuditKind::PasskeyAdded);
    audit.actor = Some(user);
    audit.subject = Some(user);
    audit.session = Some(browser.session.id());
    audit.detail = serde_json::json!({ "passkey": passkey.id, "name": passkey.name });
    let account = &browser.principal.account;
    let what = letter::Notice::PasskeyAdded(passkey.id);
    audit.mails.extend(notices::of(app, caller, account, what));
    let most = app.config.passkey.per_account;
    match app.store.add_passkey(user, passkey, most, audit).await? {
        AddPasskey::Added => {
            app.mail_queued.ring();
            let signal = signal::of(app, account).await?;
            let passkey = view;
            Ok(PasskeyAdded { passkey, signal })
        }
        AddPasskey::Exists => Err(exists()),
        AddPasskey::Limit => Err(limit()),
        AddPasskey::NoAccount => Err(ApiError::not_authenticated()),
    }
}

/// The event of a passkey that was not taken; none where only the request's form was wrong, or we
/// were.
pub(crate) fn refused(caller: &Caller, error: &ApiError) -> Option<AuditEvent> {
    use ErrorCode::{CeremonyInvalid, PasskeyExists, PasskeyLimit, PasskeyRejected};
    let code = error.code();
    let counts = [
        CeremonyInvalid,
        PasskeyExists,
        PasskeyLimit,
        PasskeyRejected,
    ]
    .contains(&code);
    counts.then(|| AuditEvent {
        detail: json!({ "why": code.as_str() }),
        ..caller.audit(AuditKind::PasskeyRefused)
    })
}

/// Spends the ceremony and verifies the authenticator's answer: who it is for, and the passkey.
pub(crate) async fn verify(
    app: &App,
    caller: &Caller,
    kind: Kind,
    binding: &Binding,
    body: RegisterFinishRequest<Value>,
) -> ApiResult<(Registrant, NewPasskey)> {
    let name = match &body.name {
        Some(name) => names::parse(name)?,
        None => device(&caller.user_agent()),
    };
    let mut credential: RegisterPublicKeyCredential = read_credential(body.credential)?;
    let state: State = ceremony::finish(app, caller, kind, binding, &body.ceremony).await?;
    if state.conditional {
        conditional::set_present(&mut credential.response.attestation_object);
    }
    let mut passkey = app
        .passkeys
        .webauthn
        .finish_passkey_registration(&credential, &state.registration)
        .map_err(|error| rejected(&error))?;
    // webauthn-rs takes up to 4096 bytes, and does not look at `topOrigin`.
    if passkey.cred_id().len() > LONGEST_ID || is_framed(&credential.response.client_data_json) {
        return Err(not_accepted());
    }
    if state.conditional {
        passkey = conditional::require_verification(&passkey)?;
    }
    let data = to_bytes(&passkey)?;
    // What cannot be read back must not be kept.
    from_bytes(&data)?;
    let new = NewPasskey {
        id: PasskeyId(app.rng.uuid_at(caller.now)),
        credential_id: passkey.cred_id().clone(),
        name,
        synced: super::is_synced(&passkey),
        data,
        created_at: caller.now,
    };
    Ok((state.registrant, new))
}

/// The id that WebAuthn knows a user by is our own.
pub(crate) fn new_user(app: &App, caller: &Caller) -> UserId {
    UserId(app.rng.uuid_at(caller.now))
}

fn exists() -> ApiError {
    ApiError::new(
        ErrorCode::PasskeyExists,
        "This passkey is already on an account.",
    )
}

fn limit() -> ApiError {
    ApiError::new(
        ErrorCode::PasskeyLimit,
        "You have as many passkeys as an account can have. Remove one first.",
    )
}
