//! Writing a note, and keeping what was written until the server has it.

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use portcullis_web::errors::message_of;
use portcullis_web::text::{Plural, number_in_words};
use portcullis_web::ui::{Button, Look};
use portcullis_web::{use_auth, use_toasts};

use super::draft::{Draft, LIMIT, Room, room};
use super::{Notes, api};
use crate::text::{language, use_words};

/// Where a new note is written.
#[component]
pub(super) fn Composer(draft: Draft, notes: Notes) -> impl IntoView {
    let auth = use_auth();
    let toasts = use_toasts();
    let node = NodeRef::<html::Textarea>::new();
    let saving = Saving::default();

    let save = move || {
        saving.run(draft, move |text| async move {
            let text = text.as_str();
            let saved = auth
                .confirmed(|client| async move { api::create(&client, text).await })
                .await?;
            toasts.say(use_words().note_saved);
            notes.put_first(saved);
            Ok(())
        });
    };
    let signed_out = move || {
        let ended = !auth.is_signed_in() && !auth.is_pending();
        ended.then(|| {
            html::p()
                .class("pc-small app-composer__ended")
                .child(use_words().note_signed_out)
        })
    };
    view! {
        <form class="pc-card app-composer" novalidate
            on:submit=move |event| { event.prevent_default(); save(); }>
            <label class="pc-hidden-visually" for="new-note">{use_words().note_new}</label>
            <TextArea id="new-note" draft node saving on_save=Callback::new(move |()| save())
                placeholder=use_words().note_placeholder/>
            <div class="app-composer__foot">
                <div class="app-composer__status">{signed_out}<Status draft saving/></div>
                <Button look=Look::Primary submit=true busy=saving.busy>{use_words().note_save}</Button>
            </div>
        </form>
    }
}

/// How the saving of a text stands.
#[derive(Clone, Copy, Default)]
pub(super) struct Saving {
    /// Whether it is under way.
    pub(super) busy: RwSignal<bool>,
    /// What went wrong; empty: nothing.
    problem: RwSignal<String>,
}

impl Saving {
    /// Saves what is in `draft`, and clears it once that is done: not a moment earlier, and even if
    /// the form has left the page by then.
    pub(super) fn run<F>(self, draft: Draft, save: impl FnOnce(String) -> F + 'static)
    where
        F: Future<Output = Result<(), portcullis_sdk::AuthError>> + 'static,
    {
        if self.busy.get_untracked() {
            return;
        }
        let sent = draft.sent();
        if sent.text.trim().is_empty() {
            self.problem.set(use_words().note_empty.to_owned());
            return;
        }
        if let Room::Over(_) = room(&sent.text) {
            // The line below the text says so already.
            return;
        }
        self.busy.set(true);
        self.problem.set(String::new());
        spawn_local(async move {
            let result = save(sent.text.clone()).await;
            _ = self.busy.try_set(false);
            match result {
                Ok(()) => sent.saved(),
                Err(error) => {
                    let message = message_of(&error, language().text());
                    let words = [message.as_str(), use_words().note_kept].join(" ");
                    _ = self.problem.try_set(words.trim().to_owned());
                }
            }
        });
    }
}

/// The text field of a note.
#[component]
pub(super) fn TextArea(
    /// The element's id, which its label names.
    #[prop(into)]
    id: String,
    draft: Draft,
    node: NodeRef<html::Textarea>,
    saving: Saving,
    /// Ctrl or Command with Enter was pressed.
    on_save: Callback<()>,
    #[prop(optional)] placeholder: &'static str,
) -> impl IntoView {
    let keys = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            on_save.run(());
        }
    };
    html::textarea()
        .class("pc-input")
        .id(id.clone())
        .rows("3")
        .placeholder(placeholder)
        .aria_describedby(format!("{id}-status"))
        .node_ref(node)
        .prop("value", move || draft.text.get())
        .on(leptos::ev::keydown, keys)
        .on(leptos::ev::input, move |event| {
            draft.write(event_target_value(&event));
            saving.problem.set(String::new());
        })
}

/// The line below the text field: what went wrong, or how much room is left.
#[component]
pub(super) fn Status(draft: Draft, saving: Saving) -> impl IntoView {
    let count = |words: &Plural, count: usize| {
        let tag = language().tag();
        let limit = number_in_words(LIMIT as u64, tag);
        words.count_with(count as u64, tag, &[("limit", &limit)])
    };
    let words = move || {
        let problem = saving.problem.get();
        match draft.text.with(|text| room(text)) {
            Room::Over(over) => count(&use_words().note_too_long, over),
            _ if !problem.is_empty() => problem,
            Room::Left(left) => count(&use_words().note_left, left),
            Room::Enough => String::new(),
        }
    };
    let wrong = move || {
        !saving.problem.with(String::is_empty)
            || matches!(draft.text.with(|text| room(text)), Room::Over(_))
    };
    html::p()
        .class(move || {
            if wrong() {
                "pc-status pc-status--error"
            } else {
                "pc-status pc-soft"
            }
        })
        .role("status")
        .child(words)
}
