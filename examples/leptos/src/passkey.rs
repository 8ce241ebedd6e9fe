use leptos::prelude::*;
use leptos::task::spawn_local;
use portcullis_web::errors::message_of;
use portcullis_web::text::use_text;
use portcullis_web::use_auth;

#[component]
pub fn Passkey() -> impl IntoView {
    let (auth, text) = (use_auth(), use_text());
    let said = RwSignal::new(String::new());

    let add = move |_| {
        spawn_local(async move {
            let outcome = auth.client().register_passkey(None).await;
            let words = match outcome {
                Ok(_) => "Passkey added. Next time, sign in with it.".to_owned(),
                Err(error) => message_of(&error, text),
            };
            // Its user may have signed out meanwhile.
            _ = said.try_set(words);
        });
    };
    view! {
        <button on:click=add>{"Add a passkey"}</button>
        <p role="status">{said}</p>
    }
}
