//! A client's secret: shown once, and made anew.

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;

use super::api::{self, ClientView};
use crate::account::Section;
use crate::auth::use_auth;
use crate::errors::message_of;
use crate::intl;
use crate::text::{fill, use_text};
use crate::time::{Moment, day_in_words};
use crate::ui::{Button, Dialog, FormStatus, Glyph, Look, act, icon, icon_sized, part, unique_id};

/// How long the old secret may go on being good: seconds, and how that is said.
const OVERLAPS: [(u32, u64, &str); 4] = [
    (0, 0, ""),
    (3600, 1, "hour"),
    (24 * 3600, 1, "day"),
    (7 * 24 * 3600, 7, "day"),
];

/// A secret that is shown this once, and the id that goes with it. Takes the focus.
#[component]
pub(super) fn SecretOnce(
    /// The client's id.
    id: String,
    /// Its secret.
    secret: String,
) -> impl IntoView {
    let text = use_text();
    let node = NodeRef::<html::P>::new();
    Effect::new(move |_| {
        if let Some(node) = node.get() {
            request_animation_frame(move || _ = node.focus());
        }
    });
    view! {
        <div class="pc-notice pc-notice--accent">
            {icon(Glyph::Key)}
            <div class="pc-notice__main pc-notice__main--wide">
                <p node_ref=node tabindex="-1" class="pc-row__title">{text.client_secret_once}</p>
                <Copyable label=text.client_id value=id/>
                <Copyable label=text.client_secret value=secret/>
            </div>
        </div>
    }
}

/// A value to take along.
#[component]
fn Copyable(label: &'static str, value: String) -> impl IntoView {
    let text = use_text();
    let id = unique_id("copy");
    let node = NodeRef::<html::Input>::new();
    let copied = RwSignal::new(false);
    let kept = value.clone();
    let copy = Callback::new(move |()| {
        if let Some(node) = node.get_untracked() {
            node.select();
        }
        // Elsewhere the browser has no clipboard to offer: it is selected, for the keyboard.
        if !window().is_secure_context() {
            return;
        }
        let done = JsFuture::from(window().navigator().clipboard().write_text(&kept));
        spawn_local(async move {
            let worked = done.await.is_ok();
            _ = copied.try_set(worked);
        });
    });
    let named = format!("{}: {label}", text.client_copy);
    view! {
        <div class="pc-copy">
            <label class="pc-label" for=id.clone()>{label}</label>
            <input class="pc-input pc-mono" id=id readonly=true node_ref=node prop:value=value
                spellcheck="false" autocomplete="off"/>
            <Button on_press=copy label=named>
                {part(move || if copied.get() { text.client_copied } else { text.client_copy })}
            </Button>
            <span class="pc-hidden-visually" role="status">
                {part(move || copied.get().then_some(text.client_copied))}
            </span>
        </div>
    }
}

/// The section of a client's page about its secrets.
#[component]
pub(super) fn Secrets(
    /// The client.
    view: RwSignal<ClientView>,
    /// A secret that was just made.
    fresh: RwSignal<Option<String>>,
    /// Whether it can be changed.
    editable: Signal<bool>,
) -> impl IntoView {
    let text = use_text();
    let open = RwSignal::new(false);
    let rows = move || {
        let row = |secret: portcullis_types::client::ClientSecretView| {
            let until = secret.expires_at.map(|at| {
                let date = day_in_words(at, text);
                html::span().child(fill(text.client_secret_until, &[("date", &date)]))
            });
            view! {
                <li class="pc-row">
                    {html::span().class("pc-row__icon").child(icon_sized(Glyph::Key, 20))}
                    <p class="pc-row__main pc-row__meta">
                        <Moment at=secret.created_at template=text.client_secret_made/>
                        {until}
                    </p>
                </li>
            }
        };
        view.with(|view| view.secrets.clone())
            .into_iter()
            .map(row)
            .collect_view()
    };
    let once = move || {
        let id = view.with_untracked(ClientView::id);
        fresh.get().map(|secret| view! { <SecretOnce id secret/> })
    };
    view! {
        <Section id="client-secret" title=text.client_secret lead=text.client_secret_lead>
            {part(once)}
            <div class="pc-card"><ul class="pc-rows">{part(rows)}</ul></div>
            {part(move || editable.get().then(|| view! {
                <div class="pc-actions">
                    <Button on_press=Callback::new(move |()| open.set(true))>{text.client_rotate}</Button>
                </div>
            }))}
            <Rotate view fresh open/>
        </Section>
    }
}

#[component]
fn Rotate(
    view: RwSignal<ClientView>,
    fresh: RwSignal<Option<String>>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let text = use_text();
    let auth = use_auth();
    let overlap = RwSignal::new(OVERLAPS[2].0);
    let busy = RwSignal::new(false);
    let status = RwSignal::new(String::new());
    let rotate = Callback::new(move |()| {
        let id = view.with_untracked(ClientView::id);
        let seconds = overlap.get_untracked();
        busy.set(true);
        status.set(String::new());
        spawn_local(async move {
            let id = id.as_str();
            let result = auth
                .confirmed(|client| async move { api::rotate(&client, id, seconds).await })
                .await;
            if busy.try_set(false).is_some() {
                return;
            }
            match result {
                Ok(changed) => {
                    open.set(false);
                    view.set(changed.client);
                    fresh.set(changed.client_secret);
                }
                Err(error) => status.set(message_of(&error, text)),
            }
        });
    });
    let close = Callback::new(move |()| open.set(false));
    let named = move |template: &str| view.with(|view| fill(template, &[("name", &view.name())]));
    let title = Signal::derive(move || named(text.client_rotate_title));
    let lead = text.client_rotate_lead.to_owned();
    let choose = move |event: web_sys::Event| {
        if let Ok(seconds) = event_target_value(&event).parse() {
            overlap.set(seconds);
        }
    };
    let option = move |(seconds, count, unit): (u32, u64, &str)| {
        let words = if seconds == 0 {
            text.client_rotate_now.to_owned()
        } else {
            let span = intl::span(count, unit, text.language);
            fill(text.client_rotate_in, &[("span", &span)])
        };
        html::option()
            .value(seconds.to_string())
            .prop("selected", Signal::derive(move || overlap.get() == seconds))
            .child(words)
    };
    view! {
        <Dialog open title lead on_close=close>
            <label class="pc-field">
                <span class="pc-label">{text.client_rotate_until}</span>
                <select class="pc-input pc-select" on:change=act(choose)>
                    {OVERLAPS.map(option).collect_view()}
                </select>
            </label>
            <FormStatus message=status/>
            <div class="pc-actions pc-actions--end">
                <Button on_press=close>{text.cancel}</Button>
                <Button look=Look::Primary busy on_press=rotate>{text.client_rotate}</Button>
            </div>
        </Dialog>
    }
}
