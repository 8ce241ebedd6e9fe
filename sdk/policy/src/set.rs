//! What a principal has been granted, laid out for asking often.

use std::sync::Arc;

use crate::{Pattern, Permission};

/// The name of the role a pattern comes from.
pub type RoleName = Arc<str>;

/// All patterns granted to one principal.
///
/// Patterns without a wildcard are looked up by bisection; only those with one are tried in turn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PermissionSet {
    /// Without wildcards, sorted and each once.
    exact: Vec<Grant>,
    /// With wildcards, sorted and each once; `*` comes first.
    wild: Vec<Grant>,
}

/// One pattern and the roles that give it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Grant {
    pattern: Pattern,
    /// Sorted and each once; empty if nobody said where the pattern comes from.
    roles: Vec<RoleName>,
}

impl PermissionSet {
    /// The set of these patterns, of which it is not known what roles they come from.
    pub fn from_patterns(patterns: impl IntoIterator<Item = Pattern>) -> Self {
        let mut set = Self::default();
        for pattern in patterns {
            set.grant(pattern, None);
        }
        set
    }

    /// The set of everything these roles grant.
    pub fn from_roles<P: IntoIterator<Item = Pattern>>(
        roles: impl IntoIterator<Item = (RoleName, P)>,
    ) -> Self {
        let mut set = Self::default();
        for (role, patterns) in roles {
            for pattern in patterns {
                set.grant(pattern, Some(&role));
            }
        }
        set
    }

    fn grant(&mut self, pattern: Pattern, role: Option<&RoleName>) {
        let list = if pattern.has_wildcard() {
            &mut self.wild
        } else {
            &mut self.exact
        };
        let at = match list.binary_search_by(|grant| grant.pattern.cmp(&pattern)) {
            Ok(at) => at,
            Err(at) => {
                list.insert(
                    at,
                    Grant {
                        pattern,
                        roles: Vec::new(),
                    },
                );
                at
            }
        };
        if let (Some(role), Some(grant)) = (role, list.get_mut(at))
            && let Err(at) = grant.roles.binary_search(role)
        {
            grant.roles.insert(at, Arc::clone(role));
        }
    }

    /// Whether any pattern of the set grants `permission`.
    pub fn allows(&self, permission: &Permission) -> bool {
        self.find(permission).is_some()
    }

    /// The pattern that grants `permission`, the most exact one if there are several, and the
    /// roles it comes from.
    pub fn find(&self, permission: &Permission) -> Option<(&Pattern, &[RoleName])> {
        let text = permission.as_str();
        let exact = self
            .exact
            .binary_search_by(|grant| grant.pattern.as_str().cmp(text))
            .ok()
            .and_then(|at| self.exact.get(at));
        // From the end, because `*` sorts before all else and says the least.
        exact
            .or_else(|| {
                self.wild
                    .iter()
                    .rev()
                    .find(|grant| grant.pattern.matches(permission))
            })
            .map(|grant| (&grant.pattern, grant.roles.as_slice()))
    }

    /// All patterns, those without wildcards first, each part sorted.
    pub fn patterns(&self) -> impl Iterator<Item = &Pattern> {
        self.exact
            .iter()
            .chain(&self.wild)
            .map(|grant| &grant.pattern)
    }

    /// Whether each of these patterns is granted whole by one of the set's own.
    pub fn covers<'p>(&self, patterns: impl IntoIterator<Item = &'p Pattern>) -> bool {
        patterns
            .into_iter()
            .all(|pattern| self.patterns().any(|own| own.covers(pattern)))
    }

    /// Whether nothing is granted.
    pub fn is_empty(&self) -> bool {
        self.exact.is_empty() && self.wild.is_empty()
    }
}

impl FromIterator<Pattern> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = Pattern>>(patterns: I) -> Self {
        Self::from_patterns(patterns)
    }
}
