//! Permissions: what they look like, what matches what, and why something is allowed or not.
//!
//! The server decides with this crate and the browser mirrors the decision with the same code.
//! It does no I/O. Nothing is allowed unless a pattern allows it.
//!
//! ```
//! use portcullis_policy::{Pattern, Permission, PermissionSet, Requirement};
//!
//! let set = PermissionSet::from_patterns([Pattern::parse("notes:*")?, Pattern::parse("users:read")?]);
//! assert!(set.allows(&Permission::parse("notes:delete")?));
//! assert!(!set.allows(&Permission::parse("users:write")?));
//!
//! let decision = Requirement::one("users:write")?.check(&set);
//! assert_eq!(decision.to_string(), "denied: users:write is missing");
//! # Ok::<(), portcullis_policy::PatternError>(())
//! ```

mod decision;
mod grammar;
mod set;

pub use decision::{Decision, Finding, Requirement};
pub use grammar::{MAX_LENGTH, Pattern, PatternError, Permission};
pub use set::{PermissionSet, RoleName};
