//! Setting or changing one's password.

use leptos::prelude::*;
use leptos::task::spawn_local;
use portcullis_types::ErrorCode;

use super::Section;
use crate::auth::{use_auth, use_toasts};
use crate::errors::show;
use crate::text::use_text;
use crate::ui::{Button, Field, FieldKind, FormStatus, Input};

/// The section of the account page about the password.
#[component]
pub fn Password() -> impl IntoView {
    let text = use_text();
    let auth = use_auth();
    let toasts = use_toasts();
    let (current, new) = (Input::default(), Input::default());
    let end_others = RwSignal::new(true);
    let busy = RwSignal::new(false);
    let status = RwSignal::new(String::new());
    let has_password = Memo::new(move |_| auth.user().is_some_and(|user| user.has_password));
    let email = Memo::new(move |_| auth.user().map(|user| user.email).unwrap_or_default());

    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        status.set(String::new());
        let changing = has_password.get_untracked();
        let secret = new.needed(text.new_password_needed);
        let old = if changing {
            current.needed(text.password_needed).map(Some)
        } else {
            Some(None)
        };
        let (Some(old), Some(secret)) = (old, secret) else {
            return;
        };
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let end = end_others.get_untracked();
        spawn_local(async move {
            let (old, secret) = (old.as_deref(), secret.as_str());
            let result = auth
                .confirmed(|client| async move { client.set_password(old, secret, end).await })
                .await;
            if busy.try_set(false).is_some() {
                return;
            }
            match result {
                Ok(()) => {
                    current.clear();
                    new.clear();
                    toasts.say(text.password_changed);
                }
                Err(error) if error.code() == Some(ErrorCode::InvalidCredentials) => {
                    current.fail(text.password_wrong);
                }
                Err(error) => {
                    let fields = [("current", current), ("new", new), ("password", new)];
                    show(&error, text, &fields, status);
                }
            }
        });
    };
    let lead = Signal::derive(move || {
        if has_password.get() {
            text.password_lead_change
        } else {
            text.password_lead_set
        }
    });
    view! {
        <Section id="password" title=text.password_title lead=lead>
            <form class="pc-card pc-pad pc-form" novalidate on:submit=submit>
                // Tells password managers whose password this is.
                <input class="pc-hidden-visually" type="email" autocomplete="username" readonly
                    tabindex="-1" aria-hidden="true" prop:value=move || email.get()/>
                {move || has_password.get().then(|| view! {
                    <Field input=current label=text.current_password kind=FieldKind::Password
                        autocomplete="current-password"/>
                })}
                <Field input=new label=text.new_password kind=FieldKind::Password
                    autocomplete="new-password" hint=text.password_hint.to_owned()/>
                <label class="pc-check">
                    <input type="checkbox" prop:checked=move || end_others.get()
                        on:change=move |event| end_others.set(event_target_checked(&event))/>
                    {text.password_end_others}
                </label>
                <div class="pc-inline">
                    <Button submit=true busy>
                        {move || if has_password.get() { text.password_change } else { text.password_set }}
                    </Button>
                    <FormStatus message=status/>
                </div>
            </form>
        </Section>
    }
}
