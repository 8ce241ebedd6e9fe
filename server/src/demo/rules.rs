//! Who may do what with a single note, for `POST /api/authz/check`: the same as the handlers in
//! [`super::notes`] enforce.

use std::sync::Arc;

use async_trait::async_trait;
use portcullis_domain::{NoteId, Store};

use crate::{
    authz::{ResourceQuestion, ResourceRules, Verdict},
    http::{Actor, ApiError},
};

/// The rules for `note`.
pub(crate) struct NoteRules(pub(crate) Arc<dyn Store>);

#[async_trait]
impl ResourceRules for NoteRules {
    async fn decide(
        &self,
        actor: &Actor,
        asked: &[ResourceQuestion<'_>],
    ) -> Result<Vec<Verdict>, ApiError> {
        let id = |question: &ResourceQuestion<'_>| question.id.parse::<NoteId>().ok();
        let mut ids: Vec<NoteId> = asked.iter().filter_map(id).collect();
        ids.sort_unstable();
        ids.dedup();
        let owners = self.0.note_owners(&ids).await?;
        let verdict = |question| {
            let owner = id(question).and_then(|id| owners.get(&id));
            owner.map_or(Verdict::Forbid, |owner| {
                of_note(actor, question.permission, *owner == actor.user_id())
            })
        };
        Ok(asked.iter().map(verdict).collect())
    }
}

/// Who may write notes reads and deletes their own, and nobody changes another's.
fn of_note(actor: &Actor, permission: &str, own: bool) -> Verdict {
    match permission {
        "notes:read" | "notes:delete" if own && actor.can("notes:write") => Verdict::Allow,
        "notes:write" if !own => Verdict::Forbid,
        _ => Verdict::AsRoles,
    }
}
