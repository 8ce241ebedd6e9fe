//! What makes a good password (NIST SP 800-63B-4 section 3.1.1.2, ASVS 6.2).

use portcullis_domain::Email;
use portcullis_types::ErrorCode;

use super::hashing::Typed;
use crate::{
    app::App,
    config::PasswordConfig,
    http::errors::{ApiError, ApiResult},
};

/// zxcvbn's cost grows fast with length; what is beyond this cannot make a password weaker.
const SCORED: usize = 100;
/// Shorter words of the context are too common to forbid.
const SHORTEST_CONTEXT_WORD: usize = 4;

/// Checks a new password on the pool that bounds slow work: scoring a long one takes a while.
pub(crate) async fn check(
    app: &App,
    password: Typed,
    email: &Email,
    name: &str,
    field: &'static str,
) -> ApiResult<Typed> {
    let (config, email, name) = (app.config.password.clone(), email.clone(), name.to_owned());
    app.hasher
        .run(move || check_now(&config, &password, &email, &name, field).map(|()| password))
        .await?
}

/// Checks a new password; address and name are what an attacker would try first.
pub(crate) fn check_now(
    config: &PasswordConfig,
    password: &Typed,
    email: &Email,
    name: &str,
    field: &'static str,
) -> ApiResult<()> {
    let text = password.expose();
    let refuse = |code, detail: String| Err(ApiError::new(code, detail).field(field));
    let length = text.chars().count();
    if length < config.min_length {
        let detail = format!(
            "Use at least {} characters. A few unrelated words are easy to remember.",
            config.min_length
        );
        return refuse(ErrorCode::PasswordTooShort, detail);
    }
    if length > config.max_length {
        let detail = format!("Use at most {} characters.", config.max_length);
        return refuse(ErrorCode::PasswordTooLong, detail);
    }
    let lower = text.to_lowercase();
    let words = context_words(email, name);
    if words.iter().any(|word| lower.contains(word.as_str())) {
        let detail = "It contains your name, your email address or the name of this service.";
        return refuse(ErrorCode::PasswordTooWeak, detail.to_owned());
    }
    let scored: String = text.chars().take(SCORED).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let estimate = zxcvbn::zxcvbn(&scored, &words);
    if u8::from(estimate.score()) < config.min_score {
        let hint = estimate.feedback().and_then(|feedback| {
            let warning = feedback.warning().map(|warning| warning.to_string());
            warning.or_else(|| feedback.suggestions().first().map(ToString::to_string))
        });
        let detail = hint.unwrap_or_else(|| "Add another word or two.".to_owned());
        return refuse(ErrorCode::PasswordTooWeak, detail);
    }
    Ok(())
}

fn context_words(email: &Email, name: &str) -> Vec<String> {
    let domain = email
        .as_str()
        .rsplit_once('@')
        .map_or("", |(_, domain)| domain);
    let mut words: Vec<String> = email
        .local_part()
        .split(|c: char| !c.is_alphanumeric())
        .chain(domain.split('.'))
        .chain(name.split_whitespace())
        .chain([email.local_part(), "portcullis"])
        .map(str::to_lowercase)
        .filter(|word| word.chars().count() >= SHORTEST_CONTEXT_WORD)
        .collect();
    words.sort();
    words.dedup();
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(password: &str) -> Option<ErrorCode> {
        let email = Email::parse("ada.lovelace@example.com").unwrap();
        let config = PasswordConfig::default();
        let typed = Typed::new(password);
        check_now(&config, &typed, &email, "Augusta King", "password")
            .err()
            .map(|error| error.code())
    }

    #[test]
    fn asvs_6_2_1_length_counts_code_points() {
        assert_eq!(verdict("kurz und knapp"), Some(ErrorCode::PasswordTooShort));
        assert_eq!(verdict(&"é".repeat(14)), Some(ErrorCode::PasswordTooShort));
        assert_eq!(
            verdict(&"correct horse ".repeat(10)),
            Some(ErrorCode::PasswordTooLong)
        );
    }

    #[test]
    fn asvs_6_2_9_long_and_odd_passwords_are_fine() {
        assert_eq!(verdict("vexing plum otter 19 sails"), None);
        assert_eq!(verdict("żółta łódź płynie nocą 🚣"), None);
        let long =
            "vexing plum otter 19 sails across a quiet bay at the edge of every map ever drawn";
        assert!(long.len() > 64);
        assert_eq!(verdict(long), None);
    }

    #[test]
    fn asvs_6_2_4_common_passwords_are_refused() {
        assert_eq!(
            verdict("passwordpassword"),
            Some(ErrorCode::PasswordTooWeak)
        );
        assert_eq!(
            verdict("aaaaaaaaaaaaaaaaaaaa"),
            Some(ErrorCode::PasswordTooWeak)
        );
        assert_eq!(
            verdict("123456789012345678"),
            Some(ErrorCode::PasswordTooWeak)
        );
    }

    #[test]
    fn asvs_6_2_11_context_words_are_refused() {
        for password in [
            "my portcullis opens at nine",
            "Lovelace vexing plum otter",
            "vexing plum AUGUSTA otter",
        ] {
            assert_eq!(
                verdict(password),
                Some(ErrorCode::PasswordTooWeak),
                "{password}"
            );
        }
    }
}
