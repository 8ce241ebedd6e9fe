//! The flags that say what a client is registered as, and what they change.

use std::path::{Path, PathBuf};

use anyhow::Context;
use base64::{Engine, engine::general_purpose::STANDARD};
use clap::Args;
use portcullis_types::client::{AccessTokenFormat, Client, JwkSet, SubjectType};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use serde::de::DeserializeOwned;

use super::names::{
    AlgorithmName, AuthMethodName, ConsentName, FormatName, GrantName, SubjectName,
};
use crate::tls;

/// What `--may-exchange` takes.
const MAY_EXCHANGE: &str = "Whose tokens it may exchange, for which services and with which scopes, \
    such as '{\"from\":[\"shop\"],\"to\":[\"https://mail.example\"],\"scopes\":[\"profile\"]}'; \
    may be repeated";

/// Whose certificate is the client's own.
#[derive(Args, Debug)]
struct CertificateNames {
    /// With tls_client_auth, whose certificate is its own: the subject, as in CN=shop,O=Example
    #[arg(long = "tls-subject-dn", value_name = "NAME")]
    subject_dn: Option<String>,
    /// With tls_client_auth, instead: a DNS name of the certificate
    #[arg(long = "tls-san-dns", value_name = "HOST")]
    san_dns: Option<String>,
    /// With tls_client_auth, instead: a URI of the certificate
    #[arg(long = "tls-san-uri", value_name = "URI")]
    san_uri: Option<String>,
    /// With tls_client_auth, instead: an IP address of the certificate
    #[arg(long = "tls-san-ip", value_name = "IP")]
    san_ip: Option<String>,
    /// With tls_client_auth, instead: a mail address of the certificate
    #[arg(long = "tls-san-email", value_name = "EMAIL")]
    san_email: Option<String>,
}

impl CertificateNames {
    fn apply(self, client: &mut Client) {
        maybe(&mut client.tls_client_auth_subject_dn, self.subject_dn);
        maybe(&mut client.tls_client_auth_san_dns, self.san_dns);
        maybe(&mut client.tls_client_auth_san_uri, self.san_uri);
        maybe(&mut client.tls_client_auth_san_ip, self.san_ip);
        maybe(&mut client.tls_client_auth_san_email, self.san_email);
    }
}

/// What a client is registered as, as far as it is named.
#[derive(Args, Debug)]
pub(super) struct Registration {
    /// Whether people are asked before it gets tokens for them [default: skipped]
    #[arg(long, value_enum)]
    consent: Option<ConsentName>,
    /// How it says who it is [default: none]
    #[arg(long, value_enum)]
    auth_method: Option<AuthMethodName>,
    /// How it may get tokens; may be repeated [default: authorization_code and refresh_token]
    #[arg(long, value_enum)]
    grant: Vec<GrantName>,
    /// Where the browser may be sent; may be repeated
    #[arg(long, value_name = "URI")]
    redirect_uri: Vec<String>,
    /// Where the browser may be sent after signing out; may be repeated
    #[arg(long, value_name = "URI")]
    post_logout_redirect_uri: Vec<String>,
    /// Where it is told that a session has ended
    #[arg(long, value_name = "URL")]
    backchannel_logout_uri: Option<String>,
    /// Scope it may ask for; may be repeated [default: openid, profile and email]
    #[arg(long)]
    scope: Vec<String>,
    /// Service that its access tokens may be for, as a URI; may be repeated
    #[arg(long, value_name = "URI")]
    resource: Vec<String>,
    /// Service that it is, as a URI: tokens for it are its to exchange; may be repeated
    #[arg(long, value_name = "URI")]
    serves: Vec<String>,
    #[arg(long, value_name = "JSON", help = MAY_EXCHANGE)]
    may_exchange: Vec<String>,
    /// Let it exchange tokens for ones that do not say who acts, where --may-exchange lets it
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
        default_missing_value = "true")]
    may_impersonate: Option<bool>,
    #[command(flatten)]
    names: CertificateNames,
    /// With self_signed_tls_client_auth, instead of --jwks: a PEM file with its certificate
    #[arg(long, value_name = "FILE", conflicts_with_all = ["jwks", "jwks_uri"])]
    client_certificate: Option<PathBuf>,
    /// A file with its public keys, a JWK Set: for private_key_jwt, self_signed_tls_client_auth
    /// and signed requests
    #[arg(long, value_name = "FILE")]
    jwks: Option<PathBuf>,
    /// Where its public keys are, instead of --jwks
    #[arg(long, value_name = "URL")]
    jwks_uri: Option<String>,
    /// Its logo
    #[arg(long, value_name = "URL")]
    logo_uri: Option<String>,
    /// How it treats people's data
    #[arg(long, value_name = "URL")]
    policy_uri: Option<String>,
    /// Its terms of service
    #[arg(long, value_name = "URL")]
    tos_uri: Option<String>,
    /// How long its access tokens live
    #[arg(long, value_name = "SECONDS")]
    access_token_seconds: Option<i64>,
    /// How long its refresh tokens live without use
    #[arg(long, value_name = "SECONDS")]
    refresh_idle_seconds: Option<i64>,
    /// How long its token families live at all
    #[arg(long, value_name = "SECONDS")]
    refresh_absolute_seconds: Option<i64>,
    /// What signed introspection answers for it are signed with [default: RS256]
    #[arg(long, value_enum)]
    introspection_alg: Option<AlgorithmName>,
    /// What its ID tokens are signed with [default: RS256]
    #[arg(long, value_enum)]
    id_token_alg: Option<AlgorithmName>,
    /// What its access tokens are signed with [default: ES256]
    #[arg(long, value_enum)]
    access_token_alg: Option<AlgorithmName>,
    /// What its access tokens look like [default: jwt]
    #[arg(long, value_enum)]
    access_token_format: Option<FormatName>,
    /// What it knows users by [default: public]
    #[arg(long, value_enum)]
    subject_type: Option<SubjectName>,
    /// With pairwise: where the redirect URIs of all are listed who share its sector
    #[arg(long, value_name = "URL")]
    sector_identifier_uri: Option<String>,
    /// What a claim says to it, such as '{"claim":"groups","from":"roles"}'; may be repeated
    #[arg(long, value_name = "JSON")]
    claim_mapper: Vec<String>,
    /// Make it push its authorization requests (PAR)
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
        default_missing_value = "true")]
    require_par: Option<bool>,
    /// Make it sign its authorization requests (JAR)
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
        default_missing_value = "true")]
    require_signed_requests: Option<bool>,
    /// Hold it to the FAPI 2.0 security profile: PAR, DPoP or certificates, private_key_jwt or
    /// certificates
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
        default_missing_value = "true")]
    fapi2: Option<bool>,
    /// Let it sign people in without PKCE: for old confidential clients that have none
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
        default_missing_value = "true")]
    without_pkce: Option<bool>,
    /// Give it no tokens without a DPoP proof
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
        default_missing_value = "true")]
    dpop: Option<bool>,
    /// Give it tokens that are bound to its certificate, and none without
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
        default_missing_value = "true")]
    certificate_bound: Option<bool>,
    /// Let it introspect any token, not only its own
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
        default_missing_value = "true")]
    may_introspect: Option<bool>,
}

/// The key of a certificate in a file, with the certificate: no other of that key is good then.
fn of_certificate(path: &Path) -> anyhow::Result<JwkSet> {
    let der = CertificateDer::from_pem_file(path)
        .with_context(|| format!("there is no certificate in {}", path.display()))?;
    let mut key = tls::key_of(&der).with_context(|| {
        format!(
            "the key in {} is of a kind that is not known",
            path.display()
        )
    })?;
    key.x5c = Some(vec![STANDARD.encode(&der)]);
    Ok(JwkSet { keys: vec![key] })
}

impl Registration {
    /// Puts what is named into a client. A list that is named takes the place of the one before;
    /// one empty text empties it.
    pub(super) fn apply(self, client: &mut Client) -> anyhow::Result<()> {
        let method = self.auth_method.map(|it| it.0);
        put(&mut client.token_endpoint_auth_method, method);
        put(&mut client.consent, self.consent.map(|it| it.0));
        if !self.grant.is_empty() {
            client.grant_types = self.grant.iter().map(|grant| grant.0).collect();
        }
        list(&mut client.redirect_uris, self.redirect_uri);
        let after_logout = &mut client.post_logout_redirect_uris;
        list(after_logout, self.post_logout_redirect_uri);
        maybe(
            &mut client.backchannel_logout_uri,
            self.backchannel_logout_uri,
        );
        self.names.apply(client);
        list(&mut client.scopes, self.scope);
        list(&mut client.resources, self.resource);
        list(&mut client.serves, self.serves);
        if let Some(path) = &self.jwks {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            let jwks = serde_json::from_str(&text)
                .with_context(|| format!("{} is not a JWK Set", path.display()))?;
            client.jwks = Some(jwks);
            client.jwks_uri = None;
        }
        if let Some(path) = &self.client_certificate {
            client.jwks = Some(of_certificate(path)?);
            client.jwks_uri = None;
        }
        if self.jwks_uri.is_some() {
            // Beside keys that are named as well, it is for the checks to refuse.
            client.jwks = client.jwks.take().filter(|_| self.jwks.is_some());
        }
        maybe(&mut client.jwks_uri, self.jwks_uri);
        maybe(&mut client.logo_uri, self.logo_uri);
        maybe(&mut client.policy_uri, self.policy_uri);
        maybe(&mut client.tos_uri, self.tos_uri);
        for (to, named) in [
            (&mut client.access_token_seconds, self.access_token_seconds),
            (&mut client.refresh_idle_seconds, self.refresh_idle_seconds),
            (
                &mut client.refresh_absolute_seconds,
                self.refresh_absolute_seconds,
            ),
        ] {
            *to = named.map_or(*to, |seconds| Some(seconds).filter(|it| *it != 0));
        }
        let introspection_alg = self.introspection_alg.map(|it| it.0);
        let introspection = &mut client.introspection_signed_response_alg;
        put(introspection, introspection_alg);
        let id_token_alg = self.id_token_alg.map(|it| it.0);
        put(&mut client.id_token_signed_response_alg, id_token_alg);
        let access_token_alg = self.access_token_alg.map(|it| it.0);
        put(&mut client.access_token_signing_alg, access_token_alg);
        let format = self.access_token_format.map(AccessTokenFormat::from);
        put(&mut client.access_token_format, format);
        let subject_type = self.subject_type.map(SubjectType::from);
        put(&mut client.subject_type, subject_type);
        if client.subject_type == SubjectType::Public {
            client.sector_identifier_uri = None;
        }
        maybe(
            &mut client.sector_identifier_uri,
            self.sector_identifier_uri,
        );
        let what = "not what a claim says";
        read(&mut client.claim_mappers, &self.claim_mapper, what)?;
        let what = "no rule for exchanging tokens";
        read(&mut client.may_exchange, &self.may_exchange, what)?;
        put(&mut client.may_impersonate, self.may_impersonate);
        let require_par = &mut client.require_pushed_authorization_requests;
        put(require_par, self.require_par);
        let require_signed = &mut client.require_signed_request_object;
        put(require_signed, self.require_signed_requests);
        put(&mut client.fapi2, self.fapi2);
        put(&mut client.require_pkce, self.without_pkce.map(|it| !it));
        put(&mut client.dpop_bound_access_tokens, self.dpop);
        let certificate_bound = &mut client.tls_client_certificate_bound_access_tokens;
        put(certificate_bound, self.certificate_bound);
        put(&mut client.may_introspect, self.may_introspect);
        Ok(())
    }
}

/// What is not named stays.
fn put<T>(to: &mut T, named: Option<T>) {
    if let Some(named) = named {
        *to = named;
    }
}

/// An empty text takes what was there away.
fn maybe(to: &mut Option<String>, named: Option<String>) {
    if let Some(named) = named {
        *to = Some(named).filter(|named| !named.is_empty());
    }
}

/// A list that is named takes the place of the one before.
fn list(to: &mut Vec<String>, named: Vec<String>) {
    if !named.is_empty() {
        *to = named;
        to.retain(|named| !named.is_empty());
    }
}

/// As `list`, of what is written as JSON.
fn read<T: DeserializeOwned>(to: &mut Vec<T>, named: &[String], what: &str) -> anyhow::Result<()> {
    if named.is_empty() {
        return Ok(());
    }
    let named = named.iter().filter(|text| !text.is_empty());
    let read = |text: &String| -> anyhow::Result<T> {
        serde_json::from_str(text).with_context(|| format!("{text} is {what}"))
    };
    *to = named.map(read).collect::<anyhow::Result<_>>()?;
    Ok(())
}
