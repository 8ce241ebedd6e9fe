//! The frame of every page, and which page is where.

use leptos::html;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::{A, FlatRoutes, Route, Router};
use leptos_router::hooks::use_navigate;
use leptos_router::path;
use portcullis_sdk::{Auth, Config};
use portcullis_web::ui::{Blank, Glyph, Page, icon_sized};
use portcullis_web::{
    Account, Admin, AuthProvider, PermissionGate, SignedIn, SignedOut, UserMenu, admin,
};

use crate::ask::AskToSignIn;
use crate::connection::Connection;
use crate::entry::{SetupPage, SignInPage, SignUpPage};
use crate::landing::Landing;
use crate::notes::NotesPage;
use crate::text::WORDS;

/// The whole app.
#[component]
pub(crate) fn App() -> impl IntoView {
    view! {
        <AuthProvider auth=Auth::new(Config::default()) app=WORDS.app>
            <Router>
                <SkipLink/>
                <Header/>
                <main id="main" class="app-main" tabindex="-1">
                    <FlatRoutes fallback=NotFound>
                        <Route path=path!("/") view=Landing/>
                        <Route path=path!("/sign-in") view=SignInPage/>
                        <Route path=path!("/sign-up") view=SignUpPage/>
                        <Route path=path!("/setup") view=SetupPage/>
                        <Route path=path!("/notes") view=NotesPage/>
                        <Route path=path!("/account") view=AccountPage/>
                        <Route path=path!("/admin") view=AdminPage/>
                    </FlatRoutes>
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
    view! { <a class="app-skip pc-button" href="#main" on:click=skip>{WORDS.skip}</a> }
}

#[component]
fn Header() -> impl IntoView {
    let navigate = use_navigate();
    let home = Callback::new(move |()| navigate("/", NavigateOptions::default()));
    view! {
        <header class="app-header">
            <div class="app-header__inner">
                <a class="app-brand" href="/" aria-label=WORDS.app>
                    {icon_sized(Glyph::Gate, 22)}
                    <span class="app-brand__name">{WORDS.app}</span>
                </a>
                <SignedIn>
                    <nav class="app-nav" aria-label=WORDS.nav>
                        <A href="/notes">{WORDS.nav_notes}</A>
                        <PermissionGate require=admin::READ>
                            <A href="/admin">{WORDS.nav_people}</A>
                        </PermissionGate>
                    </nav>
                </SignedIn>
                <div class="app-header__end">
                    <SignedIn><UserMenu on_signed_out=home/></SignedIn>
                    <SignedOut>
                        <a class="pc-button pc-button--quiet" href="/sign-in">{WORDS.sign_in}</a>
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
            <p>{WORDS.footer}</p>
            <a class="pc-link" href="/docs" rel="external">{WORDS.footer_api}</a>
        </footer>
    }
}

#[component]
fn AccountPage() -> impl IntoView {
    view! {
        <Page title=WORDS.account_title app=WORDS.app>
            <div class="app-settings">
                <Account fallback=|| view! { <AskToSignIn/> }/>
            </div>
        </Page>
    }
}

#[component]
fn AdminPage() -> impl IntoView {
    view! {
        <Page title=WORDS.admin_title app=WORDS.app>
            <div class="pc-stack">
                <Admin fallback=|| view! { <AskToSignIn/> }/>
            </div>
        </Page>
    }
}

#[component]
fn NotFound() -> impl IntoView {
    view! {
        <Page title=WORDS.not_found_title app=WORDS.app>
            <Blank whole_page=true glyph=Glyph::Gate title=WORDS.not_found_title lead=WORDS.not_found_lead>
                {html::a().class("pc-button").href("/").child(WORDS.not_found_home)}
            </Blank>
        </Page>
    }
}
