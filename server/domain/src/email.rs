//! Email addresses in the one form in which they are stored and compared.

use unicode_normalization::UnicodeNormalization;

/// A normalised email address: trimmed, NFKC, lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Email(String);

/// The text is not an email address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This is not an email address. It should look like name@example.com.")]
pub struct EmailError;

impl Email {
    /// Longest address in bytes (RFC 5321 section 4.5.3.1.3: a path of 256 with its brackets).
    pub const MAX_BYTES: usize = 254;

    /// Normalises and checks an address. Deliberately lenient about the local part (RFC 5322
    /// allows nearly anything) and strict about what could break out of a header or a log line.
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        if text.len() > 4 * Self::MAX_BYTES {
            return Err(EmailError);
        }
        let normal: String = text.trim().nfkc().flat_map(char::to_lowercase).collect();
        let (local, domain) = normal.rsplit_once('@').ok_or(EmailError)?;
        let label = |label: &str| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        };
        let plain =
            |c: char| !c.is_whitespace() && !c.is_control() && !"@<>()[],;:\\\"".contains(c);
        let fine = normal.len() <= Self::MAX_BYTES
            && (1..=64).contains(&local.len())
            && local.chars().all(plain)
            && domain.split('.').count() >= 2
            && domain.split('.').all(label);
        if fine {
            Ok(Self(normal))
        } else {
            Err(EmailError)
        }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the `@`.
    pub fn local_part(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(local, _)| local)
    }
}

impl std::fmt::Display for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_compared_in_one_form() {
        let typed = Email::parse("  Ada.Lovelace@Example.COM ").unwrap();
        assert_eq!(typed.as_str(), "ada.lovelace@example.com");
        assert_eq!(typed.local_part(), "ada.lovelace");
        assert_eq!(
            Email::parse("ａda@example.com").unwrap(),
            Email::parse("ada@example.com").unwrap()
        );
    }

    #[test]
    fn what_is_not_an_address_is_refused() {
        let long = format!("{}@example.com", "a".repeat(65));
        for text in [
            "",
            "@",
            "ada",
            "ada@",
            "@example.com",
            "ada@example",
            "ada@@example.com",
            "a b@example.com",
            "ada@exa mple.com",
            "ada\r\nBcc: x@example.com",
            "ada@-example.com",
            "ada@example..com",
            "<ada@example.com>",
            "ada@example.com\u{0}",
            long.as_str(),
        ] {
            assert_eq!(Email::parse(text), Err(EmailError), "{text:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn parsing_never_panics_and_is_idempotent(text in "\\PC{0,40}@?\\PC{0,40}") {
            if let Ok(email) = Email::parse(&text) {
                proptest::prop_assert_eq!(Email::parse(email.as_str()).unwrap(), email);
            }
        }
    }
}
