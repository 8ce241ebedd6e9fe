//! Tells clients that a session has ended (OpenID Connect Back-Channel Logout 1.0).
//!
//! What is to be told is queued by the database in the transaction that ends the session, and stays
//! there until the client has answered: it survives a restart, and is told at least once. A client
//! that does not answer is asked again after ten seconds, then ever more rarely, and given up after
//! a day.

mod send;
mod token;

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use futures::StreamExt;
use portcullis_domain::{StorageError, logouts::Logout};
use tokio::{sync::Notify, time::timeout};

use self::send::Heard;
pub(crate) use self::send::Sender;
use crate::app::App;

/// How often is looked what is due, besides when a session ends here: other nodes end some as well.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How many are told at once.
const AT_ONCE: usize = 16;
/// How many are taken at once.
const BATCH: u32 = 64;
/// Seconds for which nobody else takes what one has taken: longer than a batch takes.
const LEASE: i64 = 60;
/// Seconds until the next try, after the first, the second and so on; after the last as after that.
const PAUSES: [i64; 6] = [10, 30, 120, 600, 1800, 3600];
/// Seconds after which a client is given up.
const GIVE_UP: i64 = 24 * 3600;

/// Wakes whoever tells clients.
#[derive(Clone, Default)]
pub(crate) struct Bell(Arc<Notify>);

impl Bell {
    /// A session has ended.
    pub(crate) fn ring(&self) {
        self.0.notify_one();
    }
}

/// Tells clients, for as long as the server is there.
pub(crate) async fn run(app: Weak<App>, bell: Bell) {
    loop {
        // Either is a reason to look.
        timeout(LOOK_EVERY, bell.0.notified()).await.ok();
        let Some(app) = app.upgrade() else { return };
        if let Err(error) = tell_all(&app).await {
            tracing::warn!(%error, "could not look whom to tell of logouts; will try again");
        }
    }
}

async fn tell_all(app: &App) -> Result<(), StorageError> {
    loop {
        let now = app.now();
        let until = now.plus_seconds(LEASE);
        let due = app.store.take_due_logouts(now, until, BATCH).await?;
        let is_last = due.len() < BATCH as usize;
        futures::stream::iter(due)
            .for_each_concurrent(AT_ONCE, |logout| tell(app, logout))
            .await;
        if is_last {
            return Ok(());
        }
    }
}

async fn tell(app: &App, logout: Logout) {
    let told = match try_to_tell(app, &logout).await {
        Ok(heard) => heard,
        Err(error) => {
            tracing::warn!(%error, "could not tell a client of a logout; will try again");
            Heard::Nothing("our own failure")
        }
    };
    let settled = match told {
        Heard::Well => app.store.finish_logout(logout.family).await,
        Heard::Refusal(why) => {
            let client = &logout.client_id;
            tracing::warn!(
                client,
                why,
                "a client refused a logout; it is not told again"
            );
            app.store.finish_logout(logout.family).await
        }
        Heard::Nothing(why) => put_off(app, &logout, why).await,
    };
    if let Err(error) = settled {
        // The lease runs out, and then it is told once more.
        tracing::warn!(%error, "could not write down that a client was told of a logout");
    }
}

async fn put_off(app: &App, logout: &Logout, why: &str) -> Result<(), StorageError> {
    let client = &logout.client_id;
    let now = app.now();
    if now.millis_since(logout.created_at) >= GIVE_UP * 1000 {
        tracing::warn!(
            client,
            why,
            "a client could not be told of a logout in a day; given up"
        );
        return app.store.finish_logout(logout.family).await;
    }
    let pause = pause_after(logout.tries);
    tracing::info!(
        client,
        why,
        pause,
        "a client could not be told of a logout; will try again"
    );
    let until = now.plus_seconds(pause);
    app.store.put_off_logout(logout.family, until).await
}

/// Seconds until the next try, after so many.
fn pause_after(tries: u32) -> i64 {
    let nth = usize::try_from(tries.saturating_sub(1)).unwrap_or(usize::MAX);
    let [.., last] = PAUSES;
    PAUSES.get(nth).copied().unwrap_or(last)
}

async fn try_to_tell(app: &App, logout: &Logout) -> anyhow::Result<Heard> {
    let store = &*app.store;
    let client = app
        .clients
        .find(store, &logout.client_id, app.now())
        .await?;
    // One that is gone, or never wanted to know, need not be told.
    let Some(client) = client else {
        return Ok(Heard::Well);
    };
    let Some(uri) = &client.backchannel_logout_uri else {
        return Ok(Heard::Well);
    };
    let token = token::issue(app, &client, logout).await?;
    let by_itself = store.registered_itself(&client.id).await?;
    Ok(app.logout_sender.send(uri, &token, by_itself).await)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_an_hour_and_stay_there() {
        let pauses: Vec<i64> = (0..9).map(pause_after).collect();
        assert_eq!(pauses, [10, 10, 30, 120, 600, 1800, 3600, 3600, 3600]);
        assert_eq!(pause_after(u32::MAX), 3600);
    }
}
