//! Setting another password by the link of a mail.

use leptos::prelude::*;
use leptos::task::spawn_local;
use portcullis_sdk::{Auth, AuthError};
use portcullis_types::mail::ResetPasswordRequest;
use portcullis_types::paths;

use super::{Incomplete, Said};
use crate::auth::use_auth;
use crate::entry::Entry;
use crate::errors::show;
use crate::setup::take_token;
use crate::text::use_text;
use crate::ui::{Button, Field, FieldKind, FormStatus, Input, Look};

async fn reset(client: Auth, body: ResetPasswordRequest) -> Result<(), AuthError> {
    client
        .request("POST", paths::PASSWORD_RESET, Some(&body))
        .await
}

/// The card of the page that the link of a forgotten password leads to (`#token=…`).
#[component]
pub fn ResetPassword(
    /// Where people sign in, which they have to with the new password.
    #[prop(into)]
    sign_in_href: String,
) -> impl IntoView {
    match take_token() {
        Some(token) => view! { <ResetForm token sign_in_href/> }.into_any(),
        None => view! { <Incomplete/> }.into_any(),
    }
}

/// The form, for who has the token.
#[component]
pub(super) fn ResetForm(token: String, sign_in_href: String) -> impl IntoView {
    let text = use_text();
    let auth = use_auth();
    let new = Input::default();
    let busy = RwSignal::new(false);
    let done = RwSignal::new(false);
    let status = RwSignal::new(String::new());
    let token = StoredValue::new(token);

    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        status.set(String::new());
        let Some(secret) = new.needed(text.new_password_needed) else {
            return;
        };
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let body = ResetPasswordRequest {
            token: token.get_value(),
            new: secret,
        };
        spawn_local(async move {
            let result = reset(auth.client(), body).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match result {
                Ok(()) => done.set(true),
                Err(error) => show(&error, text, &[("new", new), ("password", new)], status),
            }
        });
    };
    move || {
        if done.get() {
            let href = sign_in_href.clone();
            return view! {
                <Said title=text.reset_done_title lead=text.reset_done href link=text.mail_sign_in/>
            }
            .into_any();
        }
        view! {
            <Entry title=text.reset_title lead=text.reset_lead>
                <form class="pc-form" novalidate on:submit=submit>
                    <Field input=new label=text.new_password kind=FieldKind::Password
                        autocomplete="new-password" hint=text.password_hint.to_owned()
                        autofocus=true/>
                    <FormStatus message=status/>
                    <Button look=Look::Primary submit=true wide=true busy>{text.reset_set}</Button>
                </form>
            </Entry>
        }
        .into_any()
    }
}
