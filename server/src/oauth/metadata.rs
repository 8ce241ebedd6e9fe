//! What this provider offers, for clients that ask (RFC 8414, OpenID Connect Discovery 1.0).

use axum::{
    Json,
    http::header,
    response::{IntoResponse, Response},
};
use portcullis_types::{
    client::{AuthMethod, GrantType, SigningAlgorithm, UserAttribute},
    oauth::ServerMetadata,
    paths,
};

use super::{acr, authorize::response_mode, client_auth, dpop};
use crate::app::{App, Handle};

/// Authorization server metadata.
#[utoipa::path(get, path = "/.well-known/oauth-authorization-server", tag = "oauth",
    responses((status = 200, body = ServerMetadata)))]
pub(crate) async fn oauth(app: Handle) -> Response {
    answer(&app)
}

/// OpenID provider metadata: the same document.
#[utoipa::path(get, path = "/.well-known/openid-configuration", tag = "oauth",
    responses((status = 200, body = ServerMetadata)))]
pub(crate) async fn openid(app: Handle) -> Response {
    answer(&app)
}

fn answer(app: &App) -> Response {
    (
        [(header::CACHE_CONTROL, "public, max-age=300")],
        Json(metadata(app)),
    )
        .into_response()
}

fn metadata(app: &App) -> ServerMetadata {
    let at = |path: &str| format!("{}{path}", app.issuer);
    let list = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
    let offered = |methods: &[AuthMethod]| -> Vec<String> {
        let offered = methods.iter().filter(|it| app.config.tls.offers(**it));
        offered.map(|method| method.as_str().to_owned()).collect()
    };
    let methods = offered(&AuthMethod::ALL);
    ServerMetadata {
        issuer: app.issuer.clone(),
        authorization_endpoint: at(paths::OAUTH_AUTHORIZE),
        token_endpoint: at(paths::OAUTH_TOKEN),
        pushed_authorization_request_endpoint: at(paths::OAUTH_PAR),
        registration_endpoint: at(paths::OAUTH_REGISTER),
        device_authorization_endpoint: at(paths::OAUTH_DEVICE_AUTHORIZATION),
        revocation_endpoint: at(paths::OAUTH_REVOKE),
        introspection_endpoint: at(paths::OAUTH_INTROSPECT),
        introspection_signing_alg_values_supported: list(
            &SigningAlgorithm::ALL.map(SigningAlgorithm::as_str),
        ),
        introspection_endpoint_auth_methods_supported: offered(&AuthMethod::CONFIDENTIAL),
        introspection_endpoint_auth_signing_alg_values_supported: list(&client_auth::ALGORITHMS),
        userinfo_endpoint: at(paths::OAUTH_USERINFO),
        end_session_endpoint: at(paths::OAUTH_LOGOUT),
        backchannel_logout_supported: true,
        backchannel_logout_session_supported: true,
        check_session_iframe: app
            .config
            .oauth
            .session_management
            .then(|| at(paths::OAUTH_CHECK_SESSION)),
        jwks_uri: at(paths::JWKS),
        scopes_supported: scopes(),
        response_types_supported: list(&["code"]),
        response_modes_supported: list(&response_mode::ALL),
        grant_types_supported: list(&GrantType::ALL.map(GrantType::as_str)),
        code_challenge_methods_supported: list(&["S256"]),
        token_endpoint_auth_methods_supported: methods.clone(),
        token_endpoint_auth_signing_alg_values_supported: list(&client_auth::ALGORITHMS),
        revocation_endpoint_auth_methods_supported: methods,
        revocation_endpoint_auth_signing_alg_values_supported: list(&client_auth::ALGORITHMS),
        tls_client_certificate_bound_access_tokens: app.config.tls.client_certificates,
        dpop_signing_alg_values_supported: list(&dpop::ALGORITHMS),
        authorization_response_iss_parameter_supported: true,
        acr_values_supported: list(&acr::ALL),
        ui_locales_supported: list(&["en", "de", "fr", "es", "ja"]),
        claims_parameter_supported: true,
        request_parameter_supported: true,
        request_object_signing_alg_values_supported: list(&client_auth::ALGORITHMS),
        require_signed_request_object: false,
        request_uri_parameter_supported: false,
        subject_types_supported: list(&["public", "pairwise"]),
        id_token_signing_alg_values_supported: list(
            &SigningAlgorithm::ALL.map(SigningAlgorithm::as_str),
        ),
        claims_supported: claims(),
    }
}

/// Scopes that say something of users (OpenID Connect Core section 5.4), and `openid` itself.
fn scopes() -> Vec<String> {
    let mut scopes = vec!["openid".to_owned()];
    for attribute in UserAttribute::ALL {
        let scope = attribute.scope();
        if scopes.last().is_none_or(|last| last != scope) {
            scopes.push(scope.to_owned());
        }
    }
    scopes
}

/// Claims of the sign-in, and those of users.
fn claims() -> Vec<String> {
    let of_tokens = [
        "iss",
        "sub",
        "aud",
        "iat",
        "exp",
        "auth_time",
        "amr",
        "acr",
        "sid",
        "nonce",
    ];
    let of_users = UserAttribute::ALL.map(UserAttribute::claim);
    of_tokens
        .iter()
        .chain(&of_users)
        .map(ToString::to_string)
        .collect()
}
