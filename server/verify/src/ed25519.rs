//! Points on Ed25519 that are no public key: those of small order, with which one signature fits
//! every text, and texts that are not the point's own (RFC 8032 section 5.1.3). The library that
//! verifies takes them.

/// The y coordinates of the points whose order is 8 or less, little-endian. x = -x has the same.
const SMALL: [[u8; 32]; 5] = [
    // Order 4.
    [0; 32],
    // Order 1: the neutral element.
    edges(1, 0, 0),
    // Order 2: -1.
    edges(0xec, 0xff, 0x7f),
    // Order 8: what doubles to the ones of order 4.
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0x7a,
    ],
];

const fn edges(first: u8, middle: u8, last: u8) -> [u8; 32] {
    let mut bytes = [middle; 32];
    bytes[0] = first;
    bytes[31] = last;
    bytes
}

/// Whether these bytes can be somebody's key.
pub(crate) fn is_key(bytes: &[u8]) -> bool {
    let Ok(mut y) = <[u8; 32]>::try_from(bytes) else {
        return false;
    };
    // The highest bit is the sign of x.
    y[31] &= 0x7f;
    // The field has 2^255 - 19 elements: what is larger is another text for a smaller number.
    let reduced = y[0] < 0xed || y[31] < 0x7f || y[1..31].iter().any(|byte| *byte < 0xff);
    reduced && !SMALL.contains(&y)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc8032_5_1_3_points_of_small_order_and_other_texts_are_no_keys() {
        for sign in [0, 0x80] {
            for mut point in SMALL {
                point[31] |= sign;
                assert!(!is_key(&point), "{point:?}");
            }
            for first in 0xed..=0xff {
                assert!(!is_key(&edges(first, 0xff, 0x7f | sign)));
            }
            for mut close in [
                edges(2, 0, 0),
                edges(0xeb, 0xff, 0x7f),
                edges(0xff, 0xff, 0x7e),
            ] {
                close[31] |= sign;
                assert!(is_key(&close), "{close:?}");
            }
        }
        for length in [0, 31, 33] {
            assert!(!is_key(&[7; 33][..length]));
        }
    }
}
