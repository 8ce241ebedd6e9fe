//! The second step of a sign-in whose password was right: a code of an authenticator app, or a recovery
//! code.

use leptos::prelude::*;
use leptos::task::spawn_local;
use portcullis_types::ErrorCode;

use crate::auth::use_auth;
use crate::errors::show;
use crate::text::use_text;
use crate::ui::{Button, Field, FormStatus, Input, Look};

/// The form that asks for the code.
#[component]
pub(crate) fn SecondFactor(
    /// Called when somebody has signed in.
    on_done: Callback<()>,
    /// Called when the sign-in has to be begun again.
    on_again: Callback<()>,
) -> impl IntoView {
    let text = use_text();
    let auth = use_auth();
    let by_recovery = RwSignal::new(false);
    let code = Input::default();
    let busy = RwSignal::new(false);
    let status = RwSignal::new(String::new());

    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        status.set(String::new());
        let Some(typed) = code.needed(text.code_needed) else {
            return;
        };
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let recovery = by_recovery.get_untracked();
        spawn_local(async move {
            let client = auth.client();
            let result = if recovery {
                client.finish_with_recovery_code(&typed).await
            } else {
                client.finish_with_code(&typed).await
            };
            if busy.try_set(false).is_some() {
                return;
            }
            match result {
                Ok(()) => on_done.run(()),
                Err(error) if error.code() == Some(ErrorCode::InvalidCredentials) => {
                    code.fail(text.code_wrong);
                }
                Err(error) => show(&error, text, &[("code", code)], status),
            }
        });
    };
    let switch = Callback::new(move |()| {
        code.clear();
        status.set(String::new());
        by_recovery.update(|on| *on = !*on);
    });
    let field = move || {
        if by_recovery.get() {
            view! {
                <p class="pc-soft">{text.recovery_lead}</p>
                <Field input=code label=text.recovery_label autocomplete="off" autofocus=true/>
            }
            .into_any()
        } else {
            view! {
                <p class="pc-soft">{text.code_lead}</p>
                <Field input=code label=text.code_label autocomplete="one-time-code" autofocus=true
                    digits=true/>
            }
            .into_any()
        }
    };
    view! {
        <form class="pc-form" novalidate on:submit=submit>
            {field}
            <FormStatus message=status/>
            <Button look=Look::Primary submit=true wide=true busy>{text.code_continue}</Button>
            <Button look=Look::Quiet wide=true on_press=switch>
                {move || if by_recovery.get() { text.code_use_app } else { text.code_use_recovery }}
            </Button>
            <Button look=Look::Quiet wide=true on_press=on_again>{text.code_again}</Button>
        </form>
    }
}
