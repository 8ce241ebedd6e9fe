//! Making an account: with a password, or with a passkey and no password at all.

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::auth::use_auth;
use crate::entry::{Attempt, Entry, Way};
use crate::text::use_text;
use crate::ui::{Button, Field, FieldKind, FormStatus, Glyph, Input, Look, icon};

/// The sign-up page's card.
#[component]
pub fn SignUp(
    /// Called when the account is made and its user signed in.
    #[prop(into)]
    on_done: Callback<()>,
    /// Where people sign in who have an account; nothing: there is no link.
    #[prop(optional, into)]
    sign_in_href: Option<String>,
) -> impl IntoView {
    let text = use_text();
    let auth = use_auth();
    let attempt = Attempt::new(on_done);
    let (email, name, password) = (Input::default(), Input::default(), Input::default());
    let fields = [("email", email), ("name", name), ("password", password)];
    let passkeys = auth.client().passkeys_supported();

    let called = move || Some(name.text()).filter(|name| !name.trim().is_empty());
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if !attempt.may_begin() {
            return;
        }
        let secret = password.needed(text.new_password_needed);
        let (Some(address), Some(secret)) = (email.needed(text.email_needed), secret) else {
            return;
        };
        attempt.begin(Way::Password);
        let called = called();
        spawn_local(async move {
            let client = auth.client();
            let called = called.as_deref().map(str::trim);
            let result = client.register(address.trim(), &secret, called).await;
            attempt.finish(Way::Password, result, &fields);
        });
    };
    let with_passkey = Callback::new(move |()| {
        if !attempt.may_begin() {
            return;
        }
        let Some(address) = email.needed(text.email_needed) else {
            return;
        };
        attempt.begin(Way::Passkey);
        let called = called();
        spawn_local(async move {
            let client = auth.client();
            let called = called.as_deref().map(str::trim);
            let result = client.sign_up_with_passkey(address.trim(), called).await;
            attempt.finish(Way::Passkey, result, &fields);
        });
    });
    let foot = move || {
        sign_in_href.clone().map(|href| {
            let link = html::a()
                .class("pc-link")
                .href(href)
                .child(text.sign_up_sign_in);
            (text.sign_up_have_account, " ", link)
        })
    };
    view! {
        <Entry title=text.sign_up_title foot>
            <form class="pc-form" novalidate on:submit=submit>
                <Field input=email label=text.email kind=FieldKind::Email autocomplete="username"
                    autofocus=true/>
                <Field input=name label=text.name autocomplete="name" optional=true
                    hint=text.name_hint.to_owned()/>
                <Field input=password label=text.password kind=FieldKind::Password
                    autocomplete="new-password" hint=text.password_hint.to_owned()/>
                <FormStatus message=attempt.status()/>
                <Button look=Look::Primary submit=true wide=true
                    busy=attempt.is_on(Way::Password)>
                    {text.sign_up}
                </Button>
            </form>
            {passkeys.then(|| view! {
                <div class="pc-or">{text.or}</div>
                <Button wide=true busy=attempt.is_on(Way::Passkey) on_press=with_passkey>
                    {icon(Glyph::Key)} {text.sign_up_passkey}
                </Button>
                <p class="pc-hint pc-below">{text.sign_up_passkey_hint}</p>
            })}
        </Entry>
    }
}
