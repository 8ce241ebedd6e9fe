//! base64url without padding (RFC 4648 section 5), as PKCE and WebAuthn write bytes.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Bytes as text.
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let mut group = 0_usize;
        for at in 0..3 {
            group = group << 8 | usize::from(chunk.get(at).copied().unwrap_or(0));
        }
        for at in 0..=chunk.len() {
            let letter = ALPHABET
                .get(group >> (18 - 6 * at) & 63)
                .copied()
                .unwrap_or(b'A');
            text.push(char::from(letter));
        }
    }
    text
}

/// Text as bytes; nothing if it is not base64url. Padding is tolerated, since some authenticators'
/// libraries write it.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut group, mut bits, mut padded) = (0_u32, 0_u32, false);
    for letter in text.bytes() {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            b'=' => {
                padded = true;
                continue;
            }
            _ => return None,
        };
        if padded {
            return None;
        }
        group = group << 6 | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((group >> bits & 0xff) as u8);
        }
    }
    // One letter alone at the end says less than a byte.
    (bits < 6).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc4648_vectors_in_the_url_alphabet() {
        let table = [
            ("", ""),
            ("f", "Zg"),
            ("fo", "Zm8"),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg"),
            ("fooba", "Zm9vYmE"),
            ("foobar", "Zm9vYmFy"),
        ];
        for (bytes, text) in table {
            assert_eq!(encode(bytes.as_bytes()), text);
            assert_eq!(decode(text).as_deref(), Some(bytes.as_bytes()));
        }
        assert_eq!(encode(&[0xfb, 0xff, 0xfe]), "-__-");
        assert_eq!(decode("Zg==").as_deref(), Some(b"f".as_slice()));
    }

    #[test]
    fn what_is_not_base64url_is_refused() {
        for text in [
            "A",
            "AAAAA",
            "Zg=A",
            "=AAA",
            "AA+A",
            "AA/A",
            "A A",
            "\u{e9}\u{e9}",
        ] {
            assert_eq!(decode(text), None, "{text:?}");
        }
    }

    #[test]
    fn every_byte_comes_back() {
        let bytes: Vec<u8> = (0..=255).collect();
        for end in 0..=bytes.len() {
            assert_eq!(
                decode(&encode(&bytes[..end])).as_deref(),
                Some(&bytes[..end])
            );
        }
    }
}
