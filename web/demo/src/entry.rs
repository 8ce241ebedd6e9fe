//! The pages through which people come in, and where they go from there.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use portcullis_sdk::Session;
use portcullis_web::ui::Page;
use portcullis_web::{ConnectDevice, Consent, ReturnTo, Setup, SignIn, SignUp, use_auth};

use crate::about::{app_name, has_mail, has_notes};
use crate::ask::AskToSignIn;
use crate::text::use_words;

/// Where people go who came from nowhere in particular.
fn home() -> &'static str {
    if has_notes() { "/notes" } else { "/account" }
}

/// Who is probably there, as the application says that has sent the browser here (`login_hint`).
/// What is no email address is of no use in its field.
fn expected() -> String {
    let hint = parameter("login_hint");
    hint.filter(|hint| hint.contains('@')).unwrap_or_default()
}

/// The way on after signing in.
#[derive(Clone, Copy)]
struct Onward {
    target: StoredValue<Option<ReturnTo>>,
    go: Callback<()>,
}

/// A parameter of the address, as it was written. The router's own map of the query decodes twice: a
/// `%2B` in the `state` of an application would come back to it as a space.
fn parameter(name: &str) -> Option<String> {
    let query = use_location().search.get_untracked();
    let query = web_sys::UrlSearchParams::new_with_str(&query).ok()?;
    query.get(name)
}

/// Reads `?return_to=`, and makes the way there.
fn onward() -> Onward {
    let raw = parameter("return_to");
    let target = StoredValue::new(raw.and_then(|raw| ReturnTo::parse(&raw)));
    let navigate = use_navigate();
    let gone = StoredValue::new(false);
    let go = Callback::new(move |()| {
        if gone.try_update_value(|gone| std::mem::replace(gone, true)) != Some(false) {
            return;
        }
        match target.get_value() {
            Some(to) if to.needs_loading() => {
                // What the server answers itself (the rest of an OAuth sign-in) is no page of the
                // router's, and some pages come with a policy of their own.
                _ = window().location().assign(to.as_str());
            }
            to => {
                let path = to.as_ref().map_or_else(|| home(), ReturnTo::as_str);
                navigate(
                    path,
                    NavigateOptions {
                        replace: true,
                        ..NavigateOptions::default()
                    },
                );
            }
        }
    });
    Onward { target, go }
}

impl Onward {
    /// A link to another of these pages that does not lose where to go afterwards.
    fn link(&self, page: &str) -> String {
        self.target.with_value(|to| match to {
            Some(to) => {
                let to = js_sys::encode_uri_component(to.as_str());
                format!("{page}?return_to={}", String::from(to))
            }
            None => page.to_owned(),
        })
    }

    /// Whether the server sent the user here, to sign in or to sign in again (`prompt=login`).
    fn sent_by_server(&self) -> bool {
        self.target
            .with_value(|to| to.as_ref().is_some_and(ReturnTo::is_server_path))
    }

    /// Whether to show the form: not for the moment in which it is unknown if it is needed, and
    /// not to who is signed in already and on their way.
    fn shows_form(self) -> Memo<bool> {
        let auth = use_auth();
        let again = self.sent_by_server();
        Memo::new(move |_| match auth.session() {
            Session::Loading => false,
            session => again || !session.is_signed_in(),
        })
    }

    /// Goes on when somebody signs in, in this tab or another one, and at once for who is signed
    /// in already: unless the server sent them here.
    fn follow_session(self) {
        let auth = use_auth();
        let sent_by_server = self.sent_by_server();
        Effect::new(move |was: Option<bool>| {
            if auth.is_pending() {
                return was.unwrap_or(sent_by_server);
            }
            let is = auth.is_signed_in();
            let before = was.unwrap_or(sent_by_server);
            if is && !before {
                self.go.run(());
            }
            is
        });
    }
}

/// `/sign-in`
#[component]
pub(crate) fn SignInPage() -> impl IntoView {
    let onward = onward();
    onward.follow_session();
    let shown = onward.shows_form();
    view! {
        <Page title=use_words().sign_in_title app=app_name()>
            <div class="app-entry">
                {move || shown.get().then(|| view! {
                    <SignIn on_done=onward.go sign_up_href=onward.link("/sign-up")
                        forgot_href=has_mail().then(|| "/forgot".to_owned()) email=expected()/>
                })}
            </div>
        </Page>
    }
}

/// `/sign-up`
#[component]
pub(crate) fn SignUpPage() -> impl IntoView {
    let onward = onward();
    onward.follow_session();
    let shown = onward.shows_form();
    view! {
        <Page title=use_words().sign_up_title app=app_name()>
            <div class="app-entry">
                {move || shown.get().then(|| view! {
                    <SignUp on_done=onward.go sign_in_href=onward.link("/sign-in")/>
                })}
            </div>
        </Page>
    }
}

/// `/setup#token=…`
#[component]
pub(crate) fn SetupPage() -> impl IntoView {
    let navigate = use_navigate();
    let done = Callback::new(move |()| {
        navigate(
            "/admin",
            NavigateOptions {
                replace: true,
                ..NavigateOptions::default()
            },
        );
    });
    view! {
        <Page title=use_words().setup_title app=app_name()>
            <div class="app-entry"><Setup on_done=done/></div>
        </Page>
    }
}

/// `/consent#request=…`
#[component]
pub(crate) fn ConsentPage() -> impl IntoView {
    view! {
        <Page title=use_words().consent_title app=app_name()>
            <div class="app-entry"><Consent/></div>
        </Page>
    }
}

/// `/device`, with `?user_code=…` from a QR code.
#[component]
pub(crate) fn DevicePage() -> impl IntoView {
    let code = parameter("user_code");
    view! {
        <Page title=use_words().device_title app=app_name()>
            <div class="app-entry">
                <ConnectDevice code fallback=|| view! { <AskToSignIn/> }/>
            </div>
        </Page>
    }
}
