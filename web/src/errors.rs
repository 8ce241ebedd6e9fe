//! What went wrong, in words for the person in front of the page.

use portcullis_sdk::{AuthError, ErrorKind};
use portcullis_types::ErrorCode;

use crate::text::{Text, fill};
use crate::time::wait_in_words;
use crate::ui::Input;

/// What `error` means and what to do about it; empty if the user ended it themselves.
///
/// Where the server's own sentence says more than we could (why a password is weak), it is used by
/// those who read English, which is what the server writes.
pub fn message_of(error: &AuthError, text: &Text) -> String {
    if text.language == "en" && says_more(error) {
        return error.message.clone();
    }
    let fixed = match error.kind {
        ErrorKind::Cancelled | ErrorKind::Aborted => "",
        ErrorKind::Network => text.error_network,
        ErrorKind::UnexpectedAnswer => text.error_internal,
        ErrorKind::SignedOut => text.error_signed_out,
        ErrorKind::TimedOut => text.error_ceremony,
        ErrorKind::NotSupported => text.error_not_supported,
        ErrorKind::NotAllowedHere => text.error_not_here,
        ErrorKind::AlreadyRegistered => text.error_passkey_here,
        ErrorKind::RedirectInvalid | ErrorKind::RedirectRefused => text.error_redirect,
        ErrorKind::WrongMode => text.error_page,
        ErrorKind::Server(code) => match code {
            ErrorCode::RateLimited => return limited(error, text),
            ErrorCode::Busy => text.error_busy,
            // What our own pages never send, or what nobody could mend.
            ErrorCode::Internal
            | ErrorCode::InvalidRequest
            | ErrorCode::MethodNotAllowed
            | ErrorCode::PayloadTooLarge
            | ErrorCode::UnsupportedMediaType
            | ErrorCode::CsrfRejected
            | ErrorCode::CookieSessionRequired
            | ErrorCode::Conflict
            | ErrorCode::Unknown => text.error_internal,
            ErrorCode::NotAuthenticated => text.error_signed_out,
            ErrorCode::InvalidCredentials => text.sign_in_failed,
            ErrorCode::Forbidden => text.error_forbidden,
            ErrorCode::NotFound => text.error_not_found,
            ErrorCode::CeremonyInvalid | ErrorCode::RequestTimeout => text.error_ceremony,
            ErrorCode::PasskeyRejected | ErrorCode::PasskeyUnknown => text.passkey_failed,
            ErrorCode::PasskeyExists => text.error_passkey_here,
            ErrorCode::PasskeyLimit => text.error_passkey_limit,
            ErrorCode::RegistrationRefused => text.error_registration,
            ErrorCode::SetupUnavailable => text.error_setup,
            ErrorCode::NotYourself => text.error_not_yourself,
            ErrorCode::LinkInvalid => text.error_link,
            ErrorCode::CodeInvalid => text.error_code,
            ErrorCode::MailUnavailable => text.error_no_mail,
            ErrorCode::LastAdmin => text.error_last_admin,
            ErrorCode::SecondFactorRequired => text.error_second_factor,
            ErrorCode::TotpLimit => text.error_totp_limit,
            ErrorCode::LastCredential => text.error_last_way_in,
            ErrorCode::StepUpRequired => text.error_step_up,
            ErrorCode::EmailInvalid => text.error_email,
            ErrorCode::NameInvalid => text.error_name,
            ErrorCode::ProfileInvalid => text.error_profile,
            ErrorCode::PasswordTooShort => text.error_password_short,
            ErrorCode::PasswordTooLong => text.error_password_long,
            ErrorCode::PasswordTooWeak => text.error_password_weak,
        },
    };
    fixed.to_owned()
}

/// Whether the server has told what exactly is to be mended.
fn says_more(error: &AuthError) -> bool {
    use ErrorCode::{
        EmailInvalid, InvalidRequest, LastCredential, NameInvalid, PasswordTooLong,
        PasswordTooShort, PasswordTooWeak, ProfileInvalid,
    };
    matches!(
        error.kind,
        ErrorKind::Server(
            EmailInvalid
                | InvalidRequest
                | LastCredential
                | NameInvalid
                | PasswordTooLong
                | PasswordTooShort
                | PasswordTooWeak
                | ProfileInvalid
        )
    )
}

fn limited(error: &AuthError, text: &Text) -> String {
    let wait = wait_in_words(error.retry_after.unwrap_or(60), text);
    fill(text.error_limited, &[("wait", &wait)])
}

/// Puts `error` where it belongs: to the field it is about, else into `status`.
pub(crate) fn show(
    error: &AuthError,
    text: &Text,
    fields: &[(&str, Input)],
    status: leptos::prelude::RwSignal<String>,
) {
    use leptos::prelude::Set;
    let message = message_of(error, text);
    let about = error.field.as_deref().or(match error.code() {
        Some(ErrorCode::EmailInvalid) => Some("email"),
        Some(ErrorCode::NameInvalid) => Some("name"),
        Some(
            ErrorCode::PasswordTooShort | ErrorCode::PasswordTooLong | ErrorCode::PasswordTooWeak,
        ) => Some("password"),
        _ => None,
    });
    match fields.iter().find(|(name, _)| Some(*name) == about) {
        Some((_, field)) => field.fail(message),
        None => status.set(message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::ENGLISH;

    #[test]
    fn what_the_user_ended_needs_no_words_and_everything_else_has_some() {
        assert_eq!(message_of(&ErrorKind::Cancelled.into(), &ENGLISH), "");
        assert_eq!(message_of(&ErrorKind::Aborted.into(), &ENGLISH), "");
        for code in ErrorCode::ALL {
            let error = ErrorKind::Server(*code).into();
            assert!(
                !message_of(&error, &ENGLISH).is_empty(),
                "{}",
                code.as_str()
            );
        }
    }

    #[test]
    fn too_many_tries_say_how_long_to_wait() {
        let mut error = AuthError::new(ErrorKind::Server(ErrorCode::RateLimited));
        error.retry_after = Some(90);
        assert_eq!(
            message_of(&error, &ENGLISH),
            "Too many tries. Wait 2 minutes, then try again."
        );
    }
}
