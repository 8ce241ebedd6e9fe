//! "This was not me": ends all that is signed in, and lets one set another password.

use leptos::prelude::*;
use leptos::task::spawn_local;
use portcullis_sdk::{Auth, AuthError};
use portcullis_types::mail::{NotMeAnswer, NotMeRequest};
use portcullis_types::paths;

use super::reset::ResetForm;
use super::{Incomplete, Said};
use crate::auth::use_auth;
use crate::entry::Entry;
use crate::errors::message_of;
use crate::setup::take_token;
use crate::text::use_text;
use crate::ui::{Button, FormStatus, Look};

async fn disown(client: Auth, token: String) -> Result<NotMeAnswer, AuthError> {
    let body = NotMeRequest { token };
    client.request("POST", paths::NOT_ME, Some(&body)).await
}

/// The card of the page that the link of a notice leads to (`#token=…`).
#[component]
pub fn NotMe(
    /// Where people sign in.
    #[prop(into)]
    sign_in_href: String,
) -> impl IntoView {
    match take_token() {
        Some(token) => view! { <Question token sign_in_href/> }.into_any(),
        None => view! { <Incomplete/> }.into_any(),
    }
}

#[component]
fn Question(token: String, sign_in_href: String) -> impl IntoView {
    let text = use_text();
    let auth = use_auth();
    let token = StoredValue::new(token);
    let busy = RwSignal::new(false);
    let status = RwSignal::new(String::new());
    let ended = RwSignal::new(None::<NotMeAnswer>);

    let press = Callback::new(move |()| {
        status.set(String::new());
        busy.set(true);
        spawn_local(async move {
            let result = disown(auth.client(), token.get_value()).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match result {
                Ok(answer) => ended.set(Some(answer)),
                Err(error) => status.set(message_of(&error, text)),
            }
        });
    });
    move || {
        let sign_in_href = sign_in_href.clone();
        match ended.get() {
            None => view! {
                <Entry title=text.not_me_title lead=text.not_me_lead>
                    <FormStatus message=status/>
                    <Button look=Look::Primary wide=true busy on_press=press>
                        {text.not_me_confirm}
                    </Button>
                </Entry>
            }
            .into_any(),
            Some(NotMeAnswer {
                reset_token: Some(token),
            }) => view! { <ResetForm token sign_in_href/> }.into_any(),
            Some(_) => view! {
                <Said title=text.not_me_done_title lead=text.not_me_done href=sign_in_href
                    link=text.mail_sign_in/>
            }
            .into_any(),
        }
    }
}
