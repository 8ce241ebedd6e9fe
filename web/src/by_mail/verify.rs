//! Showing an address to be one's own, by the link or the code of a mail.

use leptos::prelude::*;
use leptos::task::spawn_local;
use portcullis_sdk::{Auth, AuthError};
use portcullis_types::mail::VerifyEmailRequest;
use portcullis_types::paths;

use super::Said;
use crate::auth::use_auth;
use crate::entry::Entry;
use crate::errors::show;
use crate::setup::take_token;
use crate::text::use_text;
use crate::ui::{Button, Field, FormStatus, Input, Look};

async fn verify(client: Auth, body: VerifyEmailRequest) -> Result<(), AuthError> {
    client
        .request("POST", paths::EMAIL_VERIFY, Some(&body))
        .await
}

/// The card of the page that confirms an address: with the link (`#token=…`) a button, without it a
/// field for the code. Whoever is not signed in is asked to, over the page.
#[component]
pub fn VerifyEmail(
    /// Where to go afterwards.
    #[prop(into)]
    account_href: String,
) -> impl IntoView {
    let text = use_text();
    let auth = use_auth();
    let token = StoredValue::new(take_token());
    let code = Input::default();
    let busy = RwSignal::new(false);
    let done = RwSignal::new(false);
    let status = RwSignal::new(String::new());

    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        status.set(String::new());
        let token = token.get_value();
        let typed = match &token {
            Some(_) => None,
            None => match code.needed(text.verify_code_needed) {
                Some(typed) => Some(typed),
                None => return,
            },
        };
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let body = VerifyEmailRequest { token, code: typed };
            let result = auth.confirmed(|client| verify(client, body.clone())).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match result {
                Ok(()) => done.set(true),
                Err(error) => show(&error, text, &[("code", code)], status),
            }
        });
    };
    move || {
        if done.get() {
            let href = account_href.clone();
            return view! {
                <Said title=text.verify_done_title lead=text.verify_done href link=text.verify_onward/>
            }
            .into_any();
        }
        let by_code = token.with_value(Option::is_none);
        view! {
            <Entry title=text.verify_title lead=text.verify_lead>
                <form class="pc-form" novalidate on:submit=submit>
                    {by_code.then(|| view! {
                        <Field input=code label=text.verify_code autocomplete="one-time-code"
                            autofocus=true/>
                    })}
                    <FormStatus message=status/>
                    <Button look=Look::Primary submit=true wide=true busy>{text.verify_confirm}</Button>
                </form>
            </Entry>
        }
        .into_any()
    }
}
