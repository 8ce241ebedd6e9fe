//! Where one is signed in, and signing out there.

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use portcullis_types::session::SessionSummary;

use super::Section;
use crate::auth::{use_auth, use_toasts};
use crate::errors::message_of;
use crate::text::{Text, fill, use_text};
use crate::time::Moment;
use crate::ui::{Bones, Button, Failure, FormStatus, Glyph, Load, Look, icon_sized, rescue_focus};

type SessionsLoad = RwSignal<Load<Vec<SessionSummary>>>;

/// The section of the account page about sessions.
#[component]
pub fn Sessions() -> impl IntoView {
    let text = use_text();
    let auth = use_auth();
    let toasts = use_toasts();
    let list: SessionsLoad = RwSignal::new(Load::Waiting);
    let ending = RwSignal::new(false);
    let status = RwSignal::new(String::new());

    let load = Callback::new(move |()| {
        spawn_local(async move {
            let answer = auth.client().sessions().await;
            _ = list.try_set(answer.into());
        });
    });
    // Confirming it is them gives the user a new session: the list is then another one.
    let session_id = Memo::new(move |_| auth.view().map(|view| view.id));
    Effect::new(move |_| {
        if session_id.get().is_some() {
            load.run(());
        }
    });
    let end_others = Callback::new(move |()| {
        status.set(String::new());
        ending.set(true);
        spawn_local(async move {
            let result = auth
                .confirmed(|client| async move { client.end_other_sessions().await })
                .await;
            if ending.try_set(false).is_some() {
                return;
            }
            match result {
                Ok(count) => {
                    toasts.say(text.sessions_ended.count(count, text.language));
                    rescue_focus(&["#sessions-heading"]);
                    load.run(());
                }
                Err(error) => status.set(message_of(&error, text)),
            }
        });
    });
    let rows = move || match list.get() {
        Load::Waiting => view! { <Bones/> }.into_any(),
        Load::Failed(error) => view! { <Failure error on_retry=load/> }.into_any(),
        Load::Ready(_) => view! {
            <ul class="pc-rows pc-dense">
                <For
                    each=move || list.with(|list| list.ready().cloned().unwrap_or_default())
                    key=|session| (session.id, session.current, session.last_seen_at)
                    children=move |session| view! { <SessionRow session list status/> }
                />
            </ul>
        }
        .into_any(),
    };
    let count = move || list.with(|list| list.ready().map_or(0, Vec::len));
    view! {
        <Section id="sessions" title=text.sessions_title lead=text.sessions_lead>
            <div class="pc-card">{rows}</div>
            <div class="pc-inline">
                {move || (count() > 1).then(|| view! {
                    <Button look=Look::Danger busy=ending on_press=end_others>
                        {text.sessions_end_others}
                    </Button>
                })}
                {move || (count() == 1).then(|| {
                    html::p().class("pc-soft pc-small").child(text.sessions_only)
                })}
                <FormStatus message=status/>
            </div>
        </Section>
    }
}

#[component]
fn SessionRow(
    session: SessionSummary,
    list: SessionsLoad,
    status: RwSignal<String>,
) -> impl IntoView {
    let text = use_text();
    let auth = use_auth();
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let id = session.id;
    let named = device_in_words(&session.device, text);
    let device = StoredValue::new(named.clone());
    let began = if session.amr.iter().any(|way| way == "pwd") {
        text.session_began_password
    } else {
        text.session_began_passkey
    };

    let end = Callback::new(move |()| {
        busy.set(true);
        status.set(String::new());
        spawn_local(async move {
            let result = auth
                .confirmed(|client| async move { client.end_session(id).await })
                .await;
            if busy.try_set(false).is_some() {
                return;
            }
            match result {
                Ok(()) => {
                    toasts.say(fill(text.session_ended, &[("device", &device.get_value())]));
                    rescue_focus(&["#sessions-heading"]);
                    list.update(|list| {
                        if let Some(all) = list.ready_mut() {
                            all.retain(|session| session.id != id);
                        }
                    });
                }
                Err(error) => status.set(message_of(&error, text)),
            }
        });
    });
    let glyph = if is_phone(&session.device) {
        Glyph::Phone
    } else {
        Glyph::Screen
    };
    let label = fill(text.session_end, &[("device", &named)]);
    let current = session.current;
    view! {
        <li class="pc-row">
            {html::span().class("pc-row__icon").child(icon_sized(glyph, 20))}
            <div class="pc-row__main">
                <p class="pc-row__title">
                    {named}
                    {current.then(|| {
                        html::span().class("pc-badge pc-badge--accent").child(text.session_current)
                    })}
                </p>
                <p class="pc-row__meta">
                    <Moment at=session.last_seen_at template=text.session_seen/>
                    <span>{session.ip}</span>
                    <Moment at=session.created_at template=began/>
                </p>
            </div>
            {(!current).then(|| view! {
                <div class="pc-row__actions">
                    <Button look=Look::QuietDanger busy label=label on_press=end>
                        {text.session_end_short}
                    </Button>
                </div>
            })}
        </li>
    }
}

/// A device as the server describes it, `Firefox on Linux`, in the reader's language.
fn device_in_words(device: &str, text: &Text) -> String {
    match device.split_once(" on ") {
        Some((browser, system)) => fill(
            text.session_device,
            &[("browser", browser), ("system", system)],
        ),
        None => device.to_owned(),
    }
}

/// Whether a device as the server describes it is one that is held in a hand.
fn is_phone(device: &str) -> bool {
    ["Android", "iPhone", "iPad"]
        .iter()
        .any(|name| device.contains(name))
}
