//! Names that people give to themselves and their passkeys.

use portcullis_domain::Email;
use portcullis_types::ErrorCode;
use unicode_normalization::UnicodeNormalization;

use crate::http::errors::{ApiError, ApiResult};

/// Most code points of a name.
const LONGEST: usize = 100;

/// A usable name: NFKC, trimmed, 1 to 100 code points, nothing that hides or reorders text.
pub(crate) fn parse(text: &str) -> ApiResult<String> {
    let invalid = || {
        ApiError::new(
            ErrorCode::NameInvalid,
            "Use 1 to 100 letters, digits, spaces and punctuation.",
        )
        .field("name")
    };
    if text.len() > LONGEST * 8 {
        return Err(invalid());
    }
    let name: String = text.trim().nfkc().collect();
    let count = name.chars().count();
    if count == 0 || count > LONGEST || name.chars().any(is_hidden) {
        return Err(invalid());
    }
    Ok(name)
}

/// The name given, or the part of the address before the `@`.
pub(crate) fn or_from(name: Option<&str>, email: &Email) -> ApiResult<String> {
    match name {
        Some(name) => parse(name),
        None => parse(email.local_part()),
    }
}

/// An email address of a request's body.
pub(crate) fn email(text: &str) -> ApiResult<Email> {
    Email::parse(text)
        .map_err(|error| ApiError::new(ErrorCode::EmailInvalid, error.to_string()).field("email"))
}

/// Control characters, and the marks that reorder or hide what surrounds them (Unicode TR 36).
pub(super) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_and_bounded() {
        assert_eq!(parse("  Ada  ").unwrap(), "Ada");
        assert_eq!(parse("Ｌaptop").unwrap(), "Laptop");
        assert!(parse(&"x".repeat(100)).is_ok());
        for bad in [
            "",
            "   ",
            "a\nb",
            "a\u{202e}b",
            "\u{200b}",
            &"x".repeat(101),
        ] {
            assert_eq!(
                parse(bad).unwrap_err().code(),
                ErrorCode::NameInvalid,
                "{bad:?}"
            );
        }
    }
}
