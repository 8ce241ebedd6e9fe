//! What pages show to people who are not signed in.

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use portcullis_sdk::{Session, SignedOutReason};
use portcullis_web::ui::{Blank, Button, Glyph, Look};
use portcullis_web::use_auth;

use crate::text::use_words;

/// Sends people who have just come here to the sign-in page and back. Whose session ended while
/// they were here stay, and sign in over the page.
#[component]
pub(crate) fn AskToSignIn(
    /// Whether there is nothing else on the page.
    #[prop(default = true)]
    whole_page: bool,
) -> impl IntoView {
    let auth = use_auth();
    let location = use_location();
    let mut path = location.pathname.get_untracked();
    let search = location.search.get_untracked();
    if !search.is_empty() {
        path.extend(["?", search.trim_start_matches('?')]);
    }
    // A slash may stand in a query, and is easier to read there.
    let path = String::from(js_sys::encode_uri_component(&path)).replace("%2F", "/");
    let href = format!("/sign-in?return_to={path}");
    let reason = match untrack(|| auth.session()) {
        Session::SignedOut { reason } => reason,
        _ => SignedOutReason::SignedOut,
    };
    if reason == SignedOutReason::Anonymous {
        let navigate = use_navigate();
        let href = href.clone();
        let replace = NavigateOptions {
            replace: true,
            ..NavigateOptions::default()
        };
        request_animation_frame(move || navigate(&href, replace));
    }
    if reason == SignedOutReason::Ended {
        let sign_in = Callback::new(move |()| {
            spawn_local(async move {
                // Whether they did shows in the page.
                _ = auth.sign_in_here().await;
            });
        });
        return view! {
            <Blank whole_page glyph=Glyph::Lock title=use_words().ended_title lead=use_words().ended_lead>
                <Button look=Look::Primary on_press=sign_in>{use_words().sign_in}</Button>
            </Blank>
        }
        .into_any();
    }
    view! {
        <Blank whole_page glyph=Glyph::Lock title=use_words().ask_title lead=use_words().ask_lead>
            {html::a().class("pc-button pc-button--primary").href(href).child(use_words().sign_in)}
        </Blank>
    }
    .into_any()
}
