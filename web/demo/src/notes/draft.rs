//! Text that is being written: kept in this tab as it is typed, so that neither an ended session
//! nor a reload loses it.

use leptos::prelude::*;

/// What all keys in the tab's storage begin with.
const PREFIX: &str = "portcullis.draft.";
/// The most characters a note may have.
pub(super) const LIMIT: usize = 4_000;

/// A text being written. Cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Draft {
    key: StoredValue<String>,
    /// The text so far.
    pub(super) text: RwSignal<String>,
}

impl Draft {
    /// The draft of this name, as it was left.
    pub(super) fn new(name: &str) -> Self {
        let key = format!("{PREFIX}{name}");
        let kept = storage().and_then(|store| store.get_item(&key).ok().flatten());
        Self {
            key: StoredValue::new(key),
            text: RwSignal::new(kept.unwrap_or_default()),
        }
    }

    /// Takes over what is in the text field now.
    pub(super) fn write(&self, text: String) {
        if let Some(store) = storage() {
            // Full or forbidden storage still leaves the text in the page.
            self.key.with_value(|key| {
                _ = if text.is_empty() {
                    store.remove_item(key)
                } else {
                    store.set_item(key, &text)
                };
            });
        }
        self.text.set(text);
    }

    /// It is no longer wanted.
    pub(super) fn clear(&self) {
        self.write(String::new());
    }

    /// The text as it is now, to be saved.
    pub(super) fn sent(self) -> Sent {
        Sent {
            draft: self,
            key: self.key.get_value(),
            text: self.text.get_untracked(),
        }
    }
}

/// A text that is being saved.
pub(super) struct Sent {
    draft: Draft,
    key: String,
    /// The text.
    pub(super) text: String,
}

impl Sent {
    /// It is saved: takes it away, unless it was written on meanwhile. Its page may be gone.
    pub(super) fn saved(self) {
        let now = self.draft.text.try_get_untracked();
        if now.is_none_or(|now| now == self.text) {
            if let Some(store) = storage() {
                // Only storage that is forbidden altogether fails, and that holds no draft.
                _ = store.remove_item(&self.key);
            }
            _ = self.draft.text.try_set(String::new());
        }
    }
}

/// Takes every draft out of the tab's storage: whoever signs in next is perhaps another person.
pub(super) fn forget_all() {
    let Some(store) = storage() else { return };
    let keys: Vec<String> = (0..store.length().unwrap_or(0))
        .filter_map(|at| store.key(at).ok().flatten())
        .filter(|key| key.starts_with(PREFIX))
        .collect();
    for key in keys {
        // Only storage that is forbidden altogether fails, and that holds no draft.
        _ = store.remove_item(&key);
    }
}

fn storage() -> Option<web_sys::Storage> {
    window().session_storage().ok().flatten()
}

/// What there is to say about the length of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Room {
    /// Plenty.
    Enough,
    /// So many characters are left: few enough to say so.
    Left(usize),
    /// So many are too many.
    Over(usize),
}

/// How much room `text` leaves, counted as the server counts: code points, without space around.
pub(super) fn room(text: &str) -> Room {
    let length = text.trim().chars().count();
    match LIMIT.checked_sub(length) {
        None => Room::Over(length - LIMIT),
        Some(left) if left <= 200 => Room::Left(left),
        Some(_) => Room::Enough,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_counted_in_code_points_without_space_around() {
        assert_eq!(room(""), Room::Enough);
        assert_eq!(room(&"é".repeat(3_799)), Room::Enough);
        assert_eq!(room(&"é".repeat(3_800)), Room::Left(200));
        assert_eq!(room(&format!("  {}\n", "x".repeat(LIMIT))), Room::Left(0));
        assert_eq!(room(&"🔑".repeat(LIMIT + 3)), Room::Over(3));
    }
}
