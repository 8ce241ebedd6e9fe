//! Who may exchange whose tokens for what: the rules of a client's registration. Without a rule that
//! allows it, nothing is exchanged.

use std::collections::BTreeSet;

use portcullis_domain::Principal;
use portcullis_policy::{Pattern, PermissionSet};
use portcullis_types::client::ExchangeRule;

/// Any client, where a rule says whose tokens it is about.
pub(crate) const ANY: &str = "*";

/// An exchange that a client wants to make.
pub(super) struct Wanted<'a> {
    /// The client that the subject's token was given to.
    pub(super) from: &'a str,
    /// The service that the new token is to be for.
    pub(super) to: &'a str,
    /// Whether the new token would not say who acts.
    pub(super) impersonates: bool,
    /// The user; nobody: the subject is a client.
    pub(super) user: Option<&'a Principal>,
}

/// Why no rule allows it: the condition that ruled out the last of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    NoRules,
    From,
    To,
    Impersonation,
    Roles,
    Within,
}

impl Why {
    /// Its name in the audit log.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::NoRules => "no_rules",
            Self::From => "from",
            Self::To => "to",
            Self::Impersonation => "impersonate",
            Self::Roles => "roles",
            Self::Within => "within",
        }
    }
}

/// What the rules allow.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Allowed<'r> {
    /// The places in the registration of the rules that allow it.
    pub(super) rules: Vec<usize>,
    /// The scopes that the new token may have at most.
    pub(super) scopes: BTreeSet<&'r str>,
}

/// Asks the rules, condition after condition.
pub(super) fn weigh<'r>(
    rules: &'r [ExchangeRule],
    wanted: &Wanted<'_>,
) -> Result<Allowed<'r>, Why> {
    type Condition = fn(&ExchangeRule, &Wanted<'_>) -> bool;
    const CONDITIONS: [(Condition, Why); 5] = [
        (is_from, Why::From),
        (
            |rule, wanted| rule.to.iter().any(|to| to == wanted.to),
            Why::To,
        ),
        (may_act, Why::Impersonation),
        (has_role, Why::Roles),
        (is_within, Why::Within),
    ];
    let mut left: Vec<(usize, &ExchangeRule)> = rules.iter().enumerate().collect();
    if left.is_empty() {
        return Err(Why::NoRules);
    }
    for (holds, why) in CONDITIONS {
        left.retain(|(_, rule)| holds(rule, wanted));
        if left.is_empty() {
            return Err(why);
        }
    }
    let scopes = left.iter().flat_map(|(_, rule)| &rule.scopes);
    Ok(Allowed {
        scopes: scopes.map(String::as_str).collect(),
        rules: left.iter().map(|(place, _)| *place).collect(),
    })
}

fn is_from(rule: &ExchangeRule, wanted: &Wanted<'_>) -> bool {
    let names = |id: &String| id == wanted.from || (id == ANY && !rule.impersonate);
    rule.from.iter().any(names)
}

fn may_act(rule: &ExchangeRule, wanted: &Wanted<'_>) -> bool {
    rule.impersonate || !wanted.impersonates
}

fn has_role(rule: &ExchangeRule, wanted: &Wanted<'_>) -> bool {
    let is_theirs = |role: &String| wanted.user.is_some_and(|user| user.roles.contains(role));
    rule.roles.is_empty() || rule.roles.iter().any(is_theirs)
}

/// Whether the rule names all that the user may do. A rule that names nothing lets anybody's token
/// be exchanged by who says that it acts, and nobody's by who does not say so.
fn is_within(rule: &ExchangeRule, wanted: &Wanted<'_>) -> bool {
    let Some(named) = &rule.within else {
        return !wanted.impersonates;
    };
    // What does not read as a permission names nothing.
    let named = named
        .iter()
        .filter_map(|pattern| pattern.parse::<Pattern>().ok());
    let named = PermissionSet::from_patterns(named);
    wanted
        .user
        .is_none_or(|user| named.covers(user.permissions.patterns()))
}
