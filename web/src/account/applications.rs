//! The applications that one has let use one's account, and taking that back.

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use portcullis_sdk::{Auth, AuthError};
use portcullis_types::consent::{ConsentList, ConsentSummary};
use portcullis_types::{ErrorCode, paths};

use super::Section;
use crate::asking::wishes_in_words;
use crate::auth::{use_auth, use_toasts};
use crate::errors::message_of;
use crate::text::{fill, use_text};
use crate::time::Moment;
use crate::ui::{
    Blank, Bones, Button, Dialog, Failure, FormStatus, Glyph, Load, Look, avatar, rescue_focus,
};

type Applications = RwSignal<Load<Vec<ConsentSummary>>>;

async fn all(client: Auth) -> Result<Vec<ConsentSummary>, AuthError> {
    let list: ConsentList = client.request("GET", paths::CONSENTS, None::<&()>).await?;
    Ok(list.consents)
}

async fn disconnect(client: Auth, id: String) -> Result<(), AuthError> {
    let id = String::from(js_sys::encode_uri_component(&id));
    let path = format!("{}/{id}", paths::CONSENTS);
    client.request("DELETE", &path, None::<&()>).await
}

/// The section of the account page about connected applications.
#[component]
pub fn ConnectedApplications() -> impl IntoView {
    let text = use_text();
    let auth = use_auth();
    let list: Applications = RwSignal::new(Load::Waiting);
    let load = Callback::new(move |()| {
        spawn_local(async move {
            let answer = all(auth.client()).await;
            _ = list.try_set(answer.into());
        });
    });
    load.run(());
    let rows = move || match list.get() {
        Load::Waiting => view! { <Bones/> }.into_any(),
        Load::Failed(error) => view! { <Failure error on_retry=load/> }.into_any(),
        Load::Ready(all) if all.is_empty() => view! {
            <Blank glyph=Glyph::Screen title=text.applications_empty_title
                lead=text.applications_empty/>
        }
        .into_any(),
        Load::Ready(_) => view! {
            <ul class="pc-rows">
                <For
                    each=move || list.with(|list| list.ready().cloned().unwrap_or_default())
                    key=|it| (it.client_id.clone(), it.updated_at)
                    children=move |application| view! { <ApplicationRow application list/> }
                />
            </ul>
        }
        .into_any(),
    };
    view! {
        <Section id="applications" title=text.applications_title lead=text.applications_lead>
            <div class="pc-card">{rows}</div>
        </Section>
    }
}

#[component]
fn ApplicationRow(application: ConsentSummary, list: Applications) -> impl IntoView {
    let text = use_text();
    let open = RwSignal::new(false);
    let name = application.client_name;
    let wishes = wishes_in_words(&application.scopes, &application.resources, text);
    let wishes = wishes.into_iter().map(|wish| html::span().child(wish));
    let label = fill(text.application_disconnect, &[("name", &name)]);
    let press = Callback::new(move |()| open.set(true));
    view! {
        <li class="pc-row">
            {avatar(&name, "pc-avatar")}
            <div class="pc-row__main">
                <p class="pc-row__title">{name.clone()}</p>
                <p class="pc-row__meta">{wishes.collect_view()}</p>
                <p class="pc-row__meta">
                    <Moment at=application.created_at template=text.application_since/>
                </p>
            </div>
            <div class="pc-row__actions">
                <Button look=Look::QuietDanger label=label on_press=press>
                    {text.application_disconnect_short}
                </Button>
            </div>
            <Disconnect id=application.client_id name list open/>
        </li>
    }
}

#[component]
fn Disconnect(id: String, name: String, list: Applications, open: RwSignal<bool>) -> impl IntoView {
    let text = use_text();
    let auth = use_auth();
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let status = RwSignal::new(String::new());
    let title = fill(text.application_disconnect_title, &[("name", &name)]);
    let (id, name) = (StoredValue::new(id), StoredValue::new(name));
    let gone = move || {
        open.set(false);
        rescue_focus(&["#applications-heading"]);
        list.update(|list| {
            if let Some(all) = list.ready_mut() {
                all.retain(|it| id.with_value(|id| it.client_id != *id));
            }
        });
    };
    let confirm = Callback::new(move |()| {
        busy.set(true);
        status.set(String::new());
        spawn_local(async move {
            let result = auth
                .confirmed(|client| disconnect(client, id.get_value()))
                .await;
            if busy.try_set(false).is_some() {
                return;
            }
            match result {
                Ok(()) => {
                    let said = name
                        .with_value(|name| fill(text.application_disconnected, &[("name", name)]));
                    toasts.say(said);
                    gone();
                }
                // Disconnected already, in another tab.
                Err(error) if error.code() == Some(ErrorCode::NotFound) => gone(),
                Err(error) => status.set(message_of(&error, text)),
            }
        });
    });
    let close = Callback::new(move |()| open.set(false));
    let lead = text.application_disconnect_lead.to_owned();
    view! {
        <Dialog open title lead on_close=close>
            <FormStatus message=status/>
            <div class="pc-actions pc-actions--end">
                <Button on_press=close>{text.cancel}</Button>
                <Button look=Look::Destroy busy on_press=confirm>
                    {text.application_disconnect_short}
                </Button>
            </div>
        </Dialog>
    }
}
