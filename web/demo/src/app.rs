//! The frame of every page, and which page is where.

use leptos::html;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::{A, FlatRoutes, Route, Router};
use leptos_router::hooks::{use_location, use_navigate};
use leptos_router::path;
use portcullis_sdk::{Auth, Config};
use portcullis_web::ui::{Blank, Glyph, Page, icon_sized};
use portcullis_web::{
    Account, AuthProvider, Language, PermissionGate, SignedIn, SignedOut, UserMenu, use_auth,
};

use crate::about::{app_name, has_notes};
use crate::admin::{self, AdminPage, CLIENTS, ClientPage, ClientsPage, NewClientPage};
use crate::ask::AskToSignIn;
use crate::by_mail::{ForgotPage, NotMePage, ResetPage, VerifyPage};
use crate::connection::Connection;
use crate::entry::{ConsentPage, DevicePage, SetupPage, SignInPage, SignUpPage};
use crate::landing::Landing;
use crate::notes::NotesPage;
use crate::text::{language, speak, use_words};

/// Every page but those of administration.
#[component]
pub(crate) fn App() -> impl IntoView {
    frame(|| {
        view! {
            <FlatRoutes fallback=Elsewhere>
                <Route path=path!("/") view=StartPage/>
                <Route path=path!("/sign-in") view=SignInPage/>
                <Route path=path!("/sign-up") view=SignUpPage/>
                <Route path=path!("/setup") view=SetupPage/>
                <Route path=path!("/forgot") view=ForgotPage/>
                <Route path=path!("/reset") view=ResetPage/>
                <Route path=path!("/verify") view=VerifyPage/>
                <Route path=path!("/not-me") view=NotMePage/>
                <Route path=path!("/consent") view=ConsentPage/>
                <Route path=path!("/device") view=DevicePage/>
                <Route path=path!("/notes") view=DemoPage/>
                <Route path=path!("/account") view=AccountPage/>
            </FlatRoutes>
        }
        .into_any()
    })
}

/// The pages of administration.
#[component]
pub(crate) fn AdminApp() -> impl IntoView {
    frame(|| {
        view! {
            <FlatRoutes fallback=Elsewhere>
                <Route path=path!("/admin") view=AdminPage/>
                <Route path=path!("/admin/clients") view=ClientsPage/>
                <Route path=path!("/admin/clients/:id") view=ClientPage/>
                <Route path=path!("/admin/new-client") view=NewClientPage/>
            </FlatRoutes>
        }
        .into_any()
    })
}

/// What is around the pages of both modules.
fn frame(pages: fn() -> AnyView) -> impl IntoView {
    view! {
        <AuthProvider auth=Auth::new(Config::default()) app=app_name() language=language()>
            <Router>
                <SkipLink/>
                <Header/>
                <main id="main" class="app-main" tabindex="-1">
                    {pages()}
                </main>
                <Footer/>
            </Router>
            <Connection/>
        </AuthProvider>
    }
}

/// Takes keyboards past the header. It moves the focus itself: the router would take the
/// fragment for a navigation.
#[component]
fn SkipLink() -> impl IntoView {
    let skip = move |event: web_sys::MouseEvent| {
        event.prevent_default();
        let main = document().query_selector("#main h1, #main").ok().flatten();
        if let Some(main) = main.and_then(|main| wasm_bindgen::JsCast::dyn_into(main).ok()) {
            let main: web_sys::HtmlElement = main;
            // The element was found in the page a moment ago.
            _ = main.focus();
        }
    };
    view! { <a class="app-skip pc-button" href="#main" on:click=skip>{use_words().skip}</a> }
}

#[component]
fn Header() -> impl IntoView {
    let navigate = use_navigate();
    let home = Callback::new(move |()| navigate("/", NavigateOptions::default()));
    let auth = use_auth();
    // The first of these pages that is open to them.
    let first = move || {
        let people = auth.can(admin::PEOPLE);
        if people { "/admin" } else { CLIENTS }.to_owned()
    };
    let to_admin = move || view! { <A href=first>{use_words().nav_admin}</A> };
    view! {
        <header class="app-header">
            <div class="app-header__inner">
                <a class="app-brand" href="/" aria-label=app_name()>
                    {icon_sized(Glyph::Gate, 22)}
                    <span class="app-brand__name">{app_name()}</span>
                </a>
                <SignedIn>
                    <nav class="app-nav" aria-label=use_words().nav>
                        {has_notes().then(|| view! { <A href="/notes">{use_words().nav_notes}</A> })}
                        {(!has_notes()).then(|| view! { <A href="/account">{use_words().nav_account}</A> })}
                        <PermissionGate any=[admin::PEOPLE, admin::READ]>{to_admin}</PermissionGate>
                    </nav>
                </SignedIn>
                <div class="app-header__end">
                    <SignedIn><UserMenu on_signed_out=home/></SignedIn>
                    <SignedOut>
                        <a class="pc-button pc-button--quiet" href="/sign-in">{use_words().sign_in}</a>
                    </SignedOut>
                </div>
            </div>
        </header>
    }
}

#[component]
fn Footer() -> impl IntoView {
    view! {
        <footer class="app-footer">
            <p>{has_notes().then(|| use_words().footer)}</p>
            <LanguageChoice/>
            <a class="pc-link" href="/docs" rel="external">{use_words().footer_api}</a>
        </footer>
    }
}

/// Says which language the page is in, and offers the others.
#[component]
fn LanguageChoice() -> impl IntoView {
    let option = |choice: Language| {
        html::option()
            .value(choice.tag())
            .lang(choice.tag())
            .selected(choice == language())
            .child(choice.name())
    };
    let choose = move |event: web_sys::Event| {
        if let Some(choice) = Language::of_tag(&event_target_value(&event)) {
            speak(choice);
        }
    };
    view! {
        <select class="app-language" aria-label=use_words().footer_language on:change=choose>
            {Language::ALL.map(option).collect_view()}
        </select>
    }
}

/// `/`: the demo's start page, or one's account.
#[component]
fn StartPage() -> impl IntoView {
    if has_notes() {
        view! { <Landing/> }.into_any()
    } else {
        view! { <AccountPage/> }.into_any()
    }
}

/// `/notes`, where there are any.
#[component]
fn DemoPage() -> impl IntoView {
    if has_notes() {
        view! { <NotesPage/> }.into_any()
    } else {
        view! { <NotFound/> }.into_any()
    }
}

#[component]
fn AccountPage() -> impl IntoView {
    view! {
        <Page title=use_words().account_title app=app_name()>
            <div class="app-settings">
                <Account fallback=|| view! { <AskToSignIn/> }/>
            </div>
        </Page>
    }
}

/// What is no page of this module: one of the other's, which is loaded then, or none.
#[component]
fn Elsewhere() -> impl IntoView {
    let location = use_location();
    let path = location.pathname.get_untracked();
    let root = document().document_element();
    let loaded = root.and_then(|root| root.get_attribute("data-module"));
    let wanted = if admin::is_of(&path) { "admin" } else { "app" };
    if loaded.is_some_and(|loaded| loaded != wanted) {
        let search = location.search.get_untracked();
        // By then the router has put the address where it belongs in the history. Whichever module
        // an address loads is the one that it is of: this cannot go round.
        request_animation_frame(move || {
            let place = window().location();
            // Loading a page of our own fails in no browser.
            if place.pathname().as_ref() == Ok(&path) {
                _ = place.reload();
            } else {
                let search = search.trim_start_matches('?');
                let mark = if search.is_empty() { "" } else { "?" };
                _ = place.assign(&format!("{path}{mark}{search}"));
            }
        });
        return ().into_any();
    }
    view! { <NotFound/> }.into_any()
}

#[component]
fn NotFound() -> impl IntoView {
    view! {
        <Page title=use_words().not_found_title app=app_name()>
            <Blank whole_page=true glyph=Glyph::Gate title=use_words().not_found_title lead=use_words().not_found_lead>
                {html::a().class("pc-button").href("/").child(use_words().not_found_home)}
            </Blank>
        </Page>
    }
}
