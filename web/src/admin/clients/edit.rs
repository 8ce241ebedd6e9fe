//! A client's page: what it is registered as, its secrets, and its end.

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use portcullis_types::ErrorCode;

use super::api::{self, ClientView};
use super::form::Form;
use super::secret::Secrets;
use super::settings::Settings;
use super::{Behind, MANAGE, READ, back};
use crate::account::Section;
use crate::auth::{use_auth, use_toasts};
use crate::errors::message_of;
use crate::text::{fill, use_text};
use crate::ui::{
    Blank, Bones, Button, Dialog, Failure, FormStatus, Glyph, Load, Look, act, icon, part,
};

/// The page of one client, for those who may see clients; changed by those who may manage them.
#[component]
pub fn EditClient(
    /// The client's id.
    #[prop(into)]
    id: String,
    /// Where the list is.
    list_href: &'static str,
    /// The client was deleted.
    #[prop(into)]
    on_deleted: Callback<()>,
    /// Shown while nobody is signed in.
    #[prop(optional, into)]
    fallback: ViewFn,
) -> impl IntoView {
    let text = use_text();
    view! {
        <Behind require=READ title=text.clients_title fallback>
            <One id=id.clone() list_href on_deleted/>
        </Behind>
    }
}

#[component]
fn One(id: String, list_href: &'static str, on_deleted: Callback<()>) -> impl IntoView {
    let text = use_text();
    let auth = use_auth();
    let found = RwSignal::new(Load::<ClientView>::Waiting);
    let id = StoredValue::new(id);
    let load = Callback::new(move |()| {
        spawn_local(async move {
            let answer = api::show(&auth.client(), &id.get_value()).await;
            _ = found.try_set(answer.into());
        });
    });
    load.run(());
    let page = move || match found.get() {
        Load::Waiting => view! { <Bones rows=6/> }.into_any(),
        Load::Failed(error) if error.code() == Some(ErrorCode::NotFound) => {
            let lead = id.get_value();
            view! { <div class="pc-card"><Blank glyph=Glyph::Key title=text.client_gone lead/></div> }
                .into_any()
        }
        Load::Failed(error) => {
            view! { <div class="pc-card"><Failure error on_retry=load/></div> }.into_any()
        }
        Load::Ready(view) => view! { <Editor view=RwSignal::new(view) on_deleted/> }.into_any(),
    };
    view! {
        {back(list_href)}
        {part(page)}
    }
}

#[component]
fn Editor(view: RwSignal<ClientView>, on_deleted: Callback<()>) -> impl IntoView {
    let text = use_text();
    let auth = use_auth();
    let toasts = use_toasts();
    let first = view.get_untracked();
    let of_file = first.is_of_file();
    let form = Form::of_registration(&first.client);
    let busy = RwSignal::new(false);
    let fresh = RwSignal::new(None::<String>);
    let editable: Signal<bool> = Memo::new(move |_| !of_file && auth.can(MANAGE)).into();
    let has_secret = Memo::new(move |_| view.with(ClientView::has_secret));

    let submit = act(move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() || !form.is_complete(text) {
            return;
        }
        busy.set(true);
        let (id, registration) =
            view.with_untracked(|view| (view.id(), form.written(&view.client)));
        spawn_local(async move {
            let (id, registration) = (id.as_str(), &registration);
            let result = auth
                .confirmed(|client| async move { api::save(&client, Some(id), registration).await })
                .await;
            if busy.try_set(false).is_some() {
                return;
            }
            match result {
                Ok(changed) => {
                    let name = changed.client.name();
                    toasts.say(fill(text.client_saved, &[("name", &name)]));
                    form.show(&changed.client.client);
                    view.set(changed.client);
                    if changed.client_secret.is_some() {
                        fresh.set(changed.client_secret);
                    }
                }
                Err(error) => form.refuse(&error, text),
            }
        });
    });
    let why_not = move || {
        let why = if of_file {
            text.client_file_only.to_owned()
        } else {
            fill(text.client_read_only, &[("permission", MANAGE)])
        };
        (!editable.get()).then(|| {
            html::div().class("pc-notice").child((
                icon(Glyph::Lock),
                html::p().class("pc-notice__main").child(why),
            ))
        })
    };
    view! {
        <header class="pc-section__head pc-section__head--page">
            <h1 tabindex="-1">{part(move || view.with(ClientView::name))}</h1>
            {html::p().class("pc-mono").child(first.id())}
        </header>
        {part(why_not)}
        <form novalidate on:submit=submit>
            <Settings form editable/>
            {part(move || editable.get().then(|| view! {
                <div class="pc-inline pc-save">
                    <Button look=Look::Primary submit=true busy>{text.client_save}</Button>
                    <FormStatus message=form.status/>
                </div>
            }))}
        </form>
        {part(move || {
            (has_secret.get() && !of_file).then(|| view! { <Secrets view fresh editable/> })
        })}
        {part(move || editable.get().then(|| view! { <End view on_deleted/> }))}
    }
}

/// The section in which a client is deleted.
#[component]
fn End(view: RwSignal<ClientView>, on_deleted: Callback<()>) -> impl IntoView {
    let text = use_text();
    let auth = use_auth();
    let toasts = use_toasts();
    let open = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let status = RwSignal::new(String::new());
    let named = move |template: &str| view.with(|view| fill(template, &[("name", &view.name())]));
    let delete = Callback::new(move |()| {
        let id = view.with_untracked(ClientView::id);
        busy.set(true);
        status.set(String::new());
        spawn_local(async move {
            let id = id.as_str();
            let result = auth
                .confirmed(|client| async move { api::delete(&client, id).await })
                .await;
            if busy.try_set(false).is_some() {
                return;
            }
            match result {
                Err(error) if error.code() != Some(ErrorCode::NotFound) => {
                    status.set(message_of(&error, text));
                }
                // Or deleted already, in another tab.
                _ => {
                    open.set(false);
                    toasts.say(untrack(|| named(text.client_deleted)));
                    on_deleted.run(());
                }
            }
        });
    });
    let close = Callback::new(move |()| open.set(false));
    let title = Signal::derive(move || named(text.client_delete_title));
    let lead = text.client_delete_lead;
    view! {
        <Section id="client-end" title=text.client_delete_head lead=lead>
            <div class="pc-actions">
                <Button look=Look::Danger on_press=Callback::new(move |()| open.set(true))>
                    {text.client_delete}
                </Button>
            </div>
        </Section>
        <Dialog open title lead=lead.to_owned() on_close=close>
            <FormStatus message=status/>
            <div class="pc-actions pc-actions--end">
                <Button on_press=close>{text.cancel}</Button>
                <Button look=Look::Destroy busy on_press=delete>{text.client_delete}</Button>
            </div>
        </Dialog>
    }
}
