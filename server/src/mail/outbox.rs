//! Sends what waits in the outbox.
//!
//! A mail was queued by the database in the transaction of what it tells of, and stays there until a
//! server has taken it: it survives a restart. One that is not taken is tried again after ten seconds,
//! then ever more rarely, and given up, with a row in the audit log, when it is of no use any more. If
//! the server ends between a mail's being taken and that being written down, it is sent once more, with
//! the same `Message-ID`.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use futures::StreamExt;
use portcullis_domain::{
    AuditEvent, StorageError,
    audit::AuditKind,
    mail::{Delivery, QueuedMail},
};
use tokio::{sync::Notify, time::timeout};

use super::{Post, prepare::prepare};
use crate::app::App;

/// How often is looked what is due, besides when a mail was queued here: other nodes queue some too.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How many are sent at once.
const AT_ONCE: usize = 4;
/// How many are taken at once.
const BATCH: u32 = 8;
/// Seconds for which nobody else takes what one has taken: longer than a batch takes.
const LEASE: i64 = 180;
/// Seconds until the next try, after the first, the second and so on; after the last as after that.
const PAUSES: [i64; 6] = [10, 30, 120, 600, 1800, 3600];
/// After how many tries a mail is given up, if it has not become useless before.
const MOST_TRIES: u32 = 40;

/// Wakes whoever sends mails.
#[derive(Clone, Default)]
pub(crate) struct Bell(Arc<Notify>);

impl Bell {
    /// A mail was queued.
    pub(crate) fn ring(&self) {
        self.0.notify_one();
    }
}

/// Sends mails, for as long as the server is there.
pub(crate) async fn run(app: Weak<App>, bell: Bell) {
    loop {
        // Either is a reason to look.
        timeout(LOOK_EVERY, bell.0.notified()).await.ok();
        let Some(app) = app.upgrade() else { return };
        if let Err(error) = send_all(&app).await {
            tracing::warn!(%error, "could not look which mails are due; will try again");
        }
    }
}

async fn send_all(app: &App) -> Result<(), StorageError> {
    loop {
        let now = app.now();
        let until = now.plus_seconds(LEASE);
        let due = app.store.take_due_mails(now, until, BATCH).await?;
        let is_last = due.len() < BATCH as usize;
        futures::stream::iter(due)
            .for_each_concurrent(AT_ONCE, |mail| send(app, mail))
            .await;
        if is_last {
            return Ok(());
        }
    }
}

async fn send(app: &App, mail: QueuedMail) {
    if let Err(error) = try_to_send(app, &mail).await {
        // The lease runs out, and then it is tried once more.
        let kind = &mail.kind;
        tracing::warn!(%error, kind, "could not see to a mail; will try again");
    }
}

async fn try_to_send(app: &App, mail: &QueuedMail) -> Result<(), StorageError> {
    if app.now() >= mail.expires_at {
        return match app.post {
            // Nobody meant it to be sent.
            Post::Kept => app.store.finish_mail(mail.id).await,
            _ => give_up(app, mail, "it is of no use any more").await,
        };
    }
    let Some(envelope) = super::open(app, mail) else {
        return give_up(app, mail, "it was sealed under another master key").await;
    };
    let Some(message) = prepare(app, mail, envelope).await? else {
        // Nobody is to get it.
        return app.store.finish_mail(mail.id).await;
    };
    let delivery = match &app.post {
        // It can be looked at until it is of no use any more.
        Post::Kept => return app.store.put_off_mail(mail.id, mail.expires_at).await,
        Post::Off => Delivery::Failed("no mail server is configured".to_owned()),
        Post::Sent(mailer) => mailer.send(&message).await,
    };
    match delivery {
        Delivery::Sent => app.store.finish_mail(mail.id).await,
        Delivery::Refused(why) => give_up(app, mail, &why).await,
        Delivery::Failed(why) => put_off(app, mail, &why).await,
    }
}

async fn put_off(app: &App, mail: &QueuedMail, why: &str) -> Result<(), StorageError> {
    if mail.tries >= MOST_TRIES {
        return give_up(app, mail, why).await;
    }
    let (kind, pause) = (&mail.kind, pause_after(mail.tries));
    tracing::warn!(kind, why, pause, "a mail could not be sent; will try again");
    let until = app.now().plus_seconds(pause);
    app.store.put_off_mail(mail.id, until).await
}

async fn give_up(app: &App, mail: &QueuedMail, why: &str) -> Result<(), StorageError> {
    let kind = &mail.kind;
    tracing::warn!(kind, why, "a mail could not be sent; given up");
    let audit = AuditEvent {
        subject: mail.user,
        detail: serde_json::json!({
            "mail": mail.id.0, "kind": mail.kind, "tries": mail.tries, "why": why,
        }),
        ..AuditEvent::by_itself(AuditKind::MailGivenUp, app.now())
    };
    app.store.give_up_mail(mail.id, audit).await
}

/// Seconds until the next try, after so many.
fn pause_after(tries: u32) -> i64 {
    let nth = usize::try_from(tries.saturating_sub(1)).unwrap_or(usize::MAX);
    let [.., last] = PAUSES;
    PAUSES.get(nth).copied().unwrap_or(last)
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
