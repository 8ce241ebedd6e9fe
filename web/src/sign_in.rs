//! Signing in: email and password, a passkey by button, or a passkey from the field's autofill.

use gloo_timers::callback::Interval;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use portcullis_sdk::{AuthError, ErrorKind, PasskeySignIn};
use portcullis_types::ErrorCode;

use crate::auth::use_auth;
use crate::entry::{Entry, last_way};
use crate::errors::show;
use crate::text::{fill, use_text};
use crate::ui::{Button, Field, FieldKind, FormStatus, Glyph, Input, Look, icon};

/// The sign-in page's card: title, form, and the way to an account for who has none.
#[component]
pub fn SignIn(
    /// Called when somebody has signed in.
    #[prop(into)]
    on_done: Callback<()>,
    /// Where accounts are made; nothing: there is no link.
    #[prop(optional, into)]
    sign_up_href: Option<String>,
) -> impl IntoView {
    let text = use_text();
    let title = fill(text.sign_in_title, &[("app", use_auth().app())]);
    let foot = move || {
        sign_up_href.clone().map(|href| {
            (
                text.sign_in_no_account,
                " ",
                html::a()
                    .class("pc-link")
                    .href(href)
                    .child(text.sign_in_create),
            )
        })
    };
    view! {
        <Entry title foot>
            <SignInForm on_done/>
        </Entry>
    }
}

/// Which way in is being tried.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Password,
    Passkey,
}

/// The form alone, for a page or a dialog of one's own.
#[component]
pub fn SignInForm(
    /// Called when somebody has signed in.
    #[prop(into)]
    on_done: Callback<()>,
    /// The email address that is probably theirs.
    #[prop(optional, into)]
    email: String,
) -> impl IntoView {
    let text = use_text();
    let auth = use_auth();
    let knows_email = !email.is_empty();
    let (email, password) = (Input::with(email), Input::default());
    let remember = RwSignal::new(false);
    let busy = RwSignal::new(None::<Way>);
    let status = RwSignal::new(String::new());
    let passkeys = auth.client().passkeys_supported();
    let passkey_first = passkeys && last_way::was_passkey();

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
            Err(error) if error.code() == Some(ErrorCode::InvalidCredentials) => {
                status.set(match way {
                    Way::Password => text.sign_in_failed.to_owned(),
                    Way::Passkey => text.passkey_failed.to_owned(),
                });
                if way == Way::Password {
                    password.focus();
                }
            }
            Err(error) => show(
                &error,
                text,
                &[("email", email), ("password", password)],
                status,
            ),
        }
    };
    // Bumped to offer passkeys in the autofill again, after a dialog took the place of the offer.
    let offer = RwSignal::new(0_u32);
    let by_password = move || {
        status.set(String::new());
        let secret = password.needed(text.password_needed);
        let (Some(address), Some(secret)) = (email.needed(text.email_needed), secret) else {
            return;
        };
        busy.set(Some(Way::Password));
        let remember = remember.get_untracked();
        spawn_local(async move {
            let client = auth.client();
            finish(
                Way::Password,
                client
                    .sign_in_with_password(address.trim(), &secret, remember)
                    .await,
            );
        });
    };
    let by_passkey = move || {
        status.set(String::new());
        busy.set(Some(Way::Passkey));
        let options = PasskeySignIn {
            autofill: false,
            remember: remember.get_untracked(),
        };
        spawn_local(async move {
            finish(
                Way::Passkey,
                auth.client().sign_in_with_passkey(options).await,
            );
            _ = offer.try_update(|offer| *offer += 1);
        });
    };
    Effect::new(move |_| {
        offer.track();
        let options = PasskeySignIn {
            autofill: true,
            remember: remember.get(),
        };
        spawn_local(async move {
            let client = auth.client();
            if !client.passkey_autofill_supported().await {
                return;
            }
            let result = client.sign_in_with_passkey(options).await;
            if result.as_ref().is_err_and(quiet) {
                return;
            }
            finish(Way::Passkey, result);
            _ = offer.try_update(|offer| *offer += 1);
        });
    });

    // The server forgets an offer after five minutes; nobody shall choose from a stale one.
    let renew = move || _ = offer.try_update(|offer| *offer += 1);
    let renewal = StoredValue::new_local(Some(Interval::new(240_000, renew)));
    on_cleanup(move || drop(renewal.try_update_value(Option::take)));

    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked().is_none() {
            by_password();
        }
    };
    let passkey_button = move || {
        let look = if passkey_first {
            Look::Primary
        } else {
            Look::Plain
        };
        view! {
            <Button look wide=true
                busy=Signal::derive(move || busy.get() == Some(Way::Passkey))
                on_press=Callback::new(move |()| by_passkey())>
                {icon(Glyph::Key)} {text.sign_in_passkey}
            </Button>
        }
    };
    let or = move || html::div().class("pc-or").child(text.or);
    let fields = view! {
        <form class="pc-form" novalidate on:submit=submit>
            <Field input=email label=text.email kind=FieldKind::Email
                autocomplete="username webauthn" autofocus={!knows_email}/>
            <Field input=password label=text.password kind=FieldKind::Password
                autocomplete="current-password" autofocus=knows_email/>
            <label class="pc-check">
                <input type="checkbox" prop:checked=move || remember.get()
                    on:change=move |event| remember.set(event_target_checked(&event))/>
                {text.remember}
            </label>
            <FormStatus message=status/>
            <Button look={if passkey_first { Look::Plain } else { Look::Primary }} submit=true wide=true
                busy=Signal::derive(move || busy.get() == Some(Way::Password))>
                {text.sign_in}
            </Button>
        </form>
    };
    view! {
        <div>
            {passkey_first.then(|| (passkey_button(), or()))}
            {fields}
            {(passkeys && !passkey_first).then(|| (or(), passkey_button()))}
        </div>
    }
}

/// Whether an offer in the autofill ends like this without a word. Only what becomes of a passkey
/// that was chosen is worth one; that none can be offered just now is not.
fn quiet(error: &AuthError) -> bool {
    !matches!(
        error.kind,
        ErrorKind::Server(
            ErrorCode::InvalidCredentials | ErrorCode::PasskeyRejected | ErrorCode::CeremonyInvalid
        )
    )
}
