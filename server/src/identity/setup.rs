//! The one-time link that makes the first admin. There is no default account.

use axum::{http::HeaderMap, response::Response};
use parking_lot::Mutex;
use portcullis_domain::{
    NewAccount, SecretHash, SecretToken, TokenKind, UserId, accounts::CreateAccount, roles::ADMIN,
    sign_in::Proof,
};
use portcullis_types::{ErrorCode, Problem, SessionAnswer, account::SetupRequest};

use super::{names, register};
use crate::{
    app::{App, Handle},
    crypto::token,
    http::{
        actor::browser_session,
        body::Json,
        caller::Caller,
        errors::{ApiError, ApiResult},
        run_to_end::wholly,
        text,
    },
    limits::Quota,
    sessions::{begin::Begun, end},
};

/// The link's token, as a hash; gone once used. Made anew at each start without an admin, so an
/// old terminal's scroll-back opens nothing.
#[derive(Default)]
pub(crate) struct SetupLink(Mutex<Option<SecretHash>>);

impl SetupLink {
    /// Makes a fresh link, if there is no admin yet.
    pub(crate) async fn offer(&self, app: &App) -> anyhow::Result<Option<String>> {
        if app.store.admin_exists().await? {
            return Ok(None);
        }
        let token = token::generate(&*app.rng, TokenKind::Setup);
        *self.0.lock() = Some(token::hash(&token));
        Ok(Some(format!(
            "{}/setup#token={}",
            app.issuer,
            token.expose()
        )))
    }

    /// Whether the token is the one on offer. Both sides are SHA-256, so timing tells nothing.
    fn is(&self, token: &SecretToken) -> bool {
        *self.0.lock() == Some(token::hash(token))
    }

    fn withdraw(&self) {
        *self.0.lock() = None;
    }
}

/// Makes the first admin.
#[utoipa::path(post, path = "/api/setup", tag = "set-up", request_body = SetupRequest,
    responses((status = 200, body = SessionAnswer, description = "Signed in; the cookie is set."),
              (status = 403, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn setup(
    app: Handle,
    caller: Caller,
    headers: HeaderMap,
    Json(body): Json<SetupRequest>,
) -> ApiResult<Response> {
    let quota = Quota {
        tries: 10,
        seconds: 60,
    };
    let tries = app.limiter.take(
        caller.now,
        vec![(format!("setup ip {}", caller.network()), quota)],
    )?;
    let token = token::parse(TokenKind::Setup, &body.token).ok_or_else(unavailable)?;
    if !app.setup.is(&token) {
        return Err(unavailable());
    }
    app.limiter.give_back(tries);
    let email = names::email(&body.email)?;
    let name = names::or_from(body.name.as_deref(), &email)?;
    let hash = register::new_password(&app, &email, &name, &body.password, || Ok(())).await?;
    let user = UserId(app.rng.uuid_at(caller.now));
    let account = NewAccount {
        id: user,
        email,
        name,
        email_verified: false,
        language: Some(text::of(&headers, None).language.to_owned()),
        password: Some(hash),
        passkey: None,
        roles: vec![ADMIN.to_owned()],
        created_at: caller.now,
    };
    let proof = Proof::password(caller.now);
    let audit = register::creation(&caller, user, &proof);
    let begun = Begun::prepare(&app, &caller, user, &[proof], false);
    let previous = browser_session(&app, &headers, caller.now).await?;
    let previous = previous.map(|(session, _)| session);
    let first = begun.to_keep_instead(previous.as_deref());
    let handle = app.clone();
    let made = wholly(async move {
        let store = &handle.store;
        let made = store
            .create_first_admin(account, Some(first), audit)
            .await?;
        if let (CreateAccount::Created, Some(previous)) = (made, previous) {
            end::announce_replaced(&handle, &previous);
        }
        Ok(made)
    });
    match made.await? {
        CreateAccount::Created => {
            app.setup.withdraw();
            register::signed_in(&app, &caller, begun, user).await
        }
        CreateAccount::AdminExists => {
            app.setup.withdraw();
            Err(unavailable())
        }
        CreateAccount::Taken => Err(ApiError::new(
            ErrorCode::RegistrationRefused,
            "This address has an account already. Use another one for the admin.",
        )
        .field("email")),
    }
}

fn unavailable() -> ApiError {
    ApiError::new(
        ErrorCode::SetupUnavailable,
        "This link has been used or is not the latest one. Restart the server to get a new link \
         as long as there is no admin.",
    )
}
