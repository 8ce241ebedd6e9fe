//! Making the first admin, with the one-time link that the server prints when it has none.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::auth::use_auth;
use crate::entry::Entry;
use crate::errors::show;
use crate::text::use_text;
use crate::ui::{Button, Field, FieldKind, FormStatus, Input, Look};

/// The set-up page's card. Reads the token from the address's fragment, `#token=…`, which is
/// never sent to a server or written to a log, and takes it out of the address bar.
#[component]
pub fn Setup(
    /// Called when the admin is made and signed in.
    #[prop(into)]
    on_done: Callback<()>,
) -> impl IntoView {
    let text = use_text();
    match take_token() {
        Some(token) => view! { <SetupForm token on_done/> }.into_any(),
        None => view! {
            <Entry title=text.setup_no_token_title>
                <p class="pc-soft">{text.setup_no_token}</p>
            </Entry>
        }
        .into_any(),
    }
}

#[component]
fn SetupForm(token: String, on_done: Callback<()>) -> impl IntoView {
    let text = use_text();
    let auth = use_auth();
    let (email, name, password) = (Input::default(), Input::default(), Input::default());
    let busy = RwSignal::new(false);
    let status = RwSignal::new(String::new());

    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        status.set(String::new());
        let secret = password.needed(text.new_password_needed);
        let (Some(address), Some(secret)) = (email.needed(text.email_needed), secret) else {
            return;
        };
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let token = token.clone();
        let called = Some(name.text()).filter(|name| !name.trim().is_empty());
        spawn_local(async move {
            let client = auth.client();
            let called = called.as_deref().map(str::trim);
            let result = client.setup(&token, address.trim(), &secret, called).await;
            if busy.try_set(false).is_some() {
                return;
            }
            let fields = [("email", email), ("name", name), ("password", password)];
            match result {
                Ok(()) => on_done.run(()),
                Err(error) => show(&error, text, &fields, status),
            }
        });
    };
    view! {
        <Entry title=text.setup_title lead=text.setup_lead>
            <form class="pc-form" novalidate on:submit=submit>
                <Field input=email label=text.email kind=FieldKind::Email autocomplete="username"
                    autofocus=true/>
                <Field input=name label=text.name autocomplete="name" optional=true
                    hint=text.name_hint.to_owned()/>
                <Field input=password label=text.password kind=FieldKind::Password
                    autocomplete="new-password" hint=text.password_hint.to_owned()/>
                <FormStatus message=status/>
                <Button look=Look::Primary submit=true wide=true busy=busy>{text.setup_submit}</Button>
            </form>
        </Entry>
    }
}

/// The token in `fragment`, such as `#token=abc`.
fn token_in(fragment: &str) -> Option<String> {
    let mut pairs = fragment.strip_prefix('#')?.split('&');
    let token = pairs.find_map(|pair| pair.strip_prefix("token="))?;
    (!token.is_empty()).then(|| token.to_owned())
}

/// The token in the address's fragment, which it is taken out of.
pub(crate) fn take_token() -> Option<String> {
    let location = window().location();
    let token = token_in(&location.hash().ok()?)?;
    if let (Ok(history), Ok(path)) = (window().history(), location.pathname()) {
        // Fails only where pages may not touch the history at all; then the token stays visible.
        _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&path));
    }
    Some(token)
}

#[cfg(test)]
mod tests {
    use super::token_in;

    #[test]
    fn the_token_is_found_in_the_fragment() {
        assert_eq!(token_in("#token=pc_set_abc").as_deref(), Some("pc_set_abc"));
        assert_eq!(token_in("#x=1&token=abc&y").as_deref(), Some("abc"));
        for nothing in ["", "#", "#token=", "#tokens=abc", "token=abc"] {
            assert_eq!(token_in(nothing), None, "{nothing}");
        }
    }
}
