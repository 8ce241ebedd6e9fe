//! Asking for a mail with a link to set another password.

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use portcullis_sdk::{Auth, AuthError};
use portcullis_types::mail::ForgotPasswordRequest;
use portcullis_types::paths;

use super::Said;
use crate::auth::use_auth;
use crate::entry::Entry;
use crate::errors::show;
use crate::text::use_text;
use crate::ui::{Button, Field, FieldKind, FormStatus, Input, Look};

async fn ask(client: Auth, email: String) -> Result<(), AuthError> {
    let body = ForgotPasswordRequest { email };
    client
        .request("POST", paths::PASSWORD_FORGOT, Some(&body))
        .await
}

/// The card of the page for a forgotten password. It says the same whether there is an account or not.
#[component]
pub fn ForgotPassword(
    /// Where people sign in.
    #[prop(into)]
    sign_in_href: String,
) -> impl IntoView {
    let text = use_text();
    let auth = use_auth();
    let email = Input::default();
    let busy = RwSignal::new(false);
    let asked = RwSignal::new(false);
    let status = RwSignal::new(String::new());

    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        status.set(String::new());
        let Some(address) = email.needed(text.email_needed) else {
            return;
        };
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let result = ask(auth.client(), address.trim().to_owned()).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match result {
                Ok(()) => asked.set(true),
                Err(error) => show(&error, text, &[("email", email)], status),
            }
        });
    };
    move || {
        let href = sign_in_href.clone();
        if asked.get() {
            return view! {
                <Said title=text.forgot_asked_title lead=text.forgot_asked href link=text.mail_sign_in/>
            }
            .into_any();
        }
        let foot = move || {
            html::a()
                .class("pc-link")
                .href(href.clone())
                .child(text.mail_sign_in)
        };
        view! {
            <Entry title=text.forgot_title lead=text.forgot_lead foot>
                <form class="pc-form" novalidate on:submit=submit>
                    <Field input=email label=text.email kind=FieldKind::Email
                        autocomplete="username" autofocus=true/>
                    <FormStatus message=status/>
                    <Button look=Look::Primary submit=true wide=true busy>{text.forgot_send}</Button>
                </form>
            </Entry>
        }
        .into_any()
    }
}
