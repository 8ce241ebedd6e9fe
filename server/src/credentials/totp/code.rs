//! One-time codes by time (RFC 6238): SHA-1, six digits, steps of thirty seconds, which is what every
//! app understands. A code of the step before is good as well, for slow hands; one of the next is not.

use portcullis_domain::{Rng, Timestamp};
use secrecy::{ExposeSecret, SecretBox};
use totp_rs::{Builder, Secret};

/// Bytes of a key: as many as HMAC-SHA-1 has (RFC 4226 section 4, R6).
const KEY: usize = 20;
/// Seconds in a step.
pub(super) const STEP: u64 = 30;
/// Digits of a code.
pub(super) const DIGITS: u8 = 6;

/// The key that an app and we share.
pub(crate) struct Key(SecretBox<[u8; KEY]>);

impl Key {
    /// A fresh one.
    pub(crate) fn generate(rng: &dyn Rng) -> Self {
        let mut bytes = [0_u8; KEY];
        rng.fill(&mut bytes);
        Self(SecretBox::new(Box::new(bytes)))
    }

    /// One that was kept.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes: [u8; KEY] = bytes.try_into().ok()?;
        Some(Self(SecretBox::new(Box::new(bytes))))
    }

    /// To be kept, sealed.
    pub(crate) fn expose(&self) -> &[u8] {
        self.0.expose_secret()
    }

    /// For apps and people: base32 (RFC 4648 section 6).
    pub(crate) fn base32(&self) -> String {
        Secret::new_stack(*self.0.expose_secret()).to_base32()
    }

    /// The step that a code is of: this one, or the one before. Comparing takes the same time whatever
    /// is wrong.
    pub(crate) fn step_of(&self, code: &str, now: Timestamp) -> Option<i64> {
        let totp = Builder::new()
            .with_secret(Secret::new_stack(*self.0.expose_secret()))
            .with_digits(DIGITS)
            .with_step_duration(STEP)
            .with_skew(0)
            .build()
            .ok()?;
        let seconds = u64::try_from(now.0).ok()? / 1000;
        let current = totp.check(code, seconds);
        let before = totp.check(code, seconds.checked_sub(STEP)?);
        i64::try_from(current.or(before)?).ok()
    }
}

/// A code as somebody typed it; spaces and dashes do not count. `None` if it cannot be one.
pub(crate) fn parse(typed: &str) -> Option<String> {
    if typed.len() > 64 {
        return None;
    }
    let code: String = typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .collect();
    let is_code = code.len() == usize::from(DIGITS) && code.bytes().all(|b| b.is_ascii_digit());
    is_code.then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key of both RFCs' appendices.
    fn key() -> Key {
        Key::from_bytes(b"12345678901234567890").unwrap()
    }

    #[test]
    fn rfc6238_appendix_b_the_last_six_digits_of_each_vector() {
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let step = key().step_of(code, Timestamp(seconds * 1000));
            assert_eq!(step, Some(seconds / 30), "{seconds}");
        }
    }

    #[test]
    fn rfc4226_appendix_d_each_count_is_a_step() {
        let codes = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583",
            "399871", "520489",
        ];
        for (count, code) in (0_i64..).zip(codes).skip(1) {
            let now = Timestamp(count * 30_000);
            assert_eq!(key().step_of(code, now), Some(count), "{code}");
        }
    }

    #[test]
    fn rfc6238_5_2_one_step_back_and_none_ahead() {
        // Step 1 is the seconds from 30 to 59.
        let at = |millis| key().step_of("287082", Timestamp(millis));
        assert_eq!(at(29_999), None, "ahead");
        assert_eq!(at(30_000), Some(1));
        assert_eq!(at(59_999), Some(1));
        assert_eq!(at(60_000), Some(1), "one step back");
        assert_eq!(at(89_999), Some(1));
        assert_eq!(at(90_000), None, "two steps back");
    }

    #[test]
    fn a_key_is_read_by_apps() {
        assert_eq!(key().base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert!(Key::from_bytes(b"short").is_none());
    }

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        for typed in ["287082", "287 082", " 287-082 ", "287\u{a0}082"] {
            assert_eq!(parse(typed).as_deref(), Some("287082"), "{typed}");
        }
        for typed in [
            "",
            "28708",
            "2870822",
            "28708a",
            "+87082",
            "２８７０８２",
            &"2".repeat(100),
        ] {
            assert_eq!(parse(typed), None, "{typed}");
        }
    }
}
