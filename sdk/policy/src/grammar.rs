//! The grammar of permissions and of the patterns that grant them.
//!
//! ```text
//! permission = segment 1*( ":" segment )
//! pattern    = "*" / item 1*( ":" item )
//! item       = segment / "*"
//! segment    = 1*( ASCII letter / digit / "_" / "-" / "." )
//! ```
//! Case counts. A `*` stands for exactly one segment, except at the end of a pattern, where it
//! stands for all that follows: at least one segment, any number of them.

use std::borrow::Cow;
use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

/// The longest a permission or pattern may be, in bytes.
pub const MAX_LENGTH: usize = 256;

/// Something a principal may be allowed to do: `resource:action`, with further segments if needed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Permission(Box<str>);

/// What a role grants: a permission in which `*` may stand for segments.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Pattern(Box<str>);

/// Why a text is not a permission or pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatternError {
    /// There is nothing in it.
    Empty,
    /// It is longer than [`MAX_LENGTH`] bytes.
    TooLong,
    /// There is only one segment: the action is missing.
    NoAction,
    /// Two colons in a row, or one at either end.
    EmptySegment,
    /// A character that has no place in a segment.
    BadCharacter(char),
    /// A `*` that is not a whole segment.
    PartialWildcard,
    /// A `*` where one permission must be named.
    WildcardInPermission,
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Empty => "a permission cannot be empty; write resource:action",
            Self::TooLong => "a permission has at most 256 bytes",
            Self::NoAction => "the action is missing; write resource:action",
            Self::EmptySegment => "a segment is empty; write resource:action, with single colons",
            Self::BadCharacter(character) => {
                f.write_str("the character ")?;
                fmt::Debug::fmt(character, f)?;
                " is not allowed; segments consist of ASCII letters, digits, '_', '-' and '.'"
            }
            Self::PartialWildcard => "'*' must be a whole segment, as in orders:*",
            Self::WildcardInPermission => "'*' is for what is granted; name the one permission",
        };
        f.write_str(text)
    }
}

impl std::error::Error for PatternError {}

/// Checks `text` against the grammar of patterns and says whether it has a wildcard.
fn check(text: &str) -> Result<bool, PatternError> {
    if text.is_empty() {
        return Err(PatternError::Empty);
    }
    if text.len() > MAX_LENGTH {
        return Err(PatternError::TooLong);
    }
    if text == "*" {
        return Ok(true);
    }
    let mut segments = 0_usize;
    let mut wildcard = false;
    for segment in segments_of(text) {
        segments += 1;
        if segment == b"*" {
            wildcard = true;
        } else if segment.is_empty() {
            return Err(PatternError::EmptySegment);
        } else if let Some(bad) = segment.iter().find(|byte| !is_plain(**byte)) {
            return Err(if *bad == b'*' {
                PatternError::PartialWildcard
            } else {
                PatternError::BadCharacter(first_strange(text))
            });
        }
    }
    if segments < 2 {
        Err(PatternError::NoAction)
    } else {
        Ok(wildcard)
    }
}

/// The segments, as bytes: what is looked for is ASCII, and text need not be decoded for it.
fn segments_of(text: &str) -> impl Iterator<Item = &[u8]> {
    text.as_bytes().split(|byte| *byte == b':')
}

const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// The first character that has a place in no pattern.
fn first_strange(text: &str) -> char {
    let strange = |c: &char| !c.is_ascii() || !is_plain(*c as u8) && !matches!(c, ':' | '*');
    text.chars().find(strange).unwrap_or_default()
}

impl Permission {
    /// Reads a permission.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        if check(text)? {
            Err(PatternError::WildcardInPermission)
        } else {
            Ok(Self(text.into()))
        }
    }

    /// The permission as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Pattern {
    /// Reads a pattern.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        check(text).map(|_| Self(text.into()))
    }

    /// The pattern as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the pattern is `*`, which grants everything.
    pub fn is_everything(&self) -> bool {
        &*self.0 == "*"
    }

    /// Whether there is a `*` in it.
    pub fn has_wildcard(&self) -> bool {
        self.0.contains('*')
    }

    /// Whether the pattern grants `permission`.
    pub fn matches(&self, permission: &Permission) -> bool {
        let mut items = segments_of(&self.0);
        let mut segments = segments_of(&permission.0);
        let mut item = items.next();
        while let Some(this) = item {
            let Some(segment) = segments.next() else {
                return false;
            };
            item = items.next();
            if this == b"*" {
                if item.is_none() {
                    return true;
                }
            } else if this != segment {
                return false;
            }
        }
        segments.next().is_none()
    }
}

impl Pattern {
    /// Whether the pattern grants everything that `other` grants.
    pub fn covers(&self, other: &Self) -> bool {
        let mut items = segments_of(&self.0).peekable();
        let mut others = segments_of(&other.0).peekable();
        while let Some(item) = items.next() {
            let Some(theirs) = others.next() else {
                return false;
            };
            if item == b"*" {
                if items.peek().is_none() {
                    return true;
                }
                // One segment against any number of them.
                if theirs == b"*" && others.peek().is_none() {
                    return false;
                }
            } else if item != theirs {
                return false;
            }
        }
        others.next().is_none()
    }
}

impl From<Permission> for Pattern {
    /// The pattern that grants just this permission.
    fn from(permission: Permission) -> Self {
        Self(permission.0)
    }
}

macro_rules! text_type {
    ($($name:ident)*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = PatternError;
            fn from_str(text: &str) -> Result<Self, PatternError> {
                Self::parse(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = Cow::<str>::deserialize(deserializer)?;
                Self::parse(&text).map_err(D::Error::custom)
            }
        }
    )*};
}
text_type!(Permission Pattern);
