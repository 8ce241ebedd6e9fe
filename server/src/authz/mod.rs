//! Deciding in handlers: extractors and a layer that refuse what the actor's roles do not allow; and
//! answering in batches what they do, on single resources too.

pub(crate) mod check;
mod layer;
mod require;
mod resources;

pub use layer::{RequireLayer, RequireService};
pub(crate) use require::check;
pub use require::{PermissionName, RequireAll, RequireAny, RequirePermission, RequirementNames};
pub(crate) use resources::Rules;
pub use resources::{ResourceQuestion, ResourceRules, Verdict};
