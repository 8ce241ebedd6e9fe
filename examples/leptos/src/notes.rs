use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use portcullis_sdk::{Auth, AuthError};
use portcullis_web::use_auth;
use serde::{Deserialize, Serialize};

#[derive(Clone, Deserialize)]
struct Note {
    id: String,
    text: String,
    owner_name: String,
    own: bool,
}

#[derive(Deserialize)]
struct List {
    notes: Vec<Note>,
}

#[derive(Serialize)]
struct NewNote {
    text: String,
}

/// Sends what proves who is signed in along; the server decides again.
async fn list(auth: &Auth) -> Result<List, AuthError> {
    auth.request("GET", "/api/notes", None::<&()>).await
}

async fn write(auth: &Auth, text: String) -> Result<Note, AuthError> {
    auth.request("POST", "/api/notes", Some(&NewNote { text }))
        .await
}

async fn remove(auth: &Auth, id: &str) -> Result<(), AuthError> {
    let path = format!("/api/notes/{id}");
    auth.request("DELETE", &path, None::<&()>).await
}

#[component]
pub fn Notes() -> impl IntoView {
    let auth = use_auth();
    let notes = RwSignal::new(Vec::new());
    let text = RwSignal::new(String::new());

    let load = move || async move {
        if let Ok(list) = list(&auth.client()).await {
            // The page may be another one by now.
            _ = notes.try_set(list.notes);
        }
    };

    // Who may read everybody's notes sees others than before.
    let all = Memo::new(move |_| auth.can("notes:read"));
    Effect::watch(move || all.get(), move |_, _, _| spawn_local(load()), true);

    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        spawn_local(async move {
            if write(&auth.client(), text.get_untracked()).await.is_ok() {
                _ = text.try_set(String::new());
            }
            load().await;
        });
    };
    let delete = Callback::new(move |id: String| {
        spawn_local(async move {
            // Whatever came of it, the list says.
            _ = remove(&auth.client(), &id).await;
            load().await;
        });
    });

    view! {
        <form id="write" on:submit=submit>
            <label>
                {"New note"}
                <input required=true bind:value=text/>
            </label>
            <button>{"Write"}</button>
        </form>
        <ul>
            <For each=move || notes.get() key=|note| note.id.clone()
                children=move |note| view! { <Item note delete/> }/>
        </ul>
    }
}

#[component]
fn Item(note: Note, delete: Callback<String>) -> impl IntoView {
    let auth = use_auth();
    let Note {
        id,
        text,
        owner_name,
        own,
    } = note;
    let may_delete = move || own || auth.can("notes:delete");
    let remove = move |_| delete.run(id.clone());
    view! {
        <li>
            <span>{text} {" "} <small>{owner_name}</small></span>
            <Show when=may_delete>
                <button on:click=remove.clone()>{"Delete"}</button>
            </Show>
        </li>
    }
}
