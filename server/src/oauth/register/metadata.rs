//! What an application that registers itself may be: less than one that an admin registers. It gets
//! the scopes that are about signing people in, is no service to others, nothing is fetched from
//! where it says but the list of its sector, once and past this network, it is told of logouts only
//! where it has people sent to, and people are asked before it gets anything.
//!
//! Later it changes what is its own to say: its name, addresses, keys and ways. What an admin has
//! made of it stays, and it never gets more by itself than it has.

use portcullis_types::{
    client::{AuthMethod, Client, Consent, GrantType},
    registration::ClientMetadata,
};

use url::{Host, Url};

use crate::oauth::{
    clients::validate::{self, Invalid},
    subject,
};

/// What an application is called that does not say.
const UNNAMED: &str = "Unnamed application";
/// Scopes that anybody may be registered for.
const SCOPES: [&str; 3] = ["openid", "profile", "email"];
/// Grants that anybody may be registered for.
const GRANTS: [GrantType; 3] = [
    GrantType::AuthorizationCode,
    GrantType::RefreshToken,
    GrantType::DeviceCode,
];

/// What is wrong: an error code of RFC 7591 section 3.2.2, and what to mend.
pub(crate) struct Refused(pub(crate) &'static str, pub(crate) String);

fn invalid(what: impl Into<String>) -> Refused {
    Refused("invalid_client_metadata", what.into())
}

/// The client that an application wants to be.
pub(super) fn new_client(id: &str, said: ClientMetadata) -> Result<Client, Refused> {
    let mut client = Client::new(id, UNNAMED);
    // What RFC 7591 section 2 has for what is left out.
    client.token_endpoint_auth_method = AuthMethod::ClientSecretBasic;
    client.grant_types = vec![GrantType::AuthorizationCode];
    client.consent = Consent::Remembered;
    let scopes = SCOPES.map(str::to_owned);
    let may = May {
        scopes: &scopes,
        grants: &GRANTS,
        keys_at: None,
    };
    let client = apply(client, said, &may)?;
    if client.sector_identifier_uri.is_some() && client.may(GrantType::DeviceCode) {
        // Anybody can name addresses that a sector lists; only who is redirected to has them.
        return Err(invalid(
            "sector_identifier_uri: together with the device code it takes an admin.",
        ));
    }
    Ok(client)
}

/// What it becomes of a client. What is left out of scopes, grants, ways and subjects stays as it is
/// (RFC 7592 section 2.2 leaves that to the server); what else is left out goes.
pub(super) fn changed(client: &Client, said: ClientMetadata) -> Result<Client, Refused> {
    let may = May {
        scopes: &client.scopes,
        grants: &client.grant_types,
        keys_at: client.jwks_uri.as_ref(),
    };
    let base = Client {
        name: UNNAMED.to_owned(),
        ..client.clone()
    };
    let mut changed = apply(base, said, &may)?;
    // What an admin let in without asking was what it was before.
    if changed.consent == Consent::Skipped {
        changed.consent = Consent::Remembered;
    }
    // It would learn, by the sign-ins that it has, whom others know by those.
    if !subject::are_shared(client, &changed) {
        return Err(invalid(
            "subject_type, sector_identifier_uri, redirect_uris: to know its users by other subjects \
             takes an admin.",
        ));
    }
    Ok(changed)
}

/// What an application may have.
struct May<'a> {
    scopes: &'a [String],
    grants: &'a [GrantType],
    /// Where an admin has had its keys fetched from.
    keys_at: Option<&'a String>,
}

fn apply(mut client: Client, said: ClientMetadata, may: &May<'_>) -> Result<Client, Refused> {
    if said.jwks_uri.is_some() && said.jwks_uri.as_ref() != may.keys_at {
        return Err(invalid("jwks_uri: send the keys themselves, as jwks."));
    }
    let is_code = |types: Vec<String>| types == ["code"];
    if !said.response_types.is_none_or(is_code) {
        return Err(invalid("response_types: only code is offered."));
    }
    if let Some(name) = said.client_name {
        client.name = name;
    }
    if let Some(method) = said.token_endpoint_auth_method {
        client.token_endpoint_auth_method = method;
    }
    if let Some(grants) = said.grant_types {
        client.grant_types = grants;
    }
    if !client.grant_types.iter().all(|it| may.grants.contains(it)) {
        return Err(invalid("grant_types: one of them takes an admin."));
    }
    if let Some(scope) = said.scope {
        client.scopes = scope.split_ascii_whitespace().map(str::to_owned).collect();
    }
    if !client.scopes.iter().all(|it| may.scopes.contains(it)) {
        return Err(invalid("scope: one of them takes an admin."));
    }
    client.redirect_uris = said.redirect_uris;
    client.post_logout_redirect_uris = said.post_logout_redirect_uris;
    if let Some(uri) = &said.backchannel_logout_uri
        && !is_beside_redirects(&client, uri)
    {
        return Err(invalid(
            "backchannel_logout_uri: must be https, on the host of a redirect URI.",
        ));
    }
    client.backchannel_logout_uri = said.backchannel_logout_uri;
    client.backchannel_logout_session_required = said.backchannel_logout_session_required;
    client.tls_client_auth_subject_dn = said.tls_client_auth_subject_dn;
    client.tls_client_auth_san_dns = said.tls_client_auth_san_dns;
    client.tls_client_auth_san_uri = said.tls_client_auth_san_uri;
    client.tls_client_auth_san_ip = said.tls_client_auth_san_ip;
    client.tls_client_auth_san_email = said.tls_client_auth_san_email;
    client.jwks = said.jwks;
    client.jwks_uri = said.jwks_uri;
    client.logo_uri = said.logo_uri;
    client.policy_uri = said.policy_uri;
    client.tos_uri = said.tos_uri;
    if let Some(algorithm) = said.id_token_signed_response_alg {
        client.id_token_signed_response_alg = algorithm;
    }
    // What is left out is no: an admin's yes stays.
    client.require_pushed_authorization_requests |= said.require_pushed_authorization_requests;
    client.require_signed_request_object |= said.require_signed_request_object;
    client.dpop_bound_access_tokens |= said.dpop_bound_access_tokens;
    client.tls_client_certificate_bound_access_tokens |=
        said.tls_client_certificate_bound_access_tokens;
    if let Some(subject_type) = said.subject_type {
        client.subject_type = subject_type;
    }
    if said.sector_identifier_uri.is_some() {
        client.sector_identifier_uri = said.sector_identifier_uri;
    }
    validate::check(&client).map_err(refused)?;
    Ok(client)
}

/// What is wrong with a client, in the words of RFC 7591 section 3.2.2.
pub(super) fn refused(Invalid(field, what): Invalid) -> Refused {
    let code = match field {
        "redirect_uris" => "invalid_redirect_uri",
        _ => "invalid_client_metadata",
    };
    Refused(code, format!("{field}: {what}."))
}

/// Whether an address is one that the application may have us call: a web server by its name, which
/// it has people sent to as well.
fn is_beside_redirects(client: &Client, uri: &str) -> bool {
    let origin = |uri: &str| {
        let url = Url::parse(uri).ok().filter(|url| url.scheme() == "https");
        let by_name = |url: &Url| matches!(url.host(), Some(Host::Domain(_)));
        url.filter(by_name).map(|url| url.origin())
    };
    let called = origin(uri);
    let mut redirects = client.redirect_uris.iter().map(|uri| origin(uri));
    called.is_some() && redirects.any(|redirect| redirect == called)
}

/// What a client is registered as, in the words of RFC 7591.
pub(super) fn of_client(client: &Client) -> ClientMetadata {
    let has_code = client.may(GrantType::AuthorizationCode);
    ClientMetadata {
        client_id: Some(client.id.clone()),
        client_name: Some(client.name.clone()),
        redirect_uris: client.redirect_uris.clone(),
        post_logout_redirect_uris: client.post_logout_redirect_uris.clone(),
        backchannel_logout_uri: client.backchannel_logout_uri.clone(),
        backchannel_logout_session_required: client.backchannel_logout_session_required,
        token_endpoint_auth_method: Some(client.token_endpoint_auth_method),
        grant_types: Some(client.grant_types.clone()),
        response_types: Some(has_code.then(|| "code".to_owned()).into_iter().collect()),
        scope: Some(client.scopes.join(" ")),
        tls_client_auth_subject_dn: client.tls_client_auth_subject_dn.clone(),
        tls_client_auth_san_dns: client.tls_client_auth_san_dns.clone(),
        tls_client_auth_san_uri: client.tls_client_auth_san_uri.clone(),
        tls_client_auth_san_ip: client.tls_client_auth_san_ip.clone(),
        tls_client_auth_san_email: client.tls_client_auth_san_email.clone(),
        jwks: client.jwks.clone(),
        jwks_uri: client.jwks_uri.clone(),
        logo_uri: client.logo_uri.clone(),
        policy_uri: client.policy_uri.clone(),
        tos_uri: client.tos_uri.clone(),
        id_token_signed_response_alg: Some(client.id_token_signed_response_alg),
        require_pushed_authorization_requests: client.require_pushed_authorization_requests,
        require_signed_request_object: client.require_signed_request_object,
        dpop_bound_access_tokens: client.dpop_bound_access_tokens,
        tls_client_certificate_bound_access_tokens: client
            .tls_client_certificate_bound_access_tokens,
        subject_type: Some(client.subject_type),
        sector_identifier_uri: client.sector_identifier_uri.clone(),
    }
}
