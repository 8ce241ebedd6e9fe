//! What was told, as long as it matters.

use std::collections::HashMap;

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use portcullis_types::{FamilyId, Timestamp, revocation::RevocationLine};

use crate::{Claims, rules::MAX_LEEWAY};

/// Longest that the server may have something remembered, in seconds: two days.
const LONGEST: i64 = 2 * 24 * 3600;

/// How often what no longer matters is forgotten, in milliseconds.
const TIDY_MS: i64 = 60_000;

/// What was told of tokens that are taken back.
pub(super) struct Known {
    capacity: usize,
    /// By `sid`: until when to remember, in seconds.
    families: HashMap<FamilyId, i64>,
    /// By the SHA-256 of `jti`.
    tokens: HashMap<[u8; 32], i64>,
    /// By id: up to when what it was given is over, and until when to remember.
    clients: HashMap<String, (i64, i64)>,
    /// Where to go on.
    cursor: Option<String>,
    /// When all was known.
    heard: Option<Timestamp>,
    /// More was told than can be remembered.
    is_full: bool,
    /// When what no longer matters was last forgotten.
    tidied: Timestamp,
}

impl Known {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            capacity,
            families: HashMap::new(),
            tokens: HashMap::new(),
            clients: HashMap::new(),
            cursor: None,
            heard: None,
            is_full: false,
            tidied: Timestamp(0),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.families.len() + self.tokens.len() + self.clients.len()
    }

    pub(super) fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    /// Whether all was told at least once.
    pub(super) fn was_told(&self) -> bool {
        self.heard.is_some()
    }

    pub(super) fn is_current(&self, now: Timestamp, patience_ms: i64) -> bool {
        let recently = |heard: Timestamp| now.millis_since(heard) <= patience_ms;
        !self.is_full && self.heard.is_some_and(recently)
    }

    /// Whether a token is among what was told.
    pub(super) fn names(&self, claims: &Claims) -> bool {
        let sid = claims.get("sid").and_then(|sid| sid.as_str());
        let family = sid.and_then(|sid| sid.parse::<FamilyId>().ok());
        if family.is_some_and(|family| self.families.contains_key(&family)) {
            return true;
        }
        let client = claims
            .client_id
            .as_ref()
            .and_then(|id| self.clients.get(id));
        // Without `iat` it may have been issued at any time.
        if client.is_some_and(|(up_to, _)| claims.issued_at.is_none_or(|at| at <= *up_to)) {
            return true;
        }
        !self.tokens.is_empty()
            && claims.token_id.as_ref().is_some_and(|id| {
                let mut hash = [0; 32];
                hash.copy_from_slice(digest(&SHA256, id.as_bytes()).as_ref());
                self.tokens.contains_key(&hash)
            })
    }

    /// Takes in what was told. Whether all is known now.
    pub(super) fn hear(&mut self, line: RevocationLine, now: Timestamp) -> bool {
        let keep = line.keep_seconds.clamp(0, LONGEST) + MAX_LEEWAY;
        let until = |at: i64| at.saturating_add(keep);
        let count = line.families.len() + line.tokens.len() + line.clients.len();
        let is_due = now.millis_since(self.tidied) >= TIDY_MS;
        if is_due || self.len() + count > self.capacity {
            self.forget(now);
        }
        if self.len() + count > self.capacity {
            self.is_full = true;
        } else {
            for family in line.families {
                self.families.insert(family.sid, until(family.at));
            }
            for token in line.tokens {
                let hash = URL_SAFE_NO_PAD.decode(&token.hash);
                if let Some(hash) = hash.ok().and_then(|hash| hash.try_into().ok()) {
                    self.tokens.insert(hash, until(token.at));
                }
            }
            for client in line.clients {
                let entry = self.clients.entry(client.id).or_insert((0, 0));
                let up_to = entry.0.max(client.at);
                *entry = (up_to, until(up_to));
            }
        }
        let Some(cursor) = line.cursor else {
            return false;
        };
        if self.is_full {
            // What did not fit would not be told again: from the beginning, once there is room.
            self.forget(now);
            self.is_full = self.len() + count > self.capacity;
            self.cursor = None;
            return false;
        }
        self.cursor = Some(cursor);
        self.heard = Some(now);
        true
    }

    /// Forgets what no token can be about any more.
    fn forget(&mut self, now: Timestamp) {
        self.tidied = now;
        let now = now.as_seconds();
        self.families.retain(|_, until| *until >= now);
        self.tokens.retain(|_, until| *until >= now);
        self.clients.retain(|_, (_, until)| *until >= now);
    }
}
