//! Registering a client.

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::api::{self, ClientChanged};
use super::form::Form;
use super::secret::SecretOnce;
use super::settings::Settings;
use super::wire::Registration;
use super::{Behind, Href, MANAGE, back};
use crate::auth::{use_auth, use_toasts};
use crate::text::{fill, use_text};
use crate::ui::{Button, FormStatus, Look, act, part};

/// The page on which a client is registered. Its secret is shown there once; a client without one is
/// gone to at once.
#[component]
pub fn NewClient(
    /// Where the list is.
    list_href: &'static str,
    /// Where a client's page is.
    href: Href,
    /// A client without a secret was registered: called with where its page is.
    #[prop(into)]
    on_done: Callback<String>,
    /// Shown while nobody is signed in.
    #[prop(optional, into)]
    fallback: ViewFn,
) -> impl IntoView {
    let text = use_text();
    let made = RwSignal::new(None::<ClientChanged>);
    view! {
        <Behind require=MANAGE title=text.client_new fallback>
            {part(move || match made.get() {
                Some(changed) => created(changed, href),
                None => view! { <Registering list_href href on_done made/> }.into_any(),
            })}
        </Behind>
    }
}

#[component]
fn Registering(
    list_href: &'static str,
    href: Href,
    on_done: Callback<String>,
    made: RwSignal<Option<ClientChanged>>,
) -> impl IntoView {
    let text = use_text();
    let auth = use_auth();
    let toasts = use_toasts();
    let form = Form::of_registration(&Registration::default());
    let busy = RwSignal::new(false);
    let submit = act(move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() || !form.is_complete(text) {
            return;
        }
        busy.set(true);
        let registration = form.written(&Registration::default());
        spawn_local(async move {
            let registration = &registration;
            let result = auth
                .confirmed(|client| async move { api::save(&client, None, registration).await })
                .await;
            if busy.try_set(false).is_some() {
                return;
            }
            match result {
                Ok(changed) => {
                    let name = changed.client.name();
                    toasts.say(fill(text.client_created, &[("name", &name)]));
                    if changed.client_secret.is_none() {
                        on_done.run(href(&changed.client.id()));
                    } else {
                        made.set(Some(changed));
                    }
                }
                Err(error) => form.refuse(&error, text),
            }
        });
    });
    view! {
        <header class="pc-section__head pc-section__head--page">
            {back(list_href)}
            <h1 tabindex="-1">{text.client_new}</h1>
            <p>{text.client_new_lead}</p>
        </header>
        <form novalidate on:submit=submit>
            <Settings form editable=Signal::stored(true) with_id=true/>
            <div class="pc-inline pc-save">
                <Button look=Look::Primary submit=true busy>{text.client_create}</Button>
                <FormStatus message=form.status/>
            </div>
        </form>
    }
}

fn created(changed: ClientChanged, href: Href) -> AnyView {
    let text = use_text();
    let id = changed.client.id();
    let to = href(&id);
    let secret = changed.client_secret.unwrap_or_default();
    view! {
        <div class="pc-stack pc-narrow">
            {html::h1().tabindex("-1").child(changed.client.name())}
            <SecretOnce id secret/>
            <div class="pc-actions">
                <a class="pc-button pc-button--primary" href=to>{text.client_open}</a>
            </div>
        </div>
    }
    .into_any()
}
