//! What a mail says once it is sent: now it is looked whether there is an account, and what is in its
//! links is made good.

use portcullis_domain::{
    AccountStatus, Email, PasskeyId, SecretToken, StorageError, UserId,
    mail::{Message, QueuedMail},
    mail_tokens::{MailPurpose, MailToken},
};

use super::{
    letter::{Envelope, Letter, Notice},
    template::{self, Page},
    text,
};
use crate::{app::App, crypto::token};

/// Where links in mails lead: pages that show a button, which only a person presses.
pub(crate) const VERIFY_PAGE: &str = "/verify";
pub(crate) const RESET_PAGE: &str = "/reset";
pub(crate) const NOT_ME_PAGE: &str = "/not-me";
const SIGN_IN_PAGE: &str = "/sign-in";

/// The mail as it is sent. `None`: nobody is to get it.
pub(super) async fn prepare(
    app: &App,
    mail: &QueuedMail,
    envelope: Envelope,
) -> Result<Option<Message>, StorageError> {
    let words = text::in_language(&envelope.language);
    let Ok(to) = Email::parse(&envelope.to) else {
        return Ok(None);
    };
    let page = match envelope.letter {
        Letter::Verify { token, code } => {
            let link = link(app, VERIFY_PAGE, &token);
            template::verify(words, &code, link)
        }
        Letter::Reset { token } => {
            let Some((account, _)) = app.store.account_by_email(&to).await? else {
                return Ok(None);
            };
            if account.status != AccountStatus::Enabled {
                return Ok(None);
            }
            let words = text::of_account(&account).unwrap_or(words);
            if account.has_password {
                let link = link(app, RESET_PAGE, &token);
                keep(app, mail, token, account.id, to.clone(), None).await?;
                template::reset(words, link)
            } else {
                let link = format!("{}{SIGN_IN_PAGE}", app.issuer);
                template::no_password(words, link)
            }
        }
        Letter::Notice {
            what,
            device,
            ip,
            at,
            token,
        } => {
            let Some(user) = mail.user else {
                return Ok(None);
            };
            let link = link(app, NOT_ME_PAGE, &token);
            let about = match what {
                Notice::PasskeyAdded(passkey) => Some(passkey),
                _ => None,
            };
            keep(app, mail, token, user, to.clone(), about).await?;
            template::notice(words, what, &device, &ip, at, link)
        }
    };
    Ok(Some(written(app, mail, words, to.as_str(), &page)))
}

fn written(app: &App, mail: &QueuedMail, words: &text::Words, to: &str, page: &Page) -> Message {
    template::written(&app.config, words, message_id(app, mail), to, page)
}

/// The same each time the mail is tried.
fn message_id(app: &App, mail: &QueuedMail) -> String {
    format!("{}@{}", mail.id.0, app.host())
}

/// A link of ours. What lets people in stands behind the `#`, which browsers send to nobody; where it
/// leads is ours to say and never the request's.
fn link(app: &App, page: &str, token: &str) -> String {
    format!("{}{page}#token={token}", app.issuer)
}

/// Makes a link good, for as long as the mail is of use. One that is good already stays so: a mail that
/// is tried again has the same link.
async fn keep(
    app: &App,
    mail: &QueuedMail,
    token: String,
    user: UserId,
    email: Email,
    about: Option<PasskeyId>,
) -> Result<(), StorageError> {
    let purpose = match mail.kind.as_str() {
        "reset" => MailPurpose::Reset,
        _ => MailPurpose::NotMe,
    };
    let token = MailToken {
        token: token::hash(&SecretToken::new(token)),
        purpose,
        user,
        email,
        code: None,
        about,
        created_at: mail.created_at,
        expires_at: mail.expires_at,
    };
    app.store.keep_mail_token(token, None).await
}
