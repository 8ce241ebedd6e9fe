//! `GET /api/auth/events`: one stream per browser that says when to look again.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    http::{HeaderName, HeaderValue, header},
    response::{
        AppendHeaders, IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures::stream;
use portcullis_types::{
    ErrorCode, Problem,
    events::{EventKind, SessionEvent},
};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use super::{hub::Notice, registry::LiveSession};
use crate::{
    app::Handle,
    http::{
        actor::BrowserSession,
        errors::{ApiError, ApiResult},
    },
};

/// How often a stream looks whether its session is still alive, and shows that it is itself.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// How much later a stream says that its session was replaced: the answer with the next session's
/// cookie is on its way to the same browser, and must not be overtaken by the news.
const REPLACED: Duration = Duration::from_secs(2);

/// A stream's end of the hub; closing the connection drops it.
struct Listener {
    handle: Handle,
    session: Arc<LiveSession>,
    notices: Receiver<Notice>,
    greeted: bool,
    over: bool,
}

impl Drop for Listener {
    fn drop(&mut self) {
        // Lets go of the receiver first, so that the hub sees whether anybody is left.
        self.notices = tokio::sync::broadcast::channel(1).1;
        self.handle
            .hub
            .close_stream(self.session.user(), self.session.id());
    }
}

/// Listens for changes of one's own session.
#[utoipa::path(get, path = "/api/auth/events", tag = "sessions",
    description = "Server-sent events named `hello`, `changed` and `ended`, each with a \
                   SessionEvent as data. Listening does not keep the session alive.",
    responses((status = 200, body = SessionEvent, content_type = "text/event-stream"),
              (status = 401, body = Problem), (status = 429, body = Problem)))]
pub(crate) async fn events(
    handle: Handle,
    BrowserSession { session, .. }: BrowserSession,
) -> ApiResult<Response> {
    if !handle
        .hub
        .open_stream(session.id(), handle.config.limits.event_streams_per_session)
    {
        return Err(ApiError::new(
            ErrorCode::RateLimited,
            "This session has too many event streams open.",
        )
        .retry_after(5));
    }
    let notices = handle.hub.listen(session.user());
    let listener = Listener {
        handle,
        session,
        notices,
        greeted: false,
        over: false,
    };
    let events = stream::unfold(listener, |mut listener| async move {
        let event = listener.next().await?;
        Some((Ok::<_, Infallible>(event), listener))
    });
    let headers = AppendHeaders([
        // Keeps proxies from holding events back: what compresses them waits for more, and some wait
        // for a full buffer.
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("no-store, no-transform"),
        ),
        (
            HeaderName::from_static("x-accel-buffering"),
            HeaderValue::from_static("no"),
        ),
    ]);
    let keep_alive = KeepAlive::new().interval(HEARTBEAT);
    Ok((headers, Sse::new(events).keep_alive(keep_alive)).into_response())
}

impl Listener {
    async fn next(&mut self) -> Option<Event> {
        if self.over {
            return None;
        }
        if !self.greeted {
            // Subscribed before looking: a change in between is seen twice, never missed.
            self.greeted = true;
            return self.look(EventKind::Hello).await;
        }
        loop {
            let mut stopping = self.handle.stopping.subscribe();
            let notice = tokio::select! {
                _ = stopping.wait_for(|stopping| *stopping) => return None,
                notice = tokio::time::timeout(HEARTBEAT, self.notices.recv()) => notice,
            };
            match notice {
                Ok(Ok(Notice::Ended(id))) if id == self.session.id() => {
                    return Some(self.end());
                }
                Ok(Ok(Notice::Replaced(id))) if id == self.session.id() => {
                    let stop = stopping.wait_for(|stopping| *stopping);
                    _ = tokio::time::timeout(REPLACED, stop).await;
                    return Some(self.end());
                }
                Ok(Ok(Notice::Changed) | Err(RecvError::Lagged(_))) => {
                    return self.look(EventKind::Changed).await;
                }
                Ok(Err(RecvError::Closed)) => return None,
                Err(_) if !self.session.is_alive(self.handle.now()) => return Some(self.end()),
                // Another session ended, or nothing happened.
                Ok(Ok(Notice::Ended(_) | Notice::Replaced(_))) | Err(_) => {}
            }
        }
    }

    /// An event with the version as of now; the end, if the session is over.
    async fn look(&mut self, kind: EventKind) -> Option<Event> {
        let current = self.session.current();
        let now = self.handle.now();
        let alive = self
            .handle
            .sessions
            .find(&*self.handle.store, current.token, now)
            .await;
        let principal = self
            .handle
            .principals
            .get(&*self.handle.store, current.user)
            .await;
        match (alive, principal) {
            (Ok(Some(_)), Ok(Some(principal))) => Some(event(SessionEvent {
                kind,
                version: principal.account.version,
            })),
            (Err(_), _) | (_, Err(_)) => None,
            _ => Some(self.end()),
        }
    }

    fn end(&mut self) -> Event {
        self.over = true;
        event(SessionEvent {
            kind: EventKind::Ended,
            version: 0,
        })
    }
}

fn event(event: SessionEvent) -> Event {
    let name = match event.kind {
        EventKind::Hello => "hello",
        EventKind::Changed => "changed",
        EventKind::Ended => "ended",
    };
    Event::default()
        .event(name)
        .data(serde_json::to_string(&event).unwrap_or_default())
}
