//! The parts pages are made of: buttons, fields, dialogs, icons, and how waiting, emptiness and
//! failure look.

mod button;
mod dialog;
mod erased;
mod field;
mod focus;
mod icon;
mod page;
mod states;
mod toast;

pub use button::{Button, Look};
pub use dialog::Dialog;
pub(crate) use erased::{act, part};
pub use field::{Field, FieldKind, FormStatus, Input};
pub use focus::rescue_focus;
pub use icon::{Glyph, icon, icon_sized};
pub use page::Page;
pub use states::{Blank, Bones, Failure, Load, avatar, bone};
pub(crate) use toast::ToastRegion;
pub use toast::Toasts;

use std::sync::atomic::{AtomicU32, Ordering};

/// An id for an element that no other element of this page has.
pub fn unique_id(prefix: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("pc-{prefix}-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}
