//! The pages of OAuth clients: the list, registering one, and changing, renewing and deleting it.

use leptos::html;
use leptos::prelude::*;

mod api;
mod control;
mod edit;
mod form;
mod list;
mod new;
mod secret;
mod settings;
mod spec;
mod wire;

pub use edit::EditClient;
pub use new::NewClient;

use crate::gate::PermissionGate;
use crate::text::{fill, use_text};
use crate::ui::{Blank, Bones, Glyph};

/// What the server asks for before it shows clients.
pub const READ: &str = "clients:read";
/// What it asks for before it changes them.
pub const MANAGE: &str = "clients:manage";

/// Where the page of the client with an id is.
pub type Href = fn(&str) -> String;

/// The list of clients for those who may see them.
#[component]
pub fn Clients(
    /// Where a client's page is.
    href: Href,
    /// Where a new one is registered.
    new_href: &'static str,
    /// Shown while nobody is signed in.
    #[prop(optional, into)]
    fallback: ViewFn,
) -> impl IntoView {
    let text = use_text();
    view! {
        <Behind require=READ title=text.clients_title fallback>
            <header class="pc-section__head">
                <h1 tabindex="-1">{text.clients_title}</h1>
                <p>{text.clients_lead}</p>
            </header>
            <list::List href new_href/>
        </Behind>
    }
}

/// A page for those who have a permission; the others are told which.
#[component]
fn Behind(
    /// The permission.
    require: &'static str,
    /// The page's title, for those who lack it.
    title: &'static str,
    /// Shown while nobody is signed in.
    fallback: ViewFn,
    /// The page.
    children: ChildrenFn,
) -> impl IntoView {
    let text = use_text();
    let denied = move || {
        view! {
            <h1 tabindex="-1">{title}</h1>
            <div class="pc-card">
                <Blank glyph=Glyph::Lock title=text.admin_denied_title
                    lead=fill(text.admin_denied, &[("permission", require)])/>
            </div>
        }
    };
    view! {
        <PermissionGate require fallback loading=|| view! { <Bones rows=6/> } denied>
            {children()}
        </PermissionGate>
    }
}

/// The way back to the list.
fn back(list_href: &'static str) -> impl IntoView {
    html::a()
        .class("pc-link pc-back")
        .href(list_href)
        .child(format!("← {}", use_text().client_back))
}
