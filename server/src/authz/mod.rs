//! Deciding in handlers: extractors and a layer that refuse what the actor's roles do not allow.

mod layer;
mod require;

pub use layer::{RequireLayer, RequireService};
pub(crate) use require::check;
pub use require::{PermissionName, RequireAll, RequireAny, RequirePermission, RequirementNames};
