//! The words of mails, made by `cargo xtask text` from `server/text`.

use portcullis_domain::Account;

mod catalogue;
mod de;
mod en;
mod es;
mod fr;
mod ja;

pub(crate) use catalogue::Words;

/// The words of a language; English where there are none of it.
pub(crate) fn in_language(tag: &str) -> &'static Words {
    known(tag).unwrap_or(&en::ENGLISH)
}

/// The words of the language that an account is written to in, if that is known.
pub(crate) fn of_account(account: &Account) -> Option<&'static Words> {
    account.language.as_deref().and_then(known)
}

fn known(tag: &str) -> Option<&'static Words> {
    let all = [
        &en::ENGLISH,
        &de::GERMAN,
        &fr::FRENCH,
        &es::SPANISH,
        &ja::JAPANESE,
    ];
    all.into_iter().find(|words| words.mail_language == tag)
}
