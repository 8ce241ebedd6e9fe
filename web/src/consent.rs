//! The page that asks whether an application gets what it wants.

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use portcullis_sdk::{Auth, AuthError};
use portcullis_types::consent::{ConsentDecided, ConsentDecisionRequest, ConsentView};
use portcullis_types::{ErrorCode, paths};

use crate::asking::{Answers, Policies, Wishes, logo};
use crate::auth::use_auth;
use crate::errors::message_of;
use crate::text::{fill, use_text};
use crate::ui::{Blank, Bones, Failure, FormStatus, Glyph, Load};

/// The consent page's card. Reads what the server has sealed from the address's fragment,
/// `#request=…`, which is sent to no server but as a question to ours. Sends the browser on by
/// itself.
#[component]
pub fn Consent() -> impl IntoView {
    let auth = use_auth();
    let request = StoredValue::new(request_of_address());
    let view = RwSignal::new(Load::<ConsentView>::Waiting);
    let over = RwSignal::new(request.with_value(Option::is_none));
    let load = Callback::new(move |()| {
        let Some(request) = request.get_value() else {
            return;
        };
        view.set(Load::Waiting);
        spawn_local(async move {
            let answer = auth.confirmed(|client| look(client, request.clone())).await;
            match answer {
                Err(error) if is_over(&error) => _ = over.try_set(true),
                answer => _ = view.try_set(answer.into()),
            }
        });
    });
    load.run(());
    move || {
        if over.get() {
            return view! { <Over/> }.into_any();
        }
        match view.get() {
            Load::Waiting => view! { <div class="pc-entry"><Bones rows=4/></div> }.into_any(),
            Load::Failed(error) => view! { <Failure error on_retry=load/> }.into_any(),
            Load::Ready(view) => {
                let request = request.get_value().unwrap_or_default();
                view! { <Question view request over/> }.into_any()
            }
        }
    }
}

/// What is sealed in the address.
fn request_of_address() -> Option<String> {
    request_in(&window().location().hash().ok()?)
}

/// The request in `fragment`, such as `#request=abc`.
fn request_in(fragment: &str) -> Option<String> {
    let mut pairs = fragment.strip_prefix('#')?.split('&');
    let request = pairs.find_map(|pair| pair.strip_prefix("request="))?;
    (!request.is_empty()).then(|| request.to_owned())
}

async fn look(client: Auth, request: String) -> Result<ConsentView, AuthError> {
    let request = String::from(js_sys::encode_uri_component(&request));
    let path = format!("{}?request={request}", paths::CONSENT);
    client.request("GET", &path, None::<&()>).await
}

async fn decide(client: Auth, request: String, allow: bool) -> Result<ConsentDecided, AuthError> {
    let body = ConsentDecisionRequest { request, allow };
    client.request("POST", paths::CONSENT, Some(&body)).await
}

fn is_over(error: &AuthError) -> bool {
    error.code() == Some(ErrorCode::CeremonyInvalid)
}

#[component]
fn Over() -> impl IntoView {
    let text = use_text();
    view! {
        <Blank whole_page=true glyph=Glyph::Alert title=text.consent_over_title
            lead=text.consent_over/>
    }
}

#[component]
fn Question(view: ConsentView, request: String, over: RwSignal<bool>) -> impl IntoView {
    let text = use_text();
    let auth = use_auth();
    let sending = RwSignal::new(None);
    let gone = RwSignal::new(false);
    let status = RwSignal::new(String::new());
    let answer = Callback::new(move |allow: bool| {
        status.set(String::new());
        sending.set(Some(allow));
        let request = request.clone();
        spawn_local(async move {
            let result = auth
                .confirmed(|client| decide(client, request.clone(), allow))
                .await;
            match result {
                Ok(decided) => {
                    _ = gone.try_set(true);
                    // The page leaves the history: going back leads to the application.
                    _ = window().location().replace(&decided.continue_to);
                }
                Err(error) if is_over(&error) => _ = over.try_set(true),
                Err(error) => {
                    _ = sending.try_set(None);
                    _ = status.try_set(message_of(&error, text));
                }
            }
        });
    });
    let name = view.client_name.clone();
    let title = fill(text.consent_title, &[("client", &name)]);
    let account = fill(text.consent_account, &[("email", &view.email)]);
    let goes_to = if view.goes_to.ends_with(':') {
        text.consent_goes_to_app
    } else {
        text.consent_goes_to
    };
    let goes_to = fill(goes_to, &[("host", &view.goes_to)]);
    let going = fill(text.consent_going, &[("client", &name)]);
    let another = html::a()
        .class("pc-link")
        .href(view.another_account)
        .rel("external")
        .child(text.consent_another);
    view! {
        <div class="pc-entry">
            <div class="pc-entry__head">
                {logo(&name, view.logo_uri)}
                <h1 tabindex="-1">{title}</h1>
                <p class="pc-soft pc-small pc-links"><span>{account}</span> {another}</p>
            </div>
            <div class="pc-card pc-entry__card pc-asking">
                <Wishes scopes=view.scopes resources=view.resources/>
                <p class="pc-soft pc-small" role="status">
                    {move || if gone.get() { going.clone() } else { goes_to.clone() }}
                </p>
                <FormStatus message=status/>
                <Answers sending on_answer=answer/>
            </div>
            <div class="pc-entry__foot">
                <Policies policy=view.policy_uri terms=view.tos_uri/>
                <p>{text.consent_later}</p>
            </div>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::request_in;

    #[test]
    fn the_request_is_found_in_the_fragment() {
        assert_eq!(request_in("#request=abc").as_deref(), Some("abc"));
        assert_eq!(request_in("#x=1&request=a-_&y").as_deref(), Some("a-_"));
        for nothing in ["", "#", "#request=", "#requests=abc", "request=abc"] {
            assert_eq!(request_in(nothing), None, "{nothing}");
        }
    }
}
