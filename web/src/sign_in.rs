//! Signing in: email and password, a passkey by button, or a passkey from the field's autofill.

use gloo_timers::callback::Interval;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use portcullis_sdk::{AuthError, ErrorKind, PasskeySignIn};
use portcullis_types::ErrorCode;

use crate::auth::use_auth;
use crate::entry::{Attempt, Entry, Way, last_way};
use crate::second_factor::SecondFactor;
use crate::text::{fill, use_text};
use crate::ui::{Button, Field, FieldKind, FormStatus, Glyph, Input, Look, icon};

/// The sign-in page's card: title, form, and the way to an account for who has none.
#[component]
pub fn SignIn(
    /// Called when somebody has signed in. Gates change by themselves; this is for moving on.
    #[prop(default = Callback::new(|()| ()), into)]
    on_done: Callback<()>,
    /// Where accounts are made; nothing: there is no link.
    #[prop(optional, into)]
    sign_up_href: Option<String>,
    /// Where another password is asked for; nothing: there is no link.
    #[prop(optional_no_strip, into)]
    forgot_href: Option<String>,
    /// The email address that is probably theirs.
    #[prop(optional, into)]
    email: String,
) -> impl IntoView {
    let text = use_text();
    let title = fill(text.sign_in_title, &[("app", use_auth().app())]);
    let foot = move || {
        sign_up_href.clone().map(|href| {
            let link = html::a()
                .class("pc-link")
                .href(href)
                .child(text.sign_in_create);
            (text.sign_in_no_account, " ", link)
        })
    };
    let forgot = forgot_href.map(|href| {
        let link = html::a()
            .class("pc-link")
            .href(href)
            .child(text.sign_in_forgot);
        html::p().class("pc-below").child(link)
    });
    view! {
        <Entry title foot>
            <SignInForm on_done email/>
            {forgot}
        </Entry>
    }
}

/// The form alone, for a page or a dialog of one's own.
///
/// Where the last sign-in in this browser was with a passkey, that is the first thing offered.
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
    let attempt = Attempt::new(on_done);
    let remember = RwSignal::new(false);
    let passkeys = use_auth().client().passkeys_supported();
    let passkey_first = passkeys && last_way::was_passkey();

    let offer = offer_in_autofill(attempt, remember);
    let or = move || html::div().class("pc-or").child(text.or);
    let passkey = move || view! { <ByPasskey attempt remember offer first=passkey_first/> };
    // Whether the password was right and a code is needed as well.
    let half_way = RwSignal::new(false);
    let again = Callback::new(move |()| half_way.set(false));
    let done = Callback::new(move |()| attempt.finish(Way::Password, Ok(()), &[]));
    move || {
        if half_way.get() {
            return view! { <SecondFactor on_done=done on_again=again/> }.into_any();
        }
        view! {
            <div>
                {passkey_first.then(|| (passkey(), or()))}
                <ByPassword attempt remember email=email.clone() half_way first=!passkey_first/>
                {(passkeys && !passkey_first).then(|| (or(), passkey()))}
            </div>
        }
        .into_any()
    }
}

#[component]
fn ByPassword(
    attempt: Attempt,
    remember: RwSignal<bool>,
    email: String,
    /// Becomes true when the password was right and a code is needed as well.
    half_way: RwSignal<bool>,
    /// Whether it is the way that is offered first.
    first: bool,
) -> impl IntoView {
    let text = use_text();
    let auth = use_auth();
    let knows_email = !email.is_empty();
    let (email, password) = (Input::with(email), Input::default());

    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if !attempt.may_begin() {
            return;
        }
        let secret = password.needed(text.password_needed);
        let (Some(address), Some(secret)) = (email.needed(text.email_needed), secret) else {
            return;
        };
        attempt.begin(Way::Password);
        let remember = remember.get_untracked();
        spawn_local(async move {
            let client = auth.client();
            let result = client
                .sign_in_with_password(address.trim(), &secret, remember)
                .await;
            if needs_code(&result) {
                attempt.pause();
                _ = half_way.try_set(true);
                return;
            }
            attempt.finish(
                Way::Password,
                result,
                &[("email", email), ("password", password)],
            );
        });
    };
    // Offered first, this form has the only line for what went wrong.
    let status = if first {
        attempt.status()
    } else {
        attempt.status_of(Way::Password)
    };
    view! {
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
            <Button look={if first { Look::Primary } else { Look::Plain }} submit=true wide=true
                busy=attempt.is_on(Way::Password)>
                {text.sign_in}
            </Button>
        </form>
    }
}

/// Whether a password was right and a second factor is needed as well.
pub(crate) fn needs_code(result: &Result<(), AuthError>) -> bool {
    let code = result.as_ref().err().and_then(AuthError::code);
    code == Some(ErrorCode::SecondFactorRequired)
}

#[component]
fn ByPasskey(
    attempt: Attempt,
    remember: RwSignal<bool>,
    /// Notified to offer passkeys in the autofill again: the dialog took the place of the offer.
    offer: Trigger,
    /// Whether it is the way that is offered first.
    first: bool,
) -> impl IntoView {
    let text = use_text();
    let auth = use_auth();
    let press = Callback::new(move |()| {
        if !attempt.may_begin() {
            return;
        }
        attempt.begin(Way::Passkey);
        let options = PasskeySignIn {
            autofill: false,
            remember: remember.get_untracked(),
        };
        spawn_local(async move {
            let result = auth.client().sign_in_with_passkey(options).await;
            let again = result.is_err();
            attempt.finish(Way::Passkey, result, &[]);
            if again {
                offer.notify();
            }
        });
    });
    view! {
        <Button look={if first { Look::Primary } else { Look::Plain }} wide=true
            busy=attempt.is_on(Way::Passkey) on_press=press>
            {icon(Glyph::Key)} {text.sign_in_passkey}
        </Button>
        {first.then(|| {
            let message = attempt.status_of(Way::Passkey);
            view! { <div class="pc-below"><FormStatus message/></div> }
        })}
    }
}

/// How long an offer in the autofill stands, in milliseconds: the server forgets it after five
/// minutes, and nobody shall choose from a stale one.
const OFFER: u32 = 240_000;

/// Offers passkeys in the autofill of the email field for as long as the form is there. Answers
/// with what brings the offer back after something has taken its place.
fn offer_in_autofill(attempt: Attempt, remember: RwSignal<bool>) -> Trigger {
    let auth = use_auth();
    let offer = Trigger::new();
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
            match result {
                Err(error) if !is_about_a_chosen_passkey(&error) => {}
                result => {
                    let again = result.is_err();
                    attempt.finish(Way::Passkey, result, &[]);
                    if again {
                        offer.notify();
                    }
                }
            }
        });
    });
    let renewal = Interval::new(OFFER, move || offer.notify());
    let renewal = StoredValue::new_local(Some(renewal));
    on_cleanup(move || drop(renewal.try_update_value(Option::take)));
    offer
}

/// Whether a refusal is of a passkey that was chosen from the autofill. That none can be offered
/// just now is not worth a word.
fn is_about_a_chosen_passkey(error: &AuthError) -> bool {
    matches!(
        error.kind,
        ErrorKind::Server(
            ErrorCode::InvalidCredentials | ErrorCode::PasskeyRejected | ErrorCode::CeremonyInvalid
        )
    )
}
