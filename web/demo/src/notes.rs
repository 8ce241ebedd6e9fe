//! The notes page: a composer for who may write, and the notes one may read.

use leptos::html;
use leptos::prelude::*;
use portcullis_sdk::{Session, SignedOutReason};
use portcullis_web::ui::{Blank, Bones, Failure, Glyph, Load, Page, icon};
use portcullis_web::{PermissionGate, use_auth};

use crate::ask::AskToSignIn;
use crate::gates::Gates;
use crate::text::use_words;

mod api;
mod composer;
mod draft;
mod list;
mod note;

use composer::Composer;
use draft::Draft;
use list::Notes;
use note::Note;

/// `/notes`
#[component]
pub(crate) fn NotesPage() -> impl IntoView {
    let auth = use_auth();
    let notes = Notes::new(auth);
    let draft = Draft::new("new");
    // Another user, or other permissions: then other notes may be read.
    let reader = Memo::new(move |_| auth.view().map(|view| (view.user.id, view.version)));
    let user = Memo::new(move |_| reader.get().map(|(user, _)| user));
    Effect::new(move |before: Option<Option<_>>| {
        let now = user.get();
        if before.is_some_and(|before| before != now) {
            notes.forget();
        }
        now
    });
    let may_see = Memo::new(move |_| auth.can("notes:write") || auth.can("notes:read"));
    Effect::new(move |_| {
        if reader.get().is_some() && may_see.get() {
            notes.load();
        }
    });
    // The way out is signing out: then nothing of what was typed stays in the tab.
    Effect::new(move |_| {
        let by_hand = Session::SignedOut {
            reason: SignedOutReason::SignedOut,
        };
        if auth.session() == by_hand {
            draft::forget_all();
            draft.text.set(String::new());
        }
    });

    let signed_in = Memo::new(move |_| auth.is_signed_in());
    let pending = Memo::new(move |_| auth.is_pending());
    // Stays while there is text in it, whatever becomes of the session or the permission.
    let writing = Memo::new(move |_| {
        !pending.get() && (auth.can("notes:write") || !draft.text.with(String::is_empty))
    });
    let about = move || {
        let all = auth.can("notes:read");
        html::p().class("pc-soft").child(if all {
            use_words().notes_lead_all
        } else {
            use_words().notes_lead_own
        })
    };
    // A memo, so that the composer stays the same one when its user signs in again over it.
    let shown = Memo::new(move |_| pending.get() || signed_in.get() || writing.get());
    let listed = Memo::new(move |_| signed_in.get() || pending.get());
    view! {
        <Page title=use_words().notes_title app=use_words().app>
            {move || if shown.get() {
                view! {
                    <div class="app-columns">
                        <div class="app-columns__main pc-stack">
                            <header class="pc-section__head">
                                <h1 tabindex="-1">{use_words().notes_title}</h1>
                                {about}
                            </header>
                            {move || if writing.get() {
                                view! { <Composer draft notes/> }.into_any()
                            } else {
                                view! { <ReadOnly/> }.into_any()
                            }}
                            {move || if listed.get() {
                                view! { <List notes/> }.into_any()
                            } else {
                                view! { <AskToSignIn whole_page=false/> }.into_any()
                            }}
                        </div>
                        <aside class="app-columns__side"><Gates/></aside>
                    </div>
                }.into_any()
            } else {
                view! { <AskToSignIn/> }.into_any()
            }}
        </Page>
    }
}

/// Whose notes are shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    Everybody,
    Own,
}

/// The list, its filter for those who can read others' notes, and its other states.
#[component]
fn List(notes: Notes) -> impl IntoView {
    let load = Callback::new(move |()| notes.load());
    let listed = notes.listed();
    let whose = RwSignal::new(Whose::Everybody);
    let chip = move |value: Whose, words: &'static str| {
        html::button()
            .r#type("button")
            .class("pc-chip")
            .aria_pressed(move || {
                if whose.get() == value {
                    "true"
                } else {
                    "false"
                }
            })
            .on(leptos::ev::click, move |_| whose.set(value))
            .child(words)
    };
    let filter = move || {
        html::div()
            .class("pc-chips")
            .role("group")
            .aria_label(use_words().filter_label)
            .child((
                chip(Whose::Everybody, use_words().filter_all),
                chip(Whose::Own, use_words().filter_own),
            ))
    };
    let visible = move || {
        let own_only = whose.get() == Whose::Own;
        listed.with(|notes| {
            let all = notes.ready().into_iter().flatten();
            all.filter(|note| note.own || !own_only)
                .cloned()
                .collect::<Vec<_>>()
        })
    };
    let state = Memo::new(move |_| {
        listed.with(|notes| match notes {
            Load::Waiting => State::Waiting,
            Load::Failed(_) => State::Failed,
            Load::Ready(_) if visible().is_empty() => State::Empty,
            Load::Ready(_) => State::Filled,
        })
    });
    let body = move || {
        match state.get() {
        State::Waiting => view! { <Bones rows=3/> }.into_any(),
        State::Failed => listed.with_untracked(|notes| match notes {
            Load::Failed(error) => {
                view! { <Failure error=error.clone() on_retry=load/> }.into_any()
            }
            Load::Waiting | Load::Ready(_) => ().into_any(),
        }),
        State::Empty => view! {
            <Blank glyph=Glyph::Note title=use_words().notes_empty_title lead=use_words().notes_empty/>
        }
        .into_any(),
        State::Filled => view! {
            <ul class="pc-rows pc-dense">
                <For each=visible key=|note| (note.id, note.updated_at)
                    children=move |note| view! { <Note note notes/> }/>
            </ul>
        }
        .into_any(),
    }
    };
    let denied = || {
        view! {
            <div class="pc-card">
                <Blank glyph=Glyph::Lock title=use_words().notes_denied_title lead=use_words().notes_denied/>
            </div>
        }
    };
    view! {
        <PermissionGate any=["notes:write", "notes:read"] denied
            loading=|| view! { <div class="pc-card"><Bones rows=3/></div> }>
            <PermissionGate require="notes:read">{filter()}</PermissionGate>
            <div class="pc-card">{body}</div>
        </PermissionGate>
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Waiting,
    Failed,
    Empty,
    Filled,
}

/// Says to people who can read notes, but not write any, what is missing and whom to ask.
#[component]
fn ReadOnly() -> impl IntoView {
    view! {
        <PermissionGate require="notes:read">
            <div class="pc-notice">
                {icon(Glyph::Lock)}
                <p class="pc-notice__main">{use_words().note_denied}</p>
            </div>
        </PermissionGate>
    }
}
