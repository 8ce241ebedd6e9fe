//! One's authenticator apps: the list, and adding and removing one.

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use portcullis_types::ErrorCode;
use portcullis_types::totp::{TotpBegun, TotpList, TotpView};

use super::Section;
use super::recovery_codes::{Codes, RecoveryCodes};
use crate::auth::{use_auth, use_toasts};
use crate::errors::{message_of, show};
use crate::text::{fill, use_text};
use crate::time::Moment;
use crate::ui::{
    Blank, Bones, Button, Dialog, Failure, Field, FormStatus, Glyph, Input, Load, Look, icon,
    icon_sized, rescue_focus,
};

/// The section of the account page about authenticator apps and recovery codes.
#[component]
pub fn SecondFactors() -> impl IntoView {
    let text = use_text();
    let auth = use_auth();
    let list = RwSignal::new(Load::<TotpList>::Waiting);
    let begun = RwSignal::new(None::<TotpBegun>);
    let codes = RwSignal::new(None::<Vec<String>>);
    let busy = RwSignal::new(false);
    let status = RwSignal::new(String::new());

    let load = Callback::new(move |()| {
        spawn_local(async move {
            let answer = auth.client().totp().await;
            _ = list.try_set(answer.into());
        });
    });
    load.run(());

    let add = Callback::new(move |()| {
        status.set(String::new());
        busy.set(true);
        spawn_local(async move {
            let result = auth
                .confirmed(|client| async move { client.begin_totp().await })
                .await;
            if busy.try_set(false).is_some() {
                return;
            }
            match result {
                Ok(new) => begun.set(Some(new)),
                Err(error) => status.set(message_of(&error, text)),
            }
        });
    });
    let add_button = move |look: Look| {
        view! { <Button look busy on_press=add>{icon(Glyph::Plus)} {text.totp_add}</Button> }
    };
    let is_empty = move || list.with(|list| list.ready().is_some_and(|all| all.devices.is_empty()));
    let rows = move || match list.get() {
        Load::Waiting => view! { <Bones/> }.into_any(),
        Load::Failed(error) => view! { <Failure error on_retry=load/> }.into_any(),
        Load::Ready(all) if all.devices.is_empty() => view! {
            <Blank glyph=Glyph::Phone title=text.totp_empty_title lead=text.totp_empty>
                {add_button(Look::Primary)}
            </Blank>
        }
        .into_any(),
        Load::Ready(all) => {
            let rows = all.devices.into_iter();
            let rows = rows.map(|device| view! { <Device device on_removed=load/> });
            view! {
                <ul class="pc-rows pc-dense">{rows.collect_view()}</ul>
                <RecoveryCodes left=all.recovery_codes_left codes/>
            }
            .into_any()
        }
    };
    let close = Callback::new(move |()| begun.set(None));
    view! {
        <Section id="second-factor" title=text.totp_title lead=text.totp_lead>
            <div class="pc-card">{rows}</div>
            <div class="pc-inline">
                {move || (list.with(|list| list.ready().is_some()) && !is_empty())
                    .then(|| add_button(Look::Plain))}
                <FormStatus message=status/>
            </div>
            <Dialog open=Signal::derive(move || begun.with(Option::is_some))
                title=text.totp_add.to_owned() lead=text.totp_scan.to_owned() on_close=close>
                {move || begun.get().map(|fresh| view! { <Enrol fresh begun codes on_added=load/> })}
            </Dialog>
            <Codes codes on_kept=load/>
        </Section>
    }
}

/// The key as a picture and as text, and the code that confirms it.
#[component]
fn Enrol(
    fresh: TotpBegun,
    begun: RwSignal<Option<TotpBegun>>,
    codes: RwSignal<Option<Vec<String>>>,
    on_added: Callback<()>,
) -> impl IntoView {
    let text = use_text();
    let auth = use_auth();
    let toasts = use_toasts();
    let (name, code) = (Input::with(text.totp_default_name), Input::default());
    let busy = RwSignal::new(false);
    let status = RwSignal::new(String::new());
    let picture = String::from(js_sys::encode_uri_component(&fresh.qr));
    let picture = format!("data:image/svg+xml,{picture}");
    let ceremony = StoredValue::new(fresh.ceremony);
    let key: Vec<String> = fresh
        .secret
        .as_bytes()
        .chunks(4)
        .map(|group| String::from_utf8_lossy(group).into_owned())
        .collect();

    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        status.set(String::new());
        let typed = code.needed(text.code_needed);
        let (Some(called), Some(typed)) = (name.needed(text.error_name), typed) else {
            return;
        };
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let ceremony = ceremony.get_value();
            let (ceremony, typed, called) = (&*ceremony, &*typed, called.trim());
            let result = auth
                .confirmed(|client| async move {
                    client.finish_totp(ceremony, typed, Some(called)).await
                })
                .await;
            if busy.try_set(false).is_some() {
                return;
            }
            match result {
                Ok(added) => {
                    begun.set(None);
                    toasts.say(fill(text.totp_added, &[("name", &added.device.name)]));
                    codes.set(added.recovery_codes);
                    on_added.run(());
                }
                Err(error) if error.code() == Some(ErrorCode::InvalidCredentials) => {
                    code.fail(text.code_wrong);
                }
                Err(error) => show(&error, text, &[("name", name), ("code", code)], status),
            }
        });
    };
    view! {
        <form class="pc-form" novalidate on:submit=submit>
            {html::img().class("pc-qr").src(picture).alt(text.totp_qr)}
            <p class="pc-small pc-soft">
                {text.totp_key} " " <code class="pc-key">{key.join(" ")}</code>
            </p>
            <Field input=name label=text.totp_name autocomplete="off"/>
            <Field input=code label=text.code_label autocomplete="one-time-code" autofocus=true
                digits=true/>
            <FormStatus message=status/>
            <Button look=Look::Primary submit=true wide=true busy>{text.totp_add}</Button>
        </form>
    }
}

/// One authenticator app, and removing it.
#[component]
fn Device(device: TotpView, on_removed: Callback<()>) -> impl IntoView {
    let text = use_text();
    let auth = use_auth();
    let toasts = use_toasts();
    let open = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let status = RwSignal::new(String::new());
    let id = device.id;
    let name = StoredValue::new(device.name.clone());
    let named = move |template| name.with_value(|name| fill(template, &[("name", name)]));
    let used = match device.last_used_at {
        Some(at) => view! { <Moment at template=text.passkey_used/> }.into_any(),
        None => html::span().child(text.passkey_unused).into_any(),
    };
    let remove = Callback::new(move |()| {
        busy.set(true);
        status.set(String::new());
        spawn_local(async move {
            let result = auth
                .confirmed(|client| async move { client.delete_totp(id).await })
                .await;
            if busy.try_set(false).is_some() {
                return;
            }
            match result {
                Ok(()) => {
                    open.set(false);
                    toasts.say(named(text.totp_removed));
                    rescue_focus(&["#second-factor-heading"]);
                    on_removed.run(());
                }
                Err(error) => status.set(message_of(&error, text)),
            }
        });
    });
    let close = Callback::new(move |()| open.set(false));
    view! {
        <li class="pc-row">
            {html::span().class("pc-row__icon").child(icon_sized(Glyph::Phone, 20))}
            <div class="pc-row__main">
                <p class="pc-row__title">{device.name}</p>
                <p class="pc-row__meta">
                    <Moment at=device.created_at template=text.passkey_created/>
                    {used}
                </p>
            </div>
            <div class="pc-row__actions">
                <Button look=Look::QuietDanger bare=true label=named(text.totp_remove)
                    on_press=Callback::new(move |()| open.set(true))>
                    {icon(Glyph::Bin)}
                </Button>
            </div>
            <Dialog open title=text.totp_remove_title.to_owned()
                lead=named(text.totp_remove_lead) on_close=close>
                <FormStatus message=status/>
                <div class="pc-actions pc-actions--end">
                    <Button on_press=close>{text.cancel}</Button>
                    <Button look=Look::Destroy busy on_press=remove>
                        {text.totp_remove_confirm}
                    </Button>
                </div>
            </Dialog>
        </li>
    }
}
