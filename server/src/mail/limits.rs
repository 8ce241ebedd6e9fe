//! How often mails may be asked for, and links be tried; and how what is in a link is read.

use portcullis_domain::{Email, SecretHash, TokenKind};
use portcullis_types::ErrorCode;

use crate::{
    app::App,
    crypto::token,
    http::{
        caller::Caller,
        errors::{ApiError, ApiResult},
    },
    limits::Quota,
};

/// Refuses where no mails are sent.
pub(crate) fn require(app: &App) -> ApiResult<()> {
    if app.post.is_on() {
        return Ok(());
    }
    Err(ApiError::new(
        ErrorCode::MailUnavailable,
        "This server does not send mail. Ask the people who run it.",
    ))
}

/// Counts a mail that is asked for: nobody's mailbox is filled by somebody else, and no answer tells
/// whether there is an account.
pub(crate) fn take(app: &App, caller: &Caller, what: &str, email: &Email) -> ApiResult<()> {
    let limits = &app.config.limits;
    let network = caller.network();
    let counter = |key: String, tries, seconds| (key, Quota { tries, seconds });
    let counters = vec![
        counter(
            format!("mail {what} pair {network} {email}"),
            limits.mails_per_address_and_ip,
            15 * 60,
        ),
        counter(
            format!("mail {what} to {email}"),
            limits.mails_per_address,
            3600,
        ),
        counter(
            format!("mail {what} ip {network}"),
            limits.mails_per_ip,
            3600,
        ),
    ];
    app.limiter.take(caller.now, counters).map(drop)
}

/// Counts a link that is tried, good or not.
pub(crate) fn take_link(app: &App, caller: &Caller) -> ApiResult<()> {
    let quota = Quota {
        tries: app.config.limits.mail_links_per_ip,
        seconds: 15 * 60,
    };
    let counter = (format!("mail link ip {}", caller.network()), quota);
    app.limiter.take(caller.now, vec![counter]).map(drop)
}

/// What is kept of what is in a link.
pub(crate) fn parse(text: &str) -> ApiResult<SecretHash> {
    let token = token::parse(TokenKind::Mail, text).ok_or_else(no_link)?;
    Ok(token::hash(&token))
}

/// Which of the reasons it is, is nobody's business.
pub(crate) fn no_link() -> ApiError {
    ApiError::new(
        ErrorCode::LinkInvalid,
        "This link was used before, is too old or is not the latest one. Please ask for another.",
    )
}
