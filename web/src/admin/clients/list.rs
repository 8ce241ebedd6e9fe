//! The list of clients: searched, and read as far as one scrolls.

use std::time::Duration;

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::api::{self, ClientPage, ClientView};
use super::spec::WAYS;
use super::{Href, MANAGE};
use crate::auth::use_auth;
use crate::gate::PermissionGate;
use crate::text::{fill, use_text};
use crate::time::Moment;
use crate::ui::{
    Blank, Bones, Button, Failure, Glyph, Load, act, avatar, icon, part, rescue_focus, unique_id,
};

/// The search field, the table and the way to more.
#[component]
pub(super) fn List(
    /// Where a client's page is.
    href: Href,
    /// Where a new one is registered.
    new_href: &'static str,
) -> impl IntoView {
    let text = use_text();
    let auth = use_auth();
    let search = RwSignal::new(String::new());
    let found = RwSignal::new(Load::<Vec<ClientView>>::Waiting);
    let next = RwSignal::new(None::<String>);
    let more = RwSignal::new(false);
    // Counts the searches, so that a slow answer to an old one is not taken for the newest.
    let round = StoredValue::new(0_u32);

    // With `further`, what comes after what is there; else anew.
    let ask = Callback::new(move |further: bool| {
        if !further {
            round.update_value(|round| *round = round.wrapping_add(1));
        }
        let (mine, words) = (round.get_value(), search.get_untracked());
        let after = next.get_untracked().filter(|_| further);
        more.set(further);
        spawn_local(async move {
            let answer = api::clients(&auth.client(), words.trim(), after.as_deref()).await;
            if more.try_set(false).is_some() || round.try_get_value() != Some(mine) {
                return;
            }
            match answer {
                Ok(ClientPage {
                    clients,
                    next: then,
                }) => {
                    next.set(then);
                    if further {
                        rescue_focus(&["main h1"]);
                    }
                    found.update(|found| match found.ready_mut() {
                        Some(all) if further => all.extend(clients),
                        _ => *found = Load::Ready(clients),
                    });
                }
                Err(error) => found.set(Load::Failed(error)),
            }
        });
    });
    ask.run(false);
    let mut wait = debounce(Duration::from_millis(200), move |()| ask.run(false));
    let id = unique_id("search");
    let typed = act(move |event| {
        search.set(event_target_value(&event));
        wait(());
    });
    let clear = Callback::new(move |()| {
        search.set(String::new());
        ask.run(false);
    });
    let count = move || {
        let count = found.with(|found| found.ready().map(Vec::len))?;
        let words = if next.with(Option::is_some) {
            &text.clients_count_more
        } else {
            &text.clients_count
        };
        Some(words.count(u64::try_from(count).unwrap_or(u64::MAX), text.language))
    };
    let none = move || {
        let words = search.get_untracked();
        if words.trim().is_empty() {
            let (title, lead) = (text.clients_empty_title, text.clients_empty);
            return view! { <Blank glyph=Glyph::Key title lead/> }.into_any();
        }
        let lead = fill(text.clients_none, &[("search", words.trim())]);
        view! {
            <Blank glyph=Glyph::Key title=text.clients_none_title lead>
                <Button on_press=clear>{text.admin_clear}</Button>
            </Blank>
        }
        .into_any()
    };
    let retry = Callback::new(move |()| ask.run(false));
    let table = move || match found.get() {
        Load::Waiting => view! { <Bones rows=5/> }.into_any(),
        Load::Failed(error) => view! { <Failure error on_retry=retry/> }.into_any(),
        Load::Ready(clients) if clients.is_empty() => none(),
        Load::Ready(clients) => table(clients, href),
    };
    let further = Callback::new(move |()| ask.run(true));
    view! {
        <div class="pc-stack">
            <div class="pc-toolbar">
                <div class="pc-search" role="search">
                    {icon(Glyph::Lens)}
                    <label class="pc-hidden-visually" for=id.clone()>{text.clients_search}</label>
                    <input class="pc-input" type="search" id=id placeholder=text.clients_search
                        autocomplete="off" spellcheck="false"
                        prop:value=search on:input=typed/>
                </div>
                <p class="pc-soft pc-small pc-toolbar__count" role="status">{part(count)}</p>
                <PermissionGate require=MANAGE>
                    <a class="pc-button pc-button--primary" href=new_href>{text.client_new}</a>
                </PermissionGate>
            </div>
            <div class="pc-card">{part(table)}</div>
            {part(move || next.with(Option::is_some).then(|| view! {
                <div class="pc-actions"><Button busy=more on_press=further>{text.admin_more}</Button></div>
            }))}
        </div>
    }
}

/// The clients as a table; narrow screens show the same table as cards, and the roles spelled out
/// keep it a table for screen readers there.
fn table(clients: Vec<ClientView>, href: Href) -> AnyView {
    let text = use_text();
    let heads = [
        text.name,
        text.client_type,
        text.client_may,
        text.client_registered,
    ];
    let head = |name| {
        html::th()
            .attr("scope", "col")
            .role("columnheader")
            .child(name)
    };
    let rows = clients.iter().map(|it| row(it, href)).collect_view();
    view! {
        <table class="pc-table" role="table" aria-label=text.clients_title>
            <thead role="rowgroup"><tr role="row">{heads.map(head).collect_view()}</tr></thead>
            <tbody role="rowgroup">{rows}</tbody>
        </table>
    }
    .into_any()
}

fn row(view: &ClientView, href: Href) -> AnyView {
    let text = use_text();
    let (id, name) = (view.id(), view.name());
    let kind = if view.client.text("token_endpoint_auth_method") == "none" {
        text.client_public
    } else {
        text.client_confidential
    };
    // The settings know what the grants are called.
    let spec = &WAYS[0];
    let grants = view.client.read(spec);
    let has = |value: &str| grants.split(' ').any(|it| it == value);
    let may = spec.choices.iter().filter(|it| has(it.value));
    let may: Vec<_> = may.map(|it| html::li().child((it.label)(text))).collect();
    let registered = match view.created_at {
        Some(at) => view! { <Moment at/> }.into_any(),
        None => html::span()
            .class("pc-badge")
            .child(text.client_of_file)
            .into_any(),
    };
    view! {
        <tr role="row">
            <td role="cell">
                <div class="pc-person">
                    {avatar(&name, "pc-avatar")}
                    <div>
                        <a class="pc-link pc-person__name pc-target" href=href(&id)>{name}</a>
                        <p class="pc-person__email pc-mono">{id}</p>
                    </div>
                </div>
            </td>
            <td role="cell" class="pc-table__tight" data-label=text.client_type>{kind}</td>
            <td role="cell" class="pc-soft pc-small" data-label=text.client_may><ul>{may}</ul></td>
            <td role="cell" class="pc-table__tight" data-label=text.client_registered>{registered}</td>
        </tr>
    }
    .into_any()
}
