//! The page where somebody types the code of a device that has no browser, and lets it in.

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use portcullis_sdk::{Auth, AuthError};
use portcullis_types::device::{DeviceDecisionRequest, DeviceView};
use portcullis_types::{ErrorCode, paths};

use crate::asking::{Answers, Policies, Wishes, logo};
use crate::auth::use_auth;
use crate::entry::Entry;
use crate::errors::message_of;
use crate::text::{Text, fill, use_text};
use crate::ui::{Bones, Button, Field, FormStatus, Glyph, Input, Look, icon_sized};

/// Where the page is.
#[derive(Clone)]
enum Step {
    /// Somebody types the code.
    Asks,
    /// The code that came with the address is looked up.
    Looks,
    /// Somebody decides.
    Found(DeviceView),
    /// It is decided.
    Done { name: String, allowed: bool },
}

/// The card of the page for devices. Shows `fallback` to people who are not signed in.
#[component]
pub fn ConnectDevice(
    /// The code that came with the address, as from a QR code.
    #[prop(optional_no_strip)]
    code: Option<String>,
    /// Shown while nobody is signed in.
    #[prop(optional, into)]
    fallback: ViewFn,
) -> impl IntoView {
    let auth = use_auth();
    let pending = Memo::new(move |_| auth.is_pending());
    let signed_in = Memo::new(move |_| auth.is_signed_in());
    let code = StoredValue::new(code);
    move || {
        if pending.get() {
            return view! { <div class="pc-entry"><Bones rows=3/></div> }.into_any();
        }
        if !signed_in.get() {
            return fallback.run().into_any();
        }
        view! { <Steps code=code.get_value()/> }.into_any()
    }
}

#[component]
fn Steps(code: Option<String>) -> impl IntoView {
    let text = use_text();
    let auth = use_auth();
    let typed = Input::with(code.clone().unwrap_or_default());
    let status = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let step = RwSignal::new(code.map_or(Step::Asks, |_| Step::Looks));
    let look_up = Callback::new(move |code: String| {
        busy.set(true);
        status.set(String::new());
        spawn_local(async move {
            let found = auth.confirmed(|client| find(client, code.clone())).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match found {
                Ok(view) => {
                    typed.value.set(code);
                    step.set(Step::Found(view));
                }
                Err(error) => {
                    step.set(Step::Asks);
                    // The field is there again one frame on.
                    request_animation_frame(move || refuse(&error, text, typed, status));
                }
            }
        });
    });
    if matches!(step.get_untracked(), Step::Looks) {
        look_up.run(typed.value.get_untracked());
    }
    move || match step.get() {
        Step::Looks => view! { <div class="pc-entry"><Bones rows=3/></div> }.into_any(),
        Step::Asks => view! { <Code typed status busy look_up/> }.into_any(),
        Step::Found(view) => view! { <Question view typed step status/> }.into_any(),
        Step::Done { name, allowed } => view! { <Done name allowed/> }.into_any(),
    }
}

/// Says what is wrong with a code.
fn refuse(error: &AuthError, text: &Text, typed: Input, status: RwSignal<String>) {
    if error.code() == Some(ErrorCode::NotFound) {
        typed.fail(text.device_unknown);
    } else {
        status.set(message_of(error, text));
    }
}

async fn find(client: Auth, code: String) -> Result<DeviceView, AuthError> {
    let code = String::from(js_sys::encode_uri_component(&code));
    let path = format!("{}?user_code={code}", paths::DEVICE);
    client.request("GET", &path, None::<&()>).await
}

async fn decide(client: Auth, user_code: String, allow: bool) -> Result<(), AuthError> {
    let body = DeviceDecisionRequest { user_code, allow };
    client.request("POST", paths::DEVICE, Some(&body)).await
}

#[component]
fn Code(
    typed: Input,
    status: RwSignal<String>,
    busy: RwSignal<bool>,
    look_up: Callback<String>,
) -> impl IntoView {
    let text = use_text();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if let Some(code) = typed.needed(text.device_code_needed)
            && !busy.get_untracked()
        {
            look_up.run(code.trim().to_owned());
        }
    };
    view! {
        <Entry title=text.device_title lead=text.device_lead>
            <form class="pc-form pc-code" novalidate on:submit=submit>
                <Field input=typed label=text.device_code autocomplete="off" autofocus=true/>
                <FormStatus message=status/>
                <Button look=Look::Primary submit=true wide=true busy>{text.device_continue}</Button>
            </form>
        </Entry>
    }
}

#[component]
fn Question(
    view: DeviceView,
    typed: Input,
    step: RwSignal<Step>,
    status: RwSignal<String>,
) -> impl IntoView {
    let text = use_text();
    let auth = use_auth();
    let sending = RwSignal::new(None);
    let name = view.client_name.clone();
    let code = typed.value.get_untracked();
    let shown = code.clone();
    let called = name.clone();
    let answer = Callback::new(move |allow: bool| {
        status.set(String::new());
        sending.set(Some(allow));
        let (code, name) = (code.clone(), called.clone());
        spawn_local(async move {
            let result = auth
                .confirmed(|client| decide(client, code.clone(), allow))
                .await;
            if sending.try_set(None).is_some() {
                return;
            }
            match result {
                Ok(()) => step.set(Step::Done {
                    name,
                    allowed: allow,
                }),
                Err(error) if error.code() == Some(ErrorCode::NotFound) => {
                    step.set(Step::Asks);
                    request_animation_frame(move || refuse(&error, text, typed, status));
                }
                Err(error) => status.set(message_of(&error, text)),
            }
        });
    });
    let again = Callback::new(move |()| {
        typed.clear();
        status.set(String::new());
        step.set(Step::Asks);
    });
    let email = untrack(|| auth.user()).map(|user| user.email);
    let email = email.unwrap_or_default();
    view! {
        <div class="pc-entry">
            <div class="pc-entry__head">
                {logo(&name, view.logo_uri)}
                <h1 tabindex="-1">{fill(text.device_question, &[("client", &name)])}</h1>
                <p class="pc-soft pc-small">{fill(text.consent_account, &[("email", &email)])}</p>
            </div>
            <div class="pc-card pc-entry__card pc-asking">
                <Wishes scopes=view.scopes/>
                <p>{text.device_warning}</p>
                <p class="pc-user-code">{in_halves(&shown)}</p>
                <FormStatus message=status/>
                <Answers sending on_answer=answer/>
            </div>
            <div class="pc-entry__foot">
                <Policies policy=view.policy_uri terms=view.tos_uri/>
                <Button look=Look::Quiet on_press=again>{text.device_other_code}</Button>
            </div>
        </div>
    }
}

/// A code as devices show it, however it was typed: `BCDF-GHJK`.
fn in_halves(typed: &str) -> String {
    let letters: Vec<char> = typed.chars().filter(char::is_ascii_alphanumeric).collect();
    let (first, second) = letters.split_at(letters.len() / 2);
    let text = |half: &[char]| half.iter().collect::<String>().to_ascii_uppercase();
    format!("{}-{}", text(first), text(second))
}

#[component]
fn Done(name: String, allowed: bool) -> impl IntoView {
    let text = use_text();
    let (class, glyph, title, lead) = if allowed {
        let (title, lead) = (text.device_allowed_title, text.device_allowed);
        ("pc-blank pc-blank--done", Glyph::Check, title, lead)
    } else {
        let (title, lead) = (text.device_denied_title, text.device_denied);
        ("pc-blank", Glyph::Cross, title, lead)
    };
    view! {
        <div class=class role="status">
            {icon_sized(glyph, 28)}
            {html::h1().class("pc-blank__title").tabindex("-1").child(title)}
            <p>{fill(lead, &[("client", &name)])}</p>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::in_halves;

    #[test]
    fn a_code_is_shown_as_on_the_device() {
        for typed in ["BCDF-GHJK", "bcdfghjk", " bcdf ghjk ", "BCDF–GHJK"] {
            assert_eq!(in_halves(typed), "BCDF-GHJK");
        }
    }
}
