//! Mails: written by flows, queued with what they tell of, sent from the outbox.

pub(crate) mod letter;
pub(crate) mod limits;
pub(crate) mod notices;
pub(crate) mod outbox;
pub(crate) mod page;
mod prepare;
mod smtp;
mod template;
pub(crate) mod text;

use std::sync::Arc;

use portcullis_domain::{
    Email, MailId, Mailer, Timestamp, UserId,
    mail::{Message, NewMail, QueuedMail},
};
use uuid::Uuid;

use self::letter::{Envelope, Letter};
use crate::{app::App, config::Config};

/// What becomes of mails.
pub(crate) enum Post {
    /// None is written.
    Off,
    /// They are kept in the outbox, where the demo shows them.
    Kept,
    /// They are sent.
    Sent(Arc<dyn Mailer>),
}

impl Post {
    /// What the settings say, unless the host app sends mails itself.
    pub(crate) fn new(config: &Config, host: Option<Arc<dyn Mailer>>) -> anyhow::Result<Self> {
        if let Some(mailer) = host {
            return Ok(Self::Sent(mailer));
        }
        if config.mail.smtp.is_some() {
            let smtp = smtp::Smtp::new(&config.mail, &host_of(&config.public_url()))?;
            return Ok(Self::Sent(Arc::new(smtp)));
        }
        Ok(if config.demo { Self::Kept } else { Self::Off })
    }

    /// Whether people can be written to.
    pub(crate) const fn is_on(&self) -> bool {
        !matches!(self, Self::Off)
    }
}

/// The host of a public URL.
fn host_of(url: &str) -> String {
    let url = url::Url::parse(url).ok();
    let host = url.as_ref().and_then(url::Url::host_str);
    host.unwrap_or("localhost").to_owned()
}

impl App {
    /// The public URL's host.
    pub(crate) fn host(&self) -> String {
        host_of(&self.issuer)
    }
}

/// A mail to be queued with the event that it tells of; none where none are sent. It is of use for
/// `seconds`, and so are its links.
pub(crate) fn write(
    app: &App,
    now: Timestamp,
    (to, user): (&Email, Option<UserId>),
    language: &str,
    letter: Letter,
    seconds: i64,
) -> Option<NewMail> {
    if !app.post.is_on() {
        return None;
    }
    let id = MailId(app.rng.uuid_at(now));
    let kind = letter.kind();
    let envelope = Envelope {
        to: to.as_str().to_owned(),
        language: language.to_owned(),
        letter,
    };
    let plain = serde_json::to_vec(&envelope).ok();
    let sealed = plain.and_then(|plain| app.outbox.seal(&plain, id.0.as_bytes()));
    let Some(sealed) = sealed else {
        tracing::error!(kind, "a mail could not be sealed; it is not sent");
        return None;
    };
    Some(NewMail {
        id,
        kind,
        user,
        sealed,
        created_at: now,
        expires_at: now.plus_seconds(seconds),
    })
}

/// A mail that is sent to see whether it arrives.
pub(crate) fn test_message(config: &Config, id: Uuid, to: &Email, language: &str) -> Message {
    let url = config.public_url();
    let id = format!("{id}@{}", host_of(&url));
    let words = text::in_language(language);
    let page = template::test(words, url);
    template::written(config, words, id, to.as_str(), &page)
}

fn open(app: &App, mail: &QueuedMail) -> Option<Envelope> {
    let plain = app.outbox.open(&mail.sealed, mail.id.0.as_bytes())?;
    serde_json::from_slice(&plain).ok()
}
