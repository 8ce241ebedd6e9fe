//! `sector_identifier_uri`: fetched when a client is registered, to see that whoever runs the
//! sector counts the client in (OpenID Connect Core section 8.1); never again after that.

use portcullis_types::client::{Client, SubjectType};

use super::validate::Invalid;
use crate::oauth::fetch;

const NOT_PUBLIC: &str = "must be https and on the public internet";

/// Who says what is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AskedBy {
    /// An admin, who knows this network.
    Admin,
    /// Anybody: nothing that only this machine or its network can reach is asked.
    Anybody,
}

/// Checks that the sector's list has all redirect URIs of a client that names one. Nothing is asked
/// that was asked `before`: a page that is gone does not stand in the way of other changes.
///
/// # Errors
/// If it cannot be fetched, is no list, or lacks one of them.
pub(crate) async fn check(
    client: &Client,
    before: Option<&Client>,
    by: AskedBy,
) -> Result<(), Invalid> {
    let pairwise = |it: &&Client| it.subject_type == SubjectType::Pairwise;
    let named = Some(client).filter(pairwise);
    let Some(uri) = named.and_then(|it| it.sector_identifier_uri.as_deref()) else {
        return Ok(());
    };
    let before = before.filter(pairwise);
    let before = before.filter(|it| it.sector_identifier_uri.as_deref() == Some(uri));
    let is_new = |it: &&String| !before.is_some_and(|before| before.redirect_uris.contains(it));
    let new: Vec<&String> = client.redirect_uris.iter().filter(is_new).collect();
    if new.is_empty() && before.is_some() {
        return Ok(());
    }
    let invalid = |what: String| Invalid("sector_identifier_uri", what);
    let listed = fetch(uri, by).await;
    let listed = listed.map_err(|why| invalid(format!("{uri:?} {why}")))?;
    match new.into_iter().find(|it| !listed.contains(it)) {
        None => Ok(()),
        Some(missing) => Err(invalid(format!("{uri:?} does not list {missing:?}"))),
    }
}

async fn fetch(uri: &str, by: AskedBy) -> Result<Vec<String>, &'static str> {
    let http = match by {
        AskedBy::Admin => fetch::builder(),
        AskedBy::Anybody => fetch::past_this_network(uri).await.ok_or(NOT_PUBLIC)?,
    };
    let http = http.build().map_err(|_| "cannot be asked without TLS")?;
    fetch::json(&http, uri).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nothing_inside_is_asked_for_anybody() {
        for uri in [
            "https://127.0.0.1:1/s",
            "https://localhost:1/s",
            "https://[::1]:1/s",
            "https://[::ffff:127.0.0.1]:1/s",
            "https://0x7f000001:1/s",
            "https://169.254.169.254/latest",
            "https://10.0.0.1/s",
            "https://no-such-host.invalid/s",
            "http://93.184.215.14/s",
        ] {
            let why = fetch(uri, AskedBy::Anybody).await.unwrap_err();
            assert_eq!(why, NOT_PUBLIC, "{uri}");
        }
    }
}
