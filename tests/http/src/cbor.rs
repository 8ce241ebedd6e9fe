//! As much CBOR (RFC 8949) as an authenticator writes.

/// A value.
pub enum Cbor {
    /// An integer.
    Int(i64),
    /// A byte string.
    Bytes(Vec<u8>),
    /// A text string.
    Text(&'static str),
    /// A map, in the order given.
    Map(Vec<(Cbor, Cbor)>),
}

impl Cbor {
    /// The value as bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Int(value) if *value >= 0 => head(out, 0, value.unsigned_abs()),
            Self::Int(value) => head(out, 1, value.unsigned_abs() - 1),
            Self::Bytes(bytes) => {
                head(out, 2, bytes.len() as u64);
                out.extend_from_slice(bytes);
            }
            Self::Text(text) => {
                head(out, 3, text.len() as u64);
                out.extend_from_slice(text.as_bytes());
            }
            Self::Map(pairs) => {
                head(out, 5, pairs.len() as u64);
                for (key, value) in pairs {
                    key.write(out);
                    value.write(out);
                }
            }
        }
    }
}

/// The initial byte and the argument after it (RFC 8949 section 3).
fn head(out: &mut Vec<u8>, major: u8, argument: u64) {
    let major = major << 5;
    match argument {
        0..=23 => out.push(major + u8::try_from(argument).unwrap()),
        24..=0xff => out.extend([major + 24, u8::try_from(argument).unwrap()]),
        0x100..=0xffff => {
            out.push(major + 25);
            out.extend(u16::try_from(argument).unwrap().to_be_bytes());
        }
        _ => {
            out.push(major + 26);
            out.extend(u32::try_from(argument).unwrap().to_be_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Cbor::{Bytes, Int, Map, Text};

    #[test]
    fn rfc8949_appendix_a_vectors() {
        assert_eq!(Int(10).encode(), [0x0a]);
        assert_eq!(Int(24).encode(), [0x18, 0x18]);
        assert_eq!(Int(1000).encode(), [0x19, 0x03, 0xe8]);
        assert_eq!(Int(-100).encode(), [0x38, 0x63]);
        assert_eq!(Bytes(vec![1, 2, 3, 4]).encode(), [0x44, 1, 2, 3, 4]);
        assert_eq!(Text("IETF").encode(), [0x64, 0x49, 0x45, 0x54, 0x46]);
        let map = Map(vec![(Int(1), Int(2)), (Int(3), Int(4))]);
        assert_eq!(map.encode(), [0xa2, 1, 2, 3, 4]);
    }
}
