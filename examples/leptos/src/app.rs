use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::hooks::use_navigate;
use leptos_router::path;
use portcullis_sdk::{Auth, Config, Session};
use portcullis_web::{
    Account, AuthProvider, PermissionGate, SignIn, SignUp, SignedIn, SignedOut, UserMenu, use_auth,
};

use crate::notes::Notes;
use crate::passkey::Passkey;

#[component]
pub fn App() -> impl IntoView {
    view! {
        <AuthProvider auth=Auth::new(Config::default()) app="Notes">
            <Router>
                <main>
                    <Trouble/>
                    <FlatRoutes fallback=Home>
                        <Route path=path!("/") view=Home/>
                        <Route path=path!("/sign-up") view=Join/>
                        <Route path=path!("/account") view=Settings/>
                    </FlatRoutes>
                </main>
            </Router>
        </AuthProvider>
    }
}

#[component]
fn Home() -> impl IntoView {
    view! {
        <SignedOut>
            <SignIn sign_up_href="/sign-up"/>
        </SignedOut>
        <SignedIn>
            <h1>{"Notes"}</h1>
            <Hello/>
            <PermissionGate require="notes:delete"
                denied=|| view! { <p>{"You see your own notes."}</p> }>
                <p>{"You are a moderator: you see everybody’s notes."}</p>
            </PermissionGate>
            <PermissionGate require="notes:write"
                denied=|| view! { <p>{"You may not write notes."}</p> }>
                <Notes/>
            </PermissionGate>
        </SignedIn>
    }
}

#[component]
fn Hello() -> impl IntoView {
    let auth = use_auth();
    let name = move || auth.user().map(|user| user.name);
    view! {
        <header>
            <p>{"Hello, "} {name}</p>
            <Passkey/>
            <UserMenu/>
        </header>
    }
}

#[component]
fn Join() -> impl IntoView {
    let navigate = use_navigate();
    let home = Callback::new(move |()| navigate("/", Default::default()));
    view! { <SignUp on_done=home sign_in_href="/"/> }
}

#[component]
fn Settings() -> impl IntoView {
    view! {
        <p><a href="/">{"Notes"}</a></p>
        <div class="pc-stack">
            <Account fallback=|| view! { <SignIn sign_up_href="/sign-up"/> }/>
        </div>
    }
}

/// What may be in the way, in words.
#[component]
fn Trouble() -> impl IntoView {
    let auth = use_auth();
    let trouble = move || match auth.session() {
        Session::Unreachable => Some("The server cannot be reached."),
        Session::SignedIn { stale: true, .. } => Some("You are offline."),
        _ => None,
    };
    move || trouble().map(|words| view! { <p role="alert">{words}</p> })
}
