//! The admin pages: who can sign in, and what each may do; and OAuth clients ([`clients`]).

use std::time::Duration;

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use portcullis_types::UserId;
use portcullis_types::admin::{AdminUserView, RoleView};

mod api;
pub mod clients;
mod row;

use crate::auth::use_auth;
use crate::gate::PermissionGate;
use crate::text::{fill, use_text};
use crate::ui::{Blank, Bones, Button, Failure, Glyph, Load, icon, rescue_focus, unique_id};
use row::UserRow;

/// What the server asks for before it shows accounts.
pub const READ: &str = "users:read";
/// What it asks for before it changes them.
pub const MANAGE: &str = "users:manage";

/// The users found so far, each a signal of its own, so that one change redraws one row.
type Found = Vec<(UserId, ArcRwSignal<AdminUserView>)>;

/// The page of users for those who may manage them.
#[component]
pub fn Admin(
    /// Shown while nobody is signed in.
    #[prop(optional, into)]
    fallback: ViewFn,
) -> impl IntoView {
    let text = use_text();
    let denied = move || {
        view! {
            <h1 tabindex="-1">{text.admin_title}</h1>
            <div class="pc-card">
                <Blank glyph=Glyph::Lock title=text.admin_denied_title
                    lead=fill(text.admin_denied, &[("permission", READ)])/>
            </div>
        }
    };
    view! {
        <PermissionGate require=READ fallback loading=|| view! { <Bones rows=6/> } denied>
            <header class="pc-section__head">
                <h1 tabindex="-1">{text.admin_title}</h1>
                <p>{text.admin_lead}</p>
            </header>
            <Users/>
        </PermissionGate>
    }
}

/// The search field, the table and the way to more.
#[component]
fn Users() -> impl IntoView {
    let text = use_text();
    let auth = use_auth();
    let search = RwSignal::new(String::new());
    let found = RwSignal::new(Load::<Found>::Waiting);
    let next = RwSignal::new(None::<UserId>);
    let more = RwSignal::new(false);
    let roles = RwSignal::new(Vec::<RoleView>::new());
    // Counts the searches, so that a slow answer to an old one is not taken for the newest.
    let round = StoredValue::new(0_u32);

    let load = Callback::new(move |()| {
        round.update_value(|round| *round = round.wrapping_add(1));
        let mine = round.get_value();
        let words = search.get_untracked();
        spawn_local(async move {
            let client = auth.client();
            if roles.try_with_untracked(Vec::is_empty) == Some(true) {
                match api::roles(&client).await {
                    Ok(all) => _ = roles.try_set(all),
                    Err(error) => {
                        _ = found.try_set(Load::Failed(error));
                        return;
                    }
                }
            }
            let answer = api::users(&client, words.trim(), None).await;
            if round.try_get_value() == Some(mine) {
                _ = next.try_set(answer.as_ref().ok().and_then(|page| page.next));
                _ = found.try_set(answer.map(|page| signals(page.users)).into());
            }
        });
    });
    load.run(());

    let load_more = Callback::new(move |()| {
        let (mine, words) = (round.get_value(), search.get_untracked());
        let Some(after) = next.get_untracked() else {
            return;
        };
        more.set(true);
        spawn_local(async move {
            let answer = api::users(&auth.client(), words.trim(), Some(after)).await;
            _ = more.try_set(false);
            if round.try_get_value() != Some(mine) {
                return;
            }
            match answer {
                Ok(page) => {
                    _ = next.try_set(page.next);
                    rescue_focus(&["main h1"]);
                    _ = found.try_update(|found| {
                        if let Some(all) = found.ready_mut() {
                            all.extend(signals(page.users));
                        }
                    });
                }
                Err(error) => _ = found.try_set(Load::Failed(error)),
            }
        });
    });
    let mut wait = debounce(Duration::from_millis(200), move |()| load.run(()));
    let id = unique_id("search");
    let typed = move |event: web_sys::Event| {
        search.set(event_target_value(&event));
        wait(());
    };
    let clear = Callback::new(move |()| {
        search.set(String::new());
        load.run(());
    });
    let count = move || {
        let count = found.with(|found| found.ready().map(Vec::len))?;
        let words = if next.get().is_some() {
            &text.admin_count_more
        } else {
            &text.admin_count
        };
        Some(words.count(u64::try_from(count).unwrap_or(u64::MAX), text.language))
    };
    let nobody = move || {
        let lead = fill(
            text.admin_none,
            &[("search", search.get_untracked().trim())],
        );
        view! {
            <Blank glyph=Glyph::People title=text.admin_none_title lead>
                <Button on_press=clear>{text.admin_clear}</Button>
            </Blank>
        }
    };
    let table = move || match found.get() {
        Load::Waiting => view! { <Bones rows=5/> }.into_any(),
        Load::Failed(error) => view! { <Failure error on_retry=load/> }.into_any(),
        Load::Ready(users) if users.is_empty() => nobody().into_any(),
        Load::Ready(_) => view! { <Table found roles/> }.into_any(),
    };
    view! {
        <div class="pc-stack">
            <div class="pc-toolbar">
                <div class="pc-search" role="search">
                    {icon(Glyph::Lens)}
                    <label class="pc-hidden-visually" for=id.clone()>{text.admin_search}</label>
                    <input class="pc-input" type="search" id=id placeholder=text.admin_search
                        autocomplete="off" spellcheck="false"
                        prop:value=move || search.get() on:input=typed/>
                </div>
                <p class="pc-soft pc-small" role="status">{count}</p>
            </div>
            <div class="pc-card">{table}</div>
            {move || next.get().map(|_| {
                view! { <div class="pc-actions"><Button busy=more on_press=load_more>{text.admin_more}</Button></div> }
            })}
        </div>
    }
}

fn signals(users: Vec<AdminUserView>) -> Found {
    users
        .into_iter()
        .map(|user| (user.id, ArcRwSignal::new(user)))
        .collect()
}

/// The users as a table; narrow screens show the same table as cards, and the roles spelled out
/// keep it a table for screen readers there.
#[component]
fn Table(found: RwSignal<Load<Found>>, roles: RwSignal<Vec<RoleView>>) -> impl IntoView {
    let text = use_text();
    let heads = [
        text.admin_person,
        text.admin_roles,
        text.admin_ways_in,
        text.admin_joined,
        text.admin_access,
    ];
    let heads = heads.map(|name| {
        html::th()
            .attr("scope", "col")
            .role("columnheader")
            .child(name)
    });
    view! {
        <table class="pc-table pc-dense" role="table" aria-label=text.admin_title>
            <thead role="rowgroup"><tr role="row">{heads.into_iter().collect_view()}</tr></thead>
            <tbody role="rowgroup">
                <For
                    each=move || found.with(|found| found.ready().cloned().unwrap_or_default())
                    key=|(id, _)| *id
                    children=move |(_, user)| view! { <UserRow user roles/> }
                />
            </tbody>
        </table>
    }
}
