//! One note: its text, and changing or deleting it where one may.

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use portcullis_types::NoteId;
use portcullis_types::notes::NoteView;
use portcullis_web::errors::message_of;
use portcullis_web::time::Moment;
use portcullis_web::ui::{Button, Glyph, Look, avatar, icon, rescue_focus, unique_id};
use portcullis_web::{use_auth, use_toasts};

use super::composer::{Saving, Status, TextArea};
use super::draft::Draft;
use super::{Notes, api};
use crate::text::{language, use_words};

#[component]
pub(super) fn Note(note: NoteView, notes: Notes) -> impl IntoView {
    let auth = use_auth();
    let own = note.own;
    let draft = Draft::new(&note.id.to_string());
    // A change that was begun before a reload goes on where it was left.
    let editing = RwSignal::new(own && !draft.text.with_untracked(String::is_empty));
    let may_change = Memo::new(move |_| own && auth.can("notes:write"));
    let may_delete =
        Memo::new(move |_| (own && auth.can("notes:write")) || auth.can("notes:delete"));
    let edited = (note.updated_at != note.created_at).then(|| {
        view! { <span><Moment at=note.updated_at template=use_words().note_edited/></span> }
    });
    let (id, text) = (note.id, StoredValue::new(note.text.clone()));
    let edit = Callback::new(move |()| {
        draft.write(text.get_value());
        editing.set(true);
    });
    let delete = {
        let note = note.clone();
        let remove = Removal::new(notes);
        Callback::new(move |()| remove.run(note.clone()))
    };
    view! {
        <li class="app-note">
            {avatar(&note.owner_name, "pc-avatar")}
            <article class="app-note__main">
                <header class="app-note__head">
                    <p class="pc-row__title">
                        {note.owner_name.clone()}
                        {own.then(|| html::span().class("pc-badge").child(use_words().note_you))}
                    </p>
                    <p class="pc-row__meta"><Moment at=note.created_at/>{edited}</p>
                </header>
                {move || if editing.get() {
                    view! { <Edit id draft notes editing/> }.into_any()
                } else {
                    html::p().class("app-note__text").child(text.get_value()).into_any()
                }}
            </article>
            <div class="app-note__actions">
                {move || (may_change.get() && !editing.get()).then(|| view! {
                    <Button look=Look::Quiet bare=true label=use_words().note_edit.to_owned() on_press=edit>
                        {icon(Glyph::Pencil)}
                    </Button>
                })}
                {move || may_delete.get().then(|| view! {
                    <Button look=Look::QuietDanger bare=true label=use_words().note_delete.to_owned()
                        on_press=delete>
                        {icon(Glyph::Bin)}
                    </Button>
                })}
            </div>
        </li>
    }
}

#[component]
fn Edit(id: NoteId, draft: Draft, notes: Notes, editing: RwSignal<bool>) -> impl IntoView {
    let auth = use_auth();
    let toasts = use_toasts();
    let node = NodeRef::<html::Textarea>::new();
    let saving = Saving::default();
    let field = unique_id("note");

    Effect::new(move |_| {
        if let Some(node) = node.get() {
            // The field is in the page: it has just been put there.
            request_animation_frame(move || _ = node.focus());
        }
    });
    let save = move || {
        saving.run(draft, move |text| async move {
            let text = text.as_str();
            let saved = auth
                .confirmed(|client| async move { api::change(&client, id, text).await })
                .await?;
            toasts.say(use_words().note_changed);
            _ = editing.try_set(false);
            notes.replace(saved);
            Ok(())
        });
    };
    let cancel = Callback::new(move |()| {
        draft.clear();
        editing.set(false);
    });
    view! {
        <form class="pc-form" novalidate
            on:submit=move |event| { event.prevent_default(); save(); }
            on:keydown=move |event| if event.key() == "Escape" { cancel.run(()) }>
            <label class="pc-hidden-visually" for=field.clone()>{use_words().note_edit_label}</label>
            <TextArea id=field draft node saving on_save=Callback::new(move |()| save())/>
            <Status draft saving/>
            <div class="pc-actions">
                <Button look=Look::Primary submit=true busy=saving.busy>{use_words().save}</Button>
                <Button look=Look::Quiet on_press=cancel>{use_words().cancel}</Button>
            </div>
        </form>
    }
}

/// Deleting with a way back: the note leaves the page at once, and the server when the offer to
/// undo it has passed.
#[derive(Clone, Copy)]
struct Removal {
    notes: Notes,
    auth: portcullis_web::AuthContext,
    toasts: portcullis_web::ui::Toasts,
}

impl Removal {
    fn new(notes: Notes) -> Self {
        Self {
            notes,
            auth: use_auth(),
            toasts: use_toasts(),
        }
    }

    fn run(self, note: NoteView) {
        let Some(at) = self.notes.hide(note.id) else {
            return;
        };
        rescue_focus(&[
            ".app-note__actions button:last-child",
            "#new-note",
            "main h1",
        ]);
        let again = note.clone();
        self.toasts.undoable(
            use_words().note_deleted,
            move || self.notes.put_back(at, again.clone()),
            move || {
                let note = note.clone();
                spawn_local(async move {
                    match api::delete(&self.auth.client(), note.id).await {
                        // A refresh meanwhile may have brought it back to the list.
                        Ok(()) => self.notes.remove(note.id),
                        Err(error) => {
                            self.toasts.say(message_of(&error, language().text()));
                            self.notes.put_back(at, note);
                        }
                    }
                });
            },
        );
    }
}
