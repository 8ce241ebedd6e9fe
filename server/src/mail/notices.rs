//! Telling the owners of accounts what was done to them, with a link to say that it was not them.

use portcullis_domain::{Account, TokenKind, mail::NewMail};

use super::letter::{Letter, Notice};
use crate::{app::App, crypto::token, http::caller::Caller, sessions::user_agent};

/// Seconds for which "this was not me" can be said; people do not read their mail every day.
const SECONDS: i64 = 7 * 24 * 3600;

/// The mail that tells an owner of what is about to be done to their account, to go with its event.
pub(crate) fn of(app: &App, caller: &Caller, account: &Account, what: Notice) -> Option<NewMail> {
    let letter = Letter::Notice {
        what,
        device: user_agent::device(&caller.user_agent()),
        ip: caller.ip_text(),
        at: caller.now,
        token: token::generate(&*app.rng, TokenKind::Mail)
            .expose()
            .to_owned(),
    };
    let to = (&account.email, Some(account.id));
    // English, where nobody knows better: whoever does it does not choose what its owner reads.
    let language = account.language.as_deref().unwrap_or("en");
    super::write(app, caller.now, to, language, letter, SECONDS)
}
