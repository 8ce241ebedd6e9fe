//! The pages of administration: people, and clients.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::{use_navigate, use_params_map};
use portcullis_web::admin::clients::{Clients, EditClient, NewClient};
pub(crate) use portcullis_web::admin::{READ as PEOPLE, clients::READ};
use portcullis_web::ui::Page;
use portcullis_web::{Admin, PermissionGate};

use crate::about::app_name;
use crate::ask::AskToSignIn;
use crate::text::use_words;

/// Whether an address is one of these pages'.
pub(crate) fn is_of(path: &str) -> bool {
    path == "/admin" || path.starts_with("/admin/")
}

#[component]
pub(crate) fn AdminPage() -> impl IntoView {
    view! {
        <Page title=use_words().admin_title app=app_name()>
            <div class="pc-stack">
                <AdminTabs/>
                <Admin fallback=|| view! { <AskToSignIn/> }/>
            </div>
        </Page>
    }
}

/// The pages of administration, for those who may see several.
#[component]
fn AdminTabs() -> impl IntoView {
    view! {
        <PermissionGate all=[PEOPLE, READ]>
            <nav class="app-tabs" aria-label=use_words().nav_admin>
                <A href="/admin" exact=true>{use_words().nav_people}</A>
                <A href=CLIENTS>{use_words().nav_clients}</A>
            </nav>
        </PermissionGate>
    }
}

/// Where the clients are.
pub(crate) const CLIENTS: &str = "/admin/clients";

/// Where a client's page is.
fn client_href(id: &str) -> String {
    let id = String::from(js_sys::encode_uri_component(id));
    format!("{CLIENTS}/{id}")
}

#[component]
pub(crate) fn ClientsPage() -> impl IntoView {
    view! {
        <Page title=use_words().nav_clients app=app_name()>
            <div class="pc-stack">
                <AdminTabs/>
                <Clients href=client_href new_href="/admin/new-client"
                    fallback=|| view! { <AskToSignIn/> }/>
            </div>
        </Page>
    }
}

#[component]
pub(crate) fn ClientPage() -> impl IntoView {
    let navigate = use_navigate();
    let deleted = Callback::new(move |()| navigate(CLIENTS, NavigateOptions::default()));
    let id = use_params_map()
        .get_untracked()
        .get("id")
        .unwrap_or_default();
    view! {
        <Page title=use_words().nav_clients app=app_name()>
            <EditClient id list_href=CLIENTS on_deleted=deleted
                fallback=|| view! { <AskToSignIn/> }/>
        </Page>
    }
}

#[component]
pub(crate) fn NewClientPage() -> impl IntoView {
    let navigate = use_navigate();
    let done = Callback::new(move |to: String| navigate(&to, NavigateOptions::default()));
    view! {
        <Page title=use_words().nav_clients app=app_name()>
            <NewClient list_href=CLIENTS href=client_href on_done=done
                fallback=|| view! { <AskToSignIn/> }/>
        </Page>
    }
}

#[cfg(test)]
mod tests {
    use super::is_of;

    #[test]
    fn addresses_below_admin_are_of_administration() {
        for path in ["/admin", "/admin/", "/admin/clients/a"] {
            assert!(is_of(path), "{path}");
        }
        for path in ["/", "/administration", "/account", "/notes/admin"] {
            assert!(!is_of(path), "{path}");
        }
    }
}
