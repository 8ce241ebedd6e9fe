//! `POST /oauth/revocations`: tells services what is taken back, as it happens, so that those who verify
//! tokens by themselves refuse them within a second.
//!
//! What is told is of use to who has seen the token alone: random ids, and hashes of them. A cursor is
//! a time; all since a little before it is told again, since what was begun earlier may have been
//! committed later, and to hear of something twice does no harm. So no cursor can skip anything, and
//! one that is no good (from a clock that ran ahead) tells everything.

use std::{collections::HashSet, convert::Infallible, time::Duration};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use futures::stream;
use portcullis_domain::{FamilyId, SecretHash, StorageError, Timestamp};
use portcullis_types::{
    client::{AuthMethod, Client},
    oauth::OAuthError,
    paths,
    revocation::{EndedClient, RevocationLine, RevokedFamily, RevokedToken},
};
use tokio::sync::{OwnedSemaphorePermit, watch};
use uuid::Uuid;

use super::{
    client_auth::authenticate, clients::validate::LONGEST_ACCESS_TOKEN, errors::Refusal, form::Form,
};
use crate::{app::Handle, crypto::token::base64url, http::caller::Caller};

/// Most services that listen at a time.
pub(crate) const MOST: usize = 256;
/// Most entries of a line.
const PAGE: u32 = 500;
/// How far before a cursor is looked again, in seconds: longer than a request may take.
const OVERLAP: i64 = 120;
/// How often it is looked for what another process has taken back.
const TICK: Duration = Duration::from_secs(1);
/// Ticks after which a line is sent although there is nothing to tell.
const HEARTBEAT: u32 = 3;
/// Seconds after which a service has to ask again, and show who it is.
const LONGEST: i64 = 600;

/// Tells what is taken back, line by line, until the service goes or ten minutes are over. For
/// confidential clients that are services (`serves`, `may_introspect`). Without a cursor it begins with
/// all that was taken back in the time that an access token may live.
#[utoipa::path(post, path = "/oauth/revocations", tag = "oauth",
    request_body(content = String, content_type = "application/x-www-form-urlencoded",
        description = "`cursor`, the latest that was told; and what the client authenticates with."),
    responses((status = 200, body = RevocationLine, content_type = "application/x-ndjson"),
              (status = 400, body = OAuthError), (status = 401, body = OAuthError),
              (status = 403, body = OAuthError), (status = 429, body = OAuthError),
              (status = 503, body = OAuthError)))]
pub(crate) async fn revocations(
    app: Handle,
    caller: Caller,
    headers: HeaderMap,
    Form(parameters): Form,
) -> Result<Response, Refusal> {
    let path = paths::OAUTH_REVOCATIONS;
    let client = authenticate(&app, &caller, &headers, &parameters, path).await?;
    if !may_listen(&client) {
        return Err(Refusal::no_service());
    }
    let cursor = parameters.get("cursor").map(read_cursor).transpose()?;
    let cursor = cursor.filter(|cursor| *cursor <= caller.now);
    let permit = app.revocation_streams.clone().try_acquire_owned();
    let permit = permit.map_err(|_| Refusal::busy(5))?;
    let since = client.registered_at();
    let from = cursor.map_or(Timestamp(0), before);
    let listener = Listener {
        heard: app.families.listen(),
        from,
        up_to: caller.now,
        stage: beginning(from),
        told: HashSet::new(),
        quiet: HEARTBEAT,
        over_at: caller.now.plus_seconds(LONGEST),
        client: (client.id.clone(), since),
        _permit: permit,
        app,
    };
    let lines = stream::unfold(listener, |mut listener| async move {
        let line = listener.next().await?;
        let mut text = serde_json::to_vec(&line).ok()?;
        text.push(b'\n');
        Some((Ok::<_, Infallible>(Bytes::from(text)), listener))
    });
    let headers = AppendHeaders([
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/x-ndjson"),
        ),
        // Keeps proxies from holding lines back.
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("no-store, no-transform"),
        ),
        (
            HeaderName::from_static("x-accel-buffering"),
            HeaderValue::from_static("no"),
        ),
    ]);
    Ok((headers, Body::from_stream(lines)).into_response())
}

/// Services that others' tokens are for.
fn may_listen(client: &Client) -> bool {
    client.token_endpoint_auth_method != AuthMethod::None
        && (client.may_introspect || !client.serves.is_empty())
}

fn read_cursor(text: &str) -> Result<Timestamp, Refusal> {
    let digits = (1..=16).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let number = text.parse().ok().filter(|_| digits);
    let wrong = || Refusal::invalid_request("The cursor is not one that was told.");
    number.map(Timestamp).ok_or_else(wrong)
}

fn before(cursor: Timestamp) -> Timestamp {
    cursor.plus_seconds(-OVERLAP)
}

/// What is being told.
#[derive(Clone, Copy)]
enum Stage {
    Families((Timestamp, FamilyId)),
    Tokens((Timestamp, SecretHash)),
    Clients,
    Waiting,
}

fn beginning(from: Timestamp) -> Stage {
    Stage::Families((from, FamilyId(Uuid::nil())))
}

/// A service that listens.
struct Listener {
    app: Handle,
    heard: watch::Receiver<()>,
    /// Since when is being told, and up to when.
    from: Timestamp,
    up_to: Timestamp,
    stage: Stage,
    /// What it was told already of what is looked at again, and when that was taken back.
    told: HashSet<(Timestamp, Told)>,
    /// For how many ticks it has heard nothing.
    quiet: u32,
    over_at: Timestamp,
    /// Who it is, and since when.
    client: (String, Option<Timestamp>),
    _permit: OwnedSemaphorePermit,
}

/// What a service was told of.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Told {
    Family(FamilyId),
    Token([u8; 32]),
    Client(String),
}

impl Listener {
    /// The next line; the end, if it is over, or cannot be told.
    async fn next(&mut self) -> Option<RevocationLine> {
        loop {
            let line = match self.stage {
                Stage::Waiting => {
                    self.wait().await?;
                    continue;
                }
                Stage::Families(after) => self.families(after).await,
                Stage::Tokens(after) => self.tokens(after).await,
                Stage::Clients => self.clients().await,
            };
            match line {
                Ok(Some(line)) => {
                    self.quiet = 0;
                    return Some(line);
                }
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(%error, "cannot tell a service what was taken back");
                    return None;
                }
            }
        }
    }

    async fn families(
        &mut self,
        after: (Timestamp, FamilyId),
    ) -> Result<Option<RevocationLine>, StorageError> {
        let page = self.app.store.revoked_families(after, PAGE).await?;
        self.stage = match page.last() {
            Some(last) if page.len() >= PAGE as usize => Stage::Families(*last),
            _ => Stage::Tokens((self.from, SecretHash([0; 32]))),
        };
        let new = page
            .into_iter()
            .filter(|(at, sid)| self.is_new(*at, Told::Family(*sid)));
        let families: Vec<_> = new
            .map(|(at, sid)| RevokedFamily {
                sid,
                at: at.as_seconds(),
            })
            .collect();
        Ok((!families.is_empty()).then(|| RevocationLine { families, ..line() }))
    }

    async fn tokens(
        &mut self,
        after: (Timestamp, SecretHash),
    ) -> Result<Option<RevocationLine>, StorageError> {
        let page = self.app.store.revoked_tokens(after, PAGE).await?;
        self.stage = match page.last() {
            Some(last) if page.len() >= PAGE as usize => Stage::Tokens(*last),
            _ => Stage::Clients,
        };
        // Of those from before it was kept when, it is not known how long they still concern somebody.
        let now = self.up_to;
        let at = |at: Timestamp| if at.0 == 0 { now } else { at }.as_seconds();
        let new = page
            .into_iter()
            .filter(|(at, hash)| self.is_new(*at, Told::Token(hash.0)));
        let tokens: Vec<_> = new
            .map(|(when, hash)| RevokedToken {
                hash: base64url(&hash.0),
                at: at(when),
            })
            .collect();
        Ok((!tokens.is_empty()).then(|| RevocationLine { tokens, ..line() }))
    }

    /// The clients, and with them that all is told.
    async fn clients(&mut self) -> Result<Option<RevocationLine>, StorageError> {
        let ended = self.app.store.ended_clients(self.from).await?;
        self.stage = Stage::Waiting;
        let new = ended
            .into_iter()
            .filter(|(at, id)| self.is_new(*at, Told::Client(id.clone())));
        let clients: Vec<_> = new
            .map(|(at, id)| EndedClient {
                id,
                at: at.as_seconds(),
            })
            .collect();
        if clients.is_empty() && self.quiet > 0 && self.quiet < HEARTBEAT {
            return Ok(None);
        }
        Ok(Some(RevocationLine {
            clients,
            cursor: Some(self.up_to.0.to_string()),
            ..line()
        }))
    }

    /// Whether it was not told yet. It is kept in mind as long as it is looked at again.
    fn is_new(&mut self, at: Timestamp, what: Told) -> bool {
        let entry = (at, what);
        if self.told.contains(&entry) {
            return false;
        }
        if at >= before(self.up_to) {
            self.told.insert(entry);
        }
        true
    }

    /// Waits until there may be something to tell. Nothing: it is over.
    async fn wait(&mut self) -> Option<()> {
        let mut stopping = self.app.stopping.subscribe();
        tokio::select! {
            _ = stopping.wait_for(|stopping| *stopping) => return None,
            heard = tokio::time::timeout(TICK, self.heard.changed()) => {
                if !matches!(heard, Ok(Ok(()))) {
                    self.quiet += 1;
                }
            }
        }
        let now = self.app.now();
        if now >= self.over_at || !self.is_still_allowed(now).await {
            return None;
        }
        self.from = before(self.up_to);
        self.up_to = now;
        self.told.retain(|(at, _)| *at >= self.from);
        self.stage = beginning(self.from);
        Some(())
    }

    /// Whether it is still the client that it showed to be, and a service.
    async fn is_still_allowed(&self, now: Timestamp) -> bool {
        let (id, since) = &self.client;
        let client = self.app.clients.find(&*self.app.store, id, now).await;
        let client = client.ok().flatten();
        client.is_some_and(|client| may_listen(&client) && client.registered_at() == *since)
    }
}

fn line() -> RevocationLine {
    RevocationLine {
        keep_seconds: LONGEST_ACCESS_TOKEN,
        ..RevocationLine::default()
    }
}
