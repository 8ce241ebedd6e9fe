//! Extractors that let a handler run only for whom its permission, any or all of several, is
//! allowed.

use std::marker::PhantomData;

use axum::{extract::FromRequestParts, http::request::Parts};
use portcullis_domain::audit::AuditKind;
use portcullis_policy::Requirement;
use portcullis_types::ErrorCode;

use crate::{
    app::{App, Handle},
    http::{Actor, ApiError, caller::Caller},
};

/// Names a permission as a type; made by [`permissions!`](crate::permissions).
pub trait PermissionName: Send + Sync + 'static {
    /// The permission, such as `orders:read`.
    const NAME: &'static str;
}

/// Declares permissions as types, for [`RequirePermission`] and its siblings.
///
/// ```
/// portcullis_server::permissions! {
///     /// Seeing orders.
///     pub OrdersRead = "orders:read";
/// }
/// use portcullis_server::PermissionName;
/// assert_eq!(OrdersRead::NAME, "orders:read");
/// ```
#[macro_export]
macro_rules! permissions {
    ($($(#[$doc:meta])* $vis:vis $name:ident = $text:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        $vis enum $name {}

        impl $crate::PermissionName for $name {
            const NAME: &'static str = $text;
        }
    )*};
}

/// Several permissions as one type: a tuple of up to four [`PermissionName`]s.
pub trait RequirementNames: Send + Sync + 'static {
    /// Their names.
    fn names() -> Vec<&'static str>;
}

macro_rules! tuples {
    ($(($($name:ident),+))*) => {$(
        impl<$($name: PermissionName),+> RequirementNames for ($($name,)+) {
            fn names() -> Vec<&'static str> {
                vec![$($name::NAME),+]
            }
        }
    )*};
}
tuples! { (A) (A, B) (A, B, C) (A, B, C, D) }

/// Lets the handler run if the actor has the permission: 401 for nobody, 403 `forbidden` otherwise.
///
/// ```
/// use portcullis_server::{RequirePermission, permissions};
///
/// permissions! { OrdersRead = "orders:read"; }
///
/// async fn orders(allowed: RequirePermission<OrdersRead>) -> String {
///     format!("Orders for {}", allowed.actor.principal().account.name)
/// }
/// # let _ = axum::Router::<()>::new().route("/orders", axum::routing::get(orders));
/// ```
#[derive(Debug)]
pub struct RequirePermission<P> {
    /// Who is allowed.
    pub actor: Actor,
    permission: PhantomData<fn() -> P>,
}

/// As [`RequirePermission`], if the actor has at least one of the permissions.
#[derive(Debug)]
pub struct RequireAny<P> {
    /// Who is allowed.
    pub actor: Actor,
    permissions: PhantomData<fn() -> P>,
}

/// As [`RequirePermission`], if the actor has every one of the permissions.
#[derive(Debug)]
pub struct RequireAll<P> {
    /// Who is allowed.
    pub actor: Actor,
    permissions: PhantomData<fn() -> P>,
}

impl<S: Send + Sync, P: PermissionName> FromRequestParts<S> for RequirePermission<P> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let actor = allow(parts, Requirement::one(P::NAME)).await?;
        Ok(Self {
            actor,
            permission: PhantomData,
        })
    }
}

impl<S: Send + Sync, P: RequirementNames> FromRequestParts<S> for RequireAny<P> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let actor = allow(parts, Requirement::any(P::names())).await?;
        Ok(Self {
            actor,
            permissions: PhantomData,
        })
    }
}

impl<S: Send + Sync, P: RequirementNames> FromRequestParts<S> for RequireAll<P> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let actor = allow(parts, Requirement::all(P::names())).await?;
        Ok(Self {
            actor,
            permissions: PhantomData,
        })
    }
}

/// The actor of a request, if the requirement is met.
pub(crate) async fn allow<E: std::fmt::Display>(
    parts: &mut Parts,
    requirement: Result<Requirement, E>,
) -> Result<Actor, ApiError> {
    let requirement = requirement.map_err(|error| {
        tracing::error!(%error, "a handler requires something that is not a permission");
        ApiError::internal("permission")
    })?;
    let actor = Actor::from_request_parts(parts, &()).await?;
    let app = Handle::from_request_parts(parts, &()).await?;
    let caller = Caller::from_request_parts(parts, &()).await?;
    check(&app, &caller, &actor, &requirement).await?;
    Ok(actor)
}

/// Refuses with 403, and notes it in the audit log once a minute, unless the requirement is met.
pub(crate) async fn check(
    app: &App,
    caller: &Caller,
    actor: &Actor,
    requirement: &Requirement,
) -> Result<(), ApiError> {
    let decision = requirement.check(&actor.principal().permissions);
    if decision.allowed {
        return Ok(());
    }
    let missing: Vec<&str> = decision
        .missing()
        .map(portcullis_policy::Permission::as_str)
        .collect();
    let mut audit = caller.audit(AuditKind::Denied);
    audit.actor = Some(actor.user_id());
    audit.detail = serde_json::json!({ "missing": missing });
    let what = missing.join(" ");
    app.refusals.record(&*app.store, what, audit).await?;
    Err(ApiError::new(
        ErrorCode::Forbidden,
        format!(
            "This needs the permission {}. Ask an admin for it.",
            missing.join(", ")
        ),
    ))
}
