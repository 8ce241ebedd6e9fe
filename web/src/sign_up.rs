//! Making an account: with a password, or with a passkey and no password at all.

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use portcullis_sdk::AuthError;

use crate::auth::use_auth;
use crate::entry::{Entry, last_way};
use crate::errors::show;
use crate::text::use_text;
use crate::ui::{Button, Field, FieldKind, FormStatus, Glyph, Input, Look, icon};

/// Which kind of account is being made.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Password,
    Passkey,
}

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
    let (email, name, password) = (Input::default(), Input::default(), Input::default());
    let busy = RwSignal::new(None::<Way>);
    let status = RwSignal::new(String::new());
    let passkeys = auth.client().passkeys_supported();

    let finish = move |way: Way, result: Result<(), AuthError>| {
        if result.is_ok() {
            last_way::keep(way == Way::Passkey);
        }
        // The form may have left the page while the answer was on its way.
        if busy.try_set(None).is_some() {
            return;
        }
        match result {
            Ok(()) => on_done.run(()),
            Err(error) => {
                let fields = [("email", email), ("name", name), ("password", password)];
                show(&error, text, &fields, status);
            }
        }
    };
    let called = move || Some(name.text()).filter(|name| !name.trim().is_empty());
    let with_password = move || {
        status.set(String::new());
        let secret = password.needed(text.new_password_needed);
        let (Some(address), Some(secret)) = (email.needed(text.email_needed), secret) else {
            return;
        };
        busy.set(Some(Way::Password));
        let called = called();
        spawn_local(async move {
            let client = auth.client();
            let called = called.as_deref().map(str::trim);
            finish(
                Way::Password,
                client.register(address.trim(), &secret, called).await,
            );
        });
    };
    let with_passkey = move || {
        status.set(String::new());
        let Some(address) = email.needed(text.email_needed) else {
            return;
        };
        busy.set(Some(Way::Passkey));
        let called = called();
        spawn_local(async move {
            let client = auth.client();
            let called = called.as_deref().map(str::trim);
            finish(
                Way::Passkey,
                client.sign_up_with_passkey(address.trim(), called).await,
            );
        });
    };
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked().is_none() {
            with_password();
        }
    };
    let foot = move || {
        sign_in_href.clone().map(|href| {
            (
                text.sign_up_have_account,
                " ",
                html::a()
                    .class("pc-link")
                    .href(href)
                    .child(text.sign_up_sign_in),
            )
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
                <FormStatus message=status/>
                <Button look=Look::Primary submit=true wide=true
                    busy=Signal::derive(move || busy.get() == Some(Way::Password))>
                    {text.sign_up}
                </Button>
            </form>
            {passkeys.then(|| view! {
                <div class="pc-or">{text.or}</div>
                <Button wide=true
                    busy=Signal::derive(move || busy.get() == Some(Way::Passkey))
                    on_press=Callback::new(move |()| with_passkey())>
                    {icon(Glyph::Key)} {text.sign_up_passkey}
                </Button>
                <p class="pc-hint pc-below">{text.sign_up_passkey_hint}</p>
            })}
        </Entry>
    }
}
