//! The start page: what this is, and the ways in.

use leptos::html;
use leptos::prelude::*;
use portcullis_web::ui::Page;
use portcullis_web::{SignedIn, SignedOut};

use crate::gates::Gates;
use crate::text::use_words;

/// The start page.
#[component]
pub(crate) fn Landing() -> impl IntoView {
    let link = |class, href, words| html::a().class(class).href(href).child(words);
    let primary = "pc-button pc-button--primary";
    let roles = [
        (
            use_words().role_user,
            use_words().role_user_lead,
            "notes:write",
        ),
        (
            use_words().role_moderator,
            use_words().role_moderator_lead,
            "notes:write notes:read notes:delete",
        ),
        (use_words().role_admin, use_words().role_admin_lead, "*"),
    ];
    let roles = roles.map(|(name, lead, permissions)| {
        let permissions = permissions
            .split(' ')
            .map(|permission| html::span().class("pc-badge pc-mono").child(permission));
        view! {
            <li class="app-role">
                <h3>{name}</h3>
                <p class="pc-soft">{lead}</p>
                <p class="pc-chips">{permissions.collect_view()}</p>
            </li>
        }
    });
    view! {
        <Page title="" app=use_words().app>
            <div class="app-hero">
                <div class="app-hero__words">
                    <h1 class="app-hero__title" tabindex="-1">{use_words().landing_title}</h1>
                    <p class="app-hero__lead">{use_words().landing_lead}</p>
                    <div class="pc-actions app-hero__actions">
                        <SignedOut>
                            {link(primary, "/sign-up", use_words().landing_create)}
                            {link("pc-button", "/sign-in", use_words().sign_in)}
                        </SignedOut>
                        <SignedIn>{link(primary, "/notes", use_words().landing_open)}</SignedIn>
                    </div>
                    <p class="pc-soft pc-small app-hero__note">
                        <SignedOut>{use_words().landing_passkey}</SignedOut>
                    </p>
                </div>
                <Gates/>
            </div>
            <section class="app-roles" aria-labelledby="roles">
                <h2 id="roles">{use_words().roles_title}</h2>
                <ul class="app-roles__list">{roles.collect_view()}</ul>
                <p class="pc-soft pc-small app-roles__note">{use_words().roles_note}</p>
            </section>
        </Page>
    }
}
