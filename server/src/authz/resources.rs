//! Rules about single resources, which the host app brings along: who owns what is known there.

use std::collections::HashMap;

use async_trait::async_trait;

use crate::http::{Actor, ApiError};

/// One question about one resource of the type that the rules are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResourceQuestion<'a> {
    /// The permission, such as `notes:delete`; a valid one.
    pub permission: &'a str,
    /// The part of the resource's name behind the type; not empty, otherwise as the caller wrote
    /// it.
    pub id: &'a str,
}

/// What rules say to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Allowed, whatever the actor's roles say: such as to the resource's owner.
    Allow,
    /// Not allowed, whatever the actor's roles say. Also for a resource that does not exist.
    Forbid,
    /// The rules say nothing; the actor's roles decide.
    AsRoles,
}

/// Rules about the resources of one type, registered with
/// [`Builder::resource_rules`](crate::Builder::resource_rules). What they say must be what the
/// app's own handlers enforce: a gate mirrors an answer, it does not make it true.
///
/// ```
/// use std::collections::HashSet;
///
/// use async_trait::async_trait;
/// use portcullis_server::{Actor, ApiError, ResourceQuestion, ResourceRules, Verdict};
///
/// struct Drafts;
///
/// impl Drafts {
///     /// One query for all of them.
///     async fn of(&self, _: &Actor, _: impl Iterator<Item = &str>) -> HashSet<String> {
///         HashSet::new()
///     }
/// }
///
/// #[async_trait]
/// impl ResourceRules for Drafts {
///     async fn decide(
///         &self,
///         actor: &Actor,
///         asked: &[ResourceQuestion<'_>],
///     ) -> Result<Vec<Verdict>, ApiError> {
///         let own = self.of(actor, asked.iter().map(|question| question.id)).await;
///         let verdict = |question: &ResourceQuestion<'_>| {
///             if own.contains(question.id) { Verdict::Allow } else { Verdict::AsRoles }
///         };
///         Ok(asked.iter().map(verdict).collect())
///     }
/// }
/// ```
#[async_trait]
pub trait ResourceRules: Send + Sync + 'static {
    /// Decides all questions of a request that are about this type, at most 200, at once, so that
    /// one query can answer them and all answers are of one moment. The verdicts come in the order
    /// of the questions; one that is missing forbids.
    ///
    /// # Errors
    /// Whatever keeps the rules from deciding; the whole request is answered with it.
    async fn decide(
        &self,
        actor: &Actor,
        asked: &[ResourceQuestion<'_>],
    ) -> Result<Vec<Verdict>, ApiError>;
}

/// All rules by the type that they are for.
pub(crate) type Rules = HashMap<String, Box<dyn ResourceRules>>;
