//! The dialog that asks people to confirm it is them before a sensitive act, or to sign in again
//! when their session has ended under their hands. The act is then done without another click.

use leptos::prelude::*;
use leptos::task::spawn_local;
use portcullis_sdk::PasskeySignIn;
use portcullis_types::ErrorCode;

use crate::auth::{Need, use_auth, use_toasts};
use crate::errors::show;
use crate::second_factor::SecondFactor;
use crate::sign_in::{SignInForm, needs_code};
use crate::text::{fill, use_text};
use crate::ui::{Button, Dialog, Field, FieldKind, FormStatus, Glyph, Input, Look, icon};

/// The dialog; [`crate::AuthProvider`] has one already.
#[component]
pub fn StepUp() -> impl IntoView {
    let text = use_text();
    let auth = use_auth();
    let open = Signal::derive(move || auth.need.get().is_some());
    let again = Memo::new(move |_| auth.need.get() == Some(Need::SignIn));
    let title = Signal::derive(move || {
        (if again.get() {
            text.again_title
        } else {
            text.step_up_title
        })
        .to_owned()
    });
    let lead = Signal::derive(move || {
        (if again.get() {
            text.again_lead
        } else {
            text.step_up_lead
        })
        .to_owned()
    });
    // Kept from before the session ended, to fill in the email address.
    let known = RwSignal::new(String::new());
    Effect::new(move |_| {
        if let Some(user) = auth.user() {
            known.set(user.email);
        }
    });
    let toasts = use_toasts();
    let done = Callback::new(move |()| {
        if !auth.answer(true)
            && let Some(user) = untrack(|| auth.user())
        {
            toasts.say(fill(text.signed_in_other, &[("email", &user.email)]));
        }
    });
    view! {
        <Dialog open title lead on_close=Callback::new(move |()| _ = auth.answer(false))>
            {move || if again.get() {
                view! { <SignInForm on_done=done email=known.get_untracked()/> }.into_any()
            } else {
                view! { <Confirm on_done=done/> }.into_any()
            }}
        </Dialog>
    }
}

/// Password (where there is one) or passkey, for the user who is signed in.
#[component]
fn Confirm(on_done: Callback<()>) -> impl IntoView {
    let text = use_text();
    let auth = use_auth();
    let user = untrack(|| auth.user());
    let has_password = user.as_ref().is_some_and(|user| user.has_password);
    let email = user.map(|user| user.email).unwrap_or_default();
    let password = Input::default();
    let busy = RwSignal::new(false);
    let waiting = RwSignal::new(false);
    let status = RwSignal::new(String::new());
    // Whether the password was right and a code is needed as well.
    let half_way = RwSignal::new(false);

    let address = email.clone();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        status.set(String::new());
        let Some(secret) = password.needed(text.password_needed) else {
            return;
        };
        if busy.get_untracked() || waiting.get_untracked() {
            return;
        }
        busy.set(true);
        let address = address.clone();
        spawn_local(async move {
            let result = auth
                .client()
                .sign_in_with_password(&address, &secret, false)
                .await;
            _ = busy.try_set(false);
            if needs_code(&result) {
                _ = half_way.try_set(true);
                return;
            }
            match result {
                Ok(()) => on_done.run(()),
                Err(error) if error.code() == Some(ErrorCode::InvalidCredentials) => {
                    password.fail(text.password_wrong);
                }
                Err(error) => show(&error, text, &[("password", password)], status),
            }
        });
    };
    let by_passkey = move || {
        status.set(String::new());
        waiting.set(true);
        spawn_local(async move {
            let result = auth
                .client()
                .sign_in_with_passkey(PasskeySignIn::default())
                .await;
            _ = waiting.try_set(false);
            match result {
                Ok(()) => on_done.run(()),
                Err(error) => show(&error, text, &[], status),
            }
        });
    };
    let again = Callback::new(move |()| half_way.set(false));
    move || {
        if half_way.get() {
            return view! { <SecondFactor on_done on_again=again/> }.into_any();
        }
        view! {
            <form class="pc-form" novalidate on:submit=submit.clone()>
                // Tells password managers whose password this is.
                <input class="pc-hidden-visually" type="email" autocomplete="username" readonly
                    tabindex="-1" aria-hidden="true" prop:value=email.clone()/>
                {has_password.then(|| view! {
                    <Field input=password label=text.password kind=FieldKind::Password
                        autocomplete="current-password" autofocus=true/>
                })}
                <FormStatus message=status/>
                {has_password.then(|| view! {
                    <Button look=Look::Primary submit=true wide=true busy=busy>{text.step_up_confirm}</Button>
                    <div class="pc-or">{text.or}</div>
                })}
                <Button look={if has_password { Look::Plain } else { Look::Primary }} wide=true busy=waiting
                    on_press=Callback::new(move |()| by_passkey())>
                    {icon(Glyph::Key)} {text.step_up_passkey}
                </Button>
            </form>
        }
        .into_any()
    }
}
