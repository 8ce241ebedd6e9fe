//! One's passkeys: add, rename, delete.

use leptos::prelude::*;
use leptos::task::spawn_local;
use portcullis_types::passkey::PasskeyView;

use super::Section;
use super::passkey_row::PasskeyRow;
use crate::auth::{use_auth, use_toasts};
use crate::errors::message_of;
use crate::text::{fill, use_text};
use crate::ui::{Blank, Bones, Button, Failure, FormStatus, Glyph, Load, Look, icon};

/// The section of the account page about passkeys.
#[component]
pub fn Passkeys() -> impl IntoView {
    let text = use_text();
    let auth = use_auth();
    let toasts = use_toasts();
    let list = RwSignal::new(Load::<Vec<PasskeyView>>::Waiting);
    let adding = RwSignal::new(false);
    let status = RwSignal::new(String::new());
    let supported = auth.client().passkeys_supported();

    let load = Callback::new(move |()| {
        spawn_local(async move {
            let answer = auth.client().passkeys().await;
            _ = list.try_set(answer.into());
        });
    });
    load.run(());

    let add = Callback::new(move |()| {
        status.set(String::new());
        adding.set(true);
        spawn_local(async move {
            let result = auth
                .confirmed(|client| async move { client.register_passkey(None).await })
                .await;
            if adding.try_set(false).is_some() {
                return;
            }
            match result {
                Ok(passkey) => {
                    toasts.say(fill(text.passkey_added, &[("name", &passkey.name)]));
                    load.run(());
                }
                Err(error) => status.set(message_of(&error, text)),
            }
        });
    });
    let add_button = move |look: Look| {
        view! { <Button look busy=adding on_press=add>{icon(Glyph::Plus)} {text.passkey_add}</Button> }
    };
    let empty = move || list.with(|list| list.ready().is_some_and(Vec::is_empty));
    let rows = move || match list.get() {
        Load::Waiting => view! { <Bones/> }.into_any(),
        Load::Failed(error) => view! { <Failure error on_retry=load/> }.into_any(),
        Load::Ready(passkeys) if passkeys.is_empty() => view! {
            <Blank glyph=Glyph::Key title=text.passkeys_empty_title lead=text.passkeys_empty>
                {supported.then(|| add_button(Look::Primary))}
            </Blank>
        }
        .into_any(),
        Load::Ready(_) => view! {
            <ul class="pc-rows pc-dense">
                <For
                    each=move || list.with(|list| list.ready().cloned().unwrap_or_default())
                    key=|passkey| (passkey.id, passkey.name.clone(), passkey.last_used_at)
                    children=move |passkey| view! { <PasskeyRow passkey list/> }
                />
            </ul>
        }
        .into_any(),
    };
    view! {
        <Section id="passkeys" title=text.passkeys_title lead=text.passkeys_lead>
            <div class="pc-card">{rows}</div>
            <div class="pc-inline">
                {move || (supported && !empty()).then(|| add_button(Look::Plain))}
                <FormStatus message=status/>
            </div>
            {(!supported).then(|| view! { <p class="pc-soft pc-small">{text.passkey_unsupported}</p> })}
        </Section>
    }
}
