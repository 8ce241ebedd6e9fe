//! Codes that people type: eight letters, none of them a vowel, so that no word comes of it
//! (RFC 8628 section 6.1).

use portcullis_domain::Rng;

/// Twenty letters: eight of them are 34 bits.
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
const LENGTH: usize = 8;

/// A fresh code.
pub(super) fn generate(rng: &dyn Rng) -> String {
    let mut code = String::with_capacity(LENGTH);
    while code.len() < LENGTH {
        let mut byte = [0_u8];
        rng.fill(&mut byte);
        // 240 is the largest multiple of 20: what is above would favour the first letters.
        if byte[0] < 240 {
            code.push(char::from(LETTERS[usize::from(byte[0] % 20)]));
        }
    }
    code
}

/// The code as it is shown, with something to hold on to in the middle.
pub(super) fn shown(code: &str) -> String {
    let (left, right) = code.split_at(LENGTH / 2);
    format!("{left}-{right}")
}

/// A code as somebody typed it; whatever is no letter does not count. `None` if it cannot be one.
pub(super) fn parse(typed: &str) -> Option<String> {
    if typed.len() > 64 {
        return None;
    }
    let letters = typed.chars().filter(char::is_ascii_alphanumeric);
    let code: String = letters.map(|letter| letter.to_ascii_uppercase()).collect();
    let is_ours = |b: u8| LETTERS.contains(&b);
    (code.len() == LENGTH && code.bytes().all(is_ours)).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::SystemRng;

    #[test]
    fn rfc8628_6_1_a_code_is_read_however_it_is_typed() {
        for _ in 0..100 {
            let code = generate(&SystemRng::default());
            let shown = shown(&code);
            assert_eq!(shown.len(), 9);
            let lower = shown.to_ascii_lowercase();
            let spaced = format!(" {} {} ", &lower[..4], &lower[5..]);
            for typed in [&*code, &shown, &lower, &spaced] {
                assert_eq!(parse(typed).as_deref(), Some(&*code), "{typed}");
            }
        }
    }

    #[test]
    fn what_cannot_be_a_code_is_none() {
        for typed in [
            "",
            "BCDF",
            "BCDF-GHJA",
            "BCDF-GHJKL",
            "BCDF-GHJ1",
            &"B".repeat(100),
        ] {
            assert_eq!(parse(typed), None, "{typed}");
        }
    }

    #[test]
    fn all_letters_come_up() {
        let many: String = (0..200).map(|_| generate(&SystemRng::default())).collect();
        assert!(
            LETTERS
                .iter()
                .all(|letter| many.contains(char::from(*letter)))
        );
    }
}
