//! The notes on the page, as the server says and as they are changed here, whichever comes first.

use leptos::prelude::*;
use leptos::task::spawn_local;
use portcullis_types::NoteId;
use portcullis_types::notes::NoteView;
use portcullis_web::AuthContext;
use portcullis_web::ui::Load;

use super::api;

/// The notes of the page, shared by its parts. Cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Notes {
    auth: AuthContext,
    list: RwSignal<Load<Vec<NoteView>>>,
    /// Counts what was asked for: only the latest answer counts.
    asked: StoredValue<u32>,
    /// Whether that answer is still on its way.
    waiting: StoredValue<bool>,
}

impl Notes {
    pub(super) fn new(auth: AuthContext) -> Self {
        Self {
            auth,
            list: RwSignal::new(Load::Waiting),
            asked: StoredValue::new(0),
            waiting: StoredValue::new(false),
        }
    }

    /// What is to be shown.
    pub(super) fn listed(self) -> ReadSignal<Load<Vec<NoteView>>> {
        self.list.read_only()
    }

    /// Asks the server for them.
    pub(super) fn load(self) {
        let Some(number) = self.asked.try_update_value(|count| {
            *count = count.wrapping_add(1);
            *count
        }) else {
            return;
        };
        self.waiting.set_value(true);
        spawn_local(async move {
            let answer = api::list(&self.auth.client()).await;
            if self.asked.try_get_value() != Some(number) {
                return;
            }
            self.waiting.set_value(false);
            let nothing_yet = self.list.with_untracked(|list| list.ready().is_none());
            // What is on the page stays there when a refresh of it fails.
            if answer.is_ok() || nothing_yet {
                self.list.set(answer.into());
            }
        });
    }

    /// They are somebody else's.
    pub(super) fn forget(self) {
        self.list.set(Load::Waiting);
    }

    /// Puts a note that was just saved at the head of the list.
    pub(super) fn put_first(self, saved: NoteView) {
        self.change(|all| {
            all.retain(|note| note.id != saved.id);
            all.insert(0, saved);
        });
    }

    /// Puts a note that was just changed into the place of its older self.
    pub(super) fn replace(self, saved: NoteView) {
        self.change(|all| {
            if let Some(note) = all.iter_mut().find(|note| note.id == saved.id) {
                *note = saved;
            }
        });
    }

    /// Takes a note off the page only; where it was, if it was there.
    pub(super) fn hide(self, id: NoteId) -> Option<usize> {
        let hidden = self.list.try_update(|list| {
            let all = list.ready_mut()?;
            let at = all.iter().position(|note| note.id == id)?;
            all.remove(at);
            Some(at)
        });
        hidden.flatten()
    }

    /// Puts a note back that was hidden. When the page was left meanwhile, there is no list to put
    /// it back to, nor a need.
    pub(super) fn put_back(self, at: usize, note: NoteView) {
        _ = self.list.try_update(|list| {
            if let Some(all) = list.ready_mut()
                && all.iter().all(|other| other.id != note.id)
            {
                all.insert(at.min(all.len()), note);
            }
        });
    }

    /// Takes away a note that the server has deleted.
    pub(super) fn remove(self, id: NoteId) {
        self.change(|all| all.retain(|note| note.id != id));
    }

    /// Changes the list as the server has changed its own. An answer on its way may be from before
    /// that, so it no longer counts, and another one is asked for.
    fn change(self, change: impl FnOnce(&mut Vec<NoteView>)) {
        let changed = self.list.try_update(|list| list.ready_mut().map(change));
        let Some(changed) = changed else { return };
        if changed.is_none() || self.waiting.get_value() {
            self.load();
        }
    }
}
