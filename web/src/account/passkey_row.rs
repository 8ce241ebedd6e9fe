//! One passkey in the list: what it is called, and renaming and deleting it.

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use portcullis_types::ErrorCode;
use portcullis_types::passkey::PasskeyView;

use crate::auth::{use_auth, use_toasts};
use crate::errors::message_of;
use crate::text::{fill, use_text};
use crate::time::Moment;
use crate::ui::{Button, Dialog, Field, Glyph, Input, Load, Look, icon, icon_sized, rescue_focus};

#[component]
pub(super) fn PasskeyRow(
    passkey: PasskeyView,
    list: RwSignal<Load<Vec<PasskeyView>>>,
) -> impl IntoView {
    let text = use_text();
    let renaming = RwSignal::new(false);
    let deleting = RwSignal::new(false);
    let named = |template| fill(template, &[("name", &passkey.name)]);
    let (rename_label, delete_label) = (named(text.passkey_rename), named(text.passkey_delete));
    let where_kept = if passkey.synced {
        text.passkey_synced
    } else {
        text.passkey_device
    };
    let created = passkey.created_at;
    let used = match passkey.last_used_at {
        Some(at) => view! { <Moment at template=text.passkey_used/> }.into_any(),
        None => html::span().child(text.passkey_unused).into_any(),
    };
    let for_form = passkey.clone();
    let name = passkey.name.clone();
    view! {
        <li class="pc-row">
            {html::span().class("pc-row__icon").child(icon_sized(Glyph::Key, 20))}
            <div class="pc-row__main">
                <p class="pc-row__title">
                    {name} {html::span().class("pc-badge").child(where_kept)}
                </p>
                <p class="pc-row__meta">
                    <Moment at=created template=text.passkey_created/>
                    {used}
                </p>
            </div>
            <div class="pc-row__actions">
                <Button look=Look::Quiet bare=true label=rename_label
                    on_press=Callback::new(move |()| renaming.update(|on| *on = !*on))>
                    {icon(Glyph::Pencil)}
                </Button>
                <Button look=Look::QuietDanger bare=true label=delete_label
                    on_press=Callback::new(move |()| deleting.set(true))>
                    {icon(Glyph::Bin)}
                </Button>
            </div>
            {move || renaming.get().then(|| {
                let passkey = for_form.clone();
                view! { <Rename passkey list renaming/> }
            })}
            <Delete passkey=passkey.clone() list open=deleting/>
        </li>
    }
}

#[component]
fn Rename(
    passkey: PasskeyView,
    list: RwSignal<Load<Vec<PasskeyView>>>,
    renaming: RwSignal<bool>,
) -> impl IntoView {
    let text = use_text();
    let auth = use_auth();
    let toasts = use_toasts();
    let input = Input::with(passkey.name.clone());
    let busy = RwSignal::new(false);
    let id = passkey.id;

    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let Some(name) = input.needed(text.passkey_rename_label) else {
            return;
        };
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let name = name.trim().to_owned();
            let new = name.as_str();
            let result = auth
                .confirmed(|client| async move { client.rename_passkey(id, new).await })
                .await;
            if busy.try_set(false).is_some() {
                return;
            }
            match result {
                Ok(()) => {
                    renaming.set(false);
                    toasts.say(text.passkey_renamed);
                    list.update(|list| {
                        let row = list
                            .ready_mut()
                            .and_then(|all| all.iter_mut().find(|p| p.id == id));
                        if let Some(row) = row {
                            row.name = name;
                        }
                    });
                }
                Err(error) => input.fail(message_of(&error, text)),
            }
        });
    };
    let keys = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Escape" {
            renaming.set(false);
        }
    };
    view! {
        <form class="pc-row__form pc-form" novalidate on:submit=submit on:keydown=keys>
            <Field input label=text.passkey_rename_label autocomplete="off" autofocus=true/>
            <div class="pc-actions">
                <Button look=Look::Primary submit=true busy>{text.save}</Button>
                <Button look=Look::Quiet on_press=Callback::new(move |()| renaming.set(false))>
                    {text.cancel}
                </Button>
            </div>
        </form>
    }
}

#[component]
fn Delete(
    passkey: PasskeyView,
    list: RwSignal<Load<Vec<PasskeyView>>>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let text = use_text();
    let auth = use_auth();
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    // Why it was refused: then the dialog says what to do first, and no longer offers to delete.
    let refused = RwSignal::new(String::new());
    let id = passkey.id;
    let name = StoredValue::new(passkey.name);
    let named = move |template| name.with_value(|name| fill(template, &[("name", name)]));

    let delete = Callback::new(move |()| {
        busy.set(true);
        spawn_local(async move {
            let result = auth
                .confirmed(|client| async move { client.delete_passkey(id).await })
                .await;
            if busy.try_set(false).is_some() {
                return;
            }
            match result {
                Ok(()) => {
                    open.set(false);
                    toasts.say(named(text.passkey_deleted));
                    rescue_focus(&["#passkeys-heading"]);
                    list.update(|list| {
                        if let Some(all) = list.ready_mut() {
                            all.retain(|passkey| passkey.id != id);
                        }
                    });
                }
                Err(error) if error.code() == Some(ErrorCode::LastCredential) => {
                    refused.set(named(text.passkey_last));
                }
                Err(error) => refused.set(message_of(&error, text)),
            }
        });
    });
    let close = Callback::new(move |()| open.set(false));
    Effect::new(move |_| {
        if open.get() {
            refused.set(String::new());
        }
    });
    let lead = Signal::derive(move || {
        if refused.with(String::is_empty) {
            named(text.passkey_delete_lead)
        } else {
            String::new()
        }
    });
    let title = text.passkey_delete_title.to_owned();
    view! {
        <Dialog open title lead on_close=close>
            {move || if refused.with(String::is_empty) {
                view! {
                    <div class="pc-actions pc-actions--end">
                        <Button on_press=close>{text.cancel}</Button>
                        <Button look=Look::Destroy busy on_press=delete>
                            {text.passkey_delete_confirm}
                        </Button>
                    </div>
                }
                .into_any()
            } else {
                view! {
                    <div class="pc-notice pc-notice--danger" role="alert">
                        {icon(Glyph::Alert)}
                        <p class="pc-notice__main">{refused}</p>
                    </div>
                    <div class="pc-actions pc-actions--end">
                        <Button on_press=close>{text.close}</Button>
                    </div>
                }
                .into_any()
            }}
        </Dialog>
    }
}
