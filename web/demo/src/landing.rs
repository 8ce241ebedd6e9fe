//! The start page: what this is, and the ways in.

use leptos::html;
use leptos::prelude::*;
use portcullis_web::ui::Page;
use portcullis_web::{SignedIn, SignedOut};

use crate::gates::Gates;
use crate::text::WORDS;

/// The start page.
#[component]
pub(crate) fn Landing() -> impl IntoView {
    let link = |class, href, words| html::a().class(class).href(href).child(words);
    let primary = "pc-button pc-button--primary";
    let roles = [
        (WORDS.role_user, WORDS.role_user_lead, "notes:write"),
        (
            WORDS.role_moderator,
            WORDS.role_moderator_lead,
            "notes:write notes:read notes:delete",
        ),
        (WORDS.role_admin, WORDS.role_admin_lead, "*"),
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
        <Page title="" app=WORDS.app>
            <div class="app-hero">
                <div class="app-hero__words">
                    <h1 class="app-hero__title" tabindex="-1">{WORDS.landing_title}</h1>
                    <p class="app-hero__lead">{WORDS.landing_lead}</p>
                    <div class="pc-actions app-hero__actions">
                        <SignedOut>
                            {link(primary, "/sign-up", WORDS.sign_up)}
                            {link("pc-button", "/sign-in", WORDS.sign_in)}
                        </SignedOut>
                        <SignedIn>{link(primary, "/notes", WORDS.landing_open)}</SignedIn>
                    </div>
                    <p class="pc-soft pc-small app-hero__note">
                        <SignedOut>{WORDS.landing_passkey}</SignedOut>
                    </p>
                </div>
                <Gates/>
            </div>
            <section class="app-roles" aria-labelledby="roles">
                <h2 id="roles">{WORDS.roles_title}</h2>
                <ul class="app-roles__list">{roles.collect_view()}</ul>
                <p class="pc-soft pc-small app-roles__note">{WORDS.roles_note}</p>
            </section>
        </Page>
    }
}
