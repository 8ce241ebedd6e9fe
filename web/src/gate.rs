//! Showing things to those who may: permission gates, and parts for people who are signed in or
//! out. The server decides each request again; a gate only mirrors what it would say.

use leptos::prelude::*;
use portcullis_sdk::Session;

use crate::auth::use_auth;

/// A list of permissions, from one, an array or a vector of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permissions(Vec<String>);

impl From<&str> for Permissions {
    fn from(permission: &str) -> Self {
        Self(vec![permission.to_owned()])
    }
}

impl From<String> for Permissions {
    fn from(permission: String) -> Self {
        Self(vec![permission])
    }
}

impl<S: Into<String>, const N: usize> From<[S; N]> for Permissions {
    fn from(permissions: [S; N]) -> Self {
        Self(permissions.into_iter().map(Into::into).collect())
    }
}

impl<S: Into<String>> From<Vec<S>> for Permissions {
    fn from(permissions: Vec<S>) -> Self {
        Self(permissions.into_iter().map(Into::into).collect())
    }
}

/// What a gate shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is not known yet who is signed in.
    Pending,
    /// Nobody is signed in.
    SignedOut,
    /// Signed in, but without what is needed.
    Denied,
    /// Open.
    Open,
}

/// What a gate asks for. All that is asked must hold; nothing asked leaves it closed.
#[derive(Clone, Debug, Default)]
struct Rule {
    require: Permissions,
    any: Permissions,
    all: Permissions,
}

impl Rule {
    fn decide(&self, session: &Session, can: impl Fn(&str) -> bool) -> Decision {
        if session.is_pending() {
            return Decision::Pending;
        }
        if !session.is_signed_in() {
            return Decision::SignedOut;
        }
        let mut must = self.require.0.iter().chain(&self.all.0).peekable();
        let asks = must.peek().is_some() || !self.any.0.is_empty();
        let any = self.any.0.is_empty() || self.any.0.iter().any(|permission| can(permission));
        if asks && any && must.all(|permission| can(permission)) {
            Decision::Open
        } else {
            Decision::Denied
        }
    }
}

/// Shows its children to those who have the permissions asked for, and follows every change of
/// them at once.
///
/// `require`, `any` and `all` may be combined, then all of them must hold. A gate that asks for
/// nothing stays closed.
#[component]
pub fn PermissionGate(
    /// The permission that is needed.
    #[prop(optional, into)]
    require: Permissions,
    /// Permissions of which one is enough.
    #[prop(optional, into)]
    any: Permissions,
    /// Permissions of which none may be missing.
    #[prop(optional, into)]
    all: Permissions,
    /// Shown while nobody is signed in.
    #[prop(optional, into)]
    fallback: ViewFn,
    /// Shown until it is known who is signed in.
    #[prop(optional, into)]
    loading: ViewFn,
    /// Shown to a user who lacks what is needed.
    #[prop(optional, into)]
    denied: ViewFn,
    /// What is behind the gate.
    children: ChildrenFn,
) -> impl IntoView {
    let auth = use_auth();
    let rule = Rule { require, any, all };
    let decision =
        Memo::new(move |_| rule.decide(&auth.session(), |permission| auth.can(permission)));
    move || match decision.get() {
        Decision::Pending => loading.run(),
        Decision::SignedOut => fallback.run(),
        Decision::Denied => denied.run(),
        Decision::Open => children(),
    }
}

/// Shows its children while somebody is signed in.
#[component]
pub fn SignedIn(
    /// For those who are signed in.
    children: ChildrenFn,
) -> impl IntoView {
    let auth = use_auth();
    let open = Memo::new(move |_| auth.is_signed_in());
    move || open.get().then(|| children())
}

/// Shows its children while nobody is signed in, as soon as that is certain.
#[component]
pub fn SignedOut(
    /// For those who are not signed in.
    children: ChildrenFn,
) -> impl IntoView {
    let auth = use_auth();
    let open = Memo::new(move |_| !auth.is_signed_in() && !auth.is_pending());
    move || open.get().then(|| children())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use portcullis_sdk::SignedOutReason;
    use portcullis_types::{SessionId, SessionView, Timestamp, UserId, UserView};

    use super::*;

    fn signed_in() -> Session {
        let now = Timestamp(0);
        let user = UserView {
            id: UserId("6f1c7c2e-4d1e-4a53-9b55-0d8a4c3f2b10".parse().unwrap()),
            email: "ada@example.com".to_owned(),
            name: "Ada".to_owned(),
            has_password: true,
            created_at: now,
        };
        Session::SignedIn {
            stale: false,
            view: Arc::new(SessionView {
                id: SessionId(user.id.0),
                user,
                roles: Vec::new(),
                permissions: Vec::new(),
                version: 1,
                amr: Vec::new(),
                auth_time: now,
                idle_expires_at: now,
                expires_at: now,
            }),
        }
    }

    fn decide(rule: &Rule, has: &[&str]) -> Decision {
        rule.decide(&signed_in(), |permission| has.contains(&permission))
    }

    #[test]
    fn everything_asked_must_hold() {
        let rule = Rule {
            require: "a:read".into(),
            any: ["b:read", "c:read"].into(),
            all: vec!["d:read", "e:read"].into(),
        };
        let open = ["a:read", "c:read", "d:read", "e:read"];
        assert_eq!(decide(&rule, &open), Decision::Open);
        for missing in 0..open.len() {
            let mut has = open.to_vec();
            has.remove(missing);
            assert_eq!(
                decide(&rule, &has),
                Decision::Denied,
                "without {}",
                open[missing]
            );
        }
    }

    #[test]
    fn one_of_any_is_enough() {
        let rule = Rule {
            any: ["b:read", "c:read"].into(),
            ..Rule::default()
        };
        assert_eq!(decide(&rule, &["c:read"]), Decision::Open);
        assert_eq!(decide(&rule, &["d:read"]), Decision::Denied);
    }

    #[test]
    fn a_gate_that_asks_for_nothing_stays_closed() {
        assert_eq!(decide(&Rule::default(), &["a:read"]), Decision::Denied);
    }

    #[test]
    fn who_is_not_signed_in_is_never_let_through() {
        let rule = Rule {
            require: "a:read".into(),
            ..Rule::default()
        };
        let out = Session::SignedOut {
            reason: SignedOutReason::Ended,
        };
        assert_eq!(rule.decide(&out, |_| true), Decision::SignedOut);
        assert_eq!(rule.decide(&Session::Loading, |_| true), Decision::Pending);
        assert_eq!(
            rule.decide(&Session::Unreachable, |_| true),
            Decision::Pending
        );
    }
}
