//! The menu behind one's initials: who is signed in, the way to the account, and the way out.

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;

use crate::auth::{use_auth, use_toasts};
use crate::errors::message_of;
use crate::text::{fill, use_text};
use crate::ui::{Glyph, avatar, icon, unique_id};

/// The user's menu; nothing while nobody is signed in.
#[component]
pub fn UserMenu(
    /// Where the account page is.
    #[prop(default = "/account".to_owned(), into)]
    account_href: String,
    /// Called after signing out.
    #[prop(optional, into)]
    on_signed_out: Option<Callback<()>>,
) -> impl IntoView {
    let text = use_text();
    let auth = use_auth();
    let open = RwSignal::new(false);
    let root = NodeRef::<html::Div>::new();
    let opener = NodeRef::<html::Button>::new();
    let sheet = unique_id("menu");

    let inside = move |target: Option<web_sys::EventTarget>| {
        let node = target.and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        root.get_untracked()
            .is_some_and(|root| root.contains(node.as_ref()))
    };
    let outside_click = window_event_listener(leptos::ev::pointerdown, move |event| {
        if open.get_untracked() && !inside(event.target()) {
            open.set(false);
        }
    });
    on_cleanup(move || outside_click.remove());

    let close_to_opener = move || {
        open.set(false);
        if let Some(opener) = opener.get_untracked() {
            // The opener is in the page as long as the menu is.
            _ = opener.focus();
        }
    };
    let keys = move |event: web_sys::KeyboardEvent| {
        let Some(root) = root.get_untracked() else {
            return;
        };
        match event.key().as_str() {
            "Escape" if open.get_untracked() => close_to_opener(),
            "ArrowDown" | "ArrowUp" => {
                event.prevent_default();
                open.set(true);
                let down = event.key() == "ArrowDown";
                request_animation_frame(move || step_focus(&root, down));
            }
            _ => {}
        }
    };
    let user = Memo::new(move |_| auth.user());
    move || {
        let account_href = account_href.clone();
        let sheet = sheet.clone();
        user.get().map(|user| {
            let label = fill(text.menu_label, &[("name", &user.name)]);
            let face = avatar(&user.name, "pc-avatar");
            let controls = sheet.clone();
            let who = (user.name, user.email);
            let items = move || {
                let (name, email) = who.clone();
                let (account_href, id) = (account_href.clone(), sheet.clone());
                open.get()
                    .then(|| view! { <Sheet id name email account_href open on_signed_out/> })
            };
            view! {
                <div class="pc-menu" node_ref=root on:keydown=keys
                    on:focusout=move |event| {
                        if event.related_target().is_some() && !inside(event.related_target()) {
                            open.set(false);
                        }
                    }>
                    <button type="button" class="pc-menu__button" node_ref=opener aria-label=label
                        aria-expanded=move || if open.get() { "true" } else { "false" }
                        aria-controls=controls
                        on:click=move |_| open.update(|open| *open = !*open)>
                        {face}
                    </button>
                    {items}
                </div>
            }
        })
    }
}

/// What the menu offers while it is open.
#[component]
fn Sheet(
    id: String,
    name: String,
    email: String,
    account_href: String,
    open: RwSignal<bool>,
    on_signed_out: Option<Callback<()>>,
) -> impl IntoView {
    let text = use_text();
    let auth = use_auth();
    let toasts = use_toasts();
    let leaving = RwSignal::new(false);
    let sheet = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        if let Some(sheet) = sheet.get() {
            make_room(&sheet);
        }
    });
    let sign_out = move |_| {
        if leaving.get_untracked() {
            return;
        }
        leaving.set(true);
        spawn_local(async move {
            let result = auth.client().sign_out(false).await;
            _ = leaving.try_set(false);
            match result {
                Ok(()) => {
                    _ = open.try_set(false);
                    if let Some(done) = on_signed_out {
                        done.run(());
                    }
                }
                Err(error) => toasts.say(message_of(&error, text)),
            }
        });
    };
    view! {
        <div class="pc-menu__sheet" node_ref=sheet id=id>
            <div class="pc-menu__who">
                <p><strong>{name}</strong></p>
                <p class="pc-soft pc-small">{email}</p>
            </div>
            <a class="pc-menu__item" href=account_href on:click=move |_| open.set(false)>
                {icon(Glyph::Person)} {text.menu_account}
            </a>
            <button type="button" class="pc-menu__item" on:click=sign_out
                aria-busy=move || leaving.get().then_some("true")>
                {icon(Glyph::Leave)}
                {move || if leaving.get() { text.menu_signing_out } else { text.menu_sign_out }}
            </button>
        </div>
    }
}

/// Opens it towards the other side where there is no room on this one, else across the page.
fn make_room(sheet: &web_sys::HtmlElement) {
    for side in ["start", "across"] {
        if is_cut_off(sheet) {
            sheet.set_class_name(&format!("pc-menu__sheet pc-menu__sheet--{side}"));
        }
    }
}

/// Whether a part of it is outside of the page.
fn is_cut_off(sheet: &web_sys::HtmlElement) -> bool {
    let mut left = 0;
    let mut next = Some(sheet.clone());
    while let Some(element) = next {
        left += element.offset_left();
        next = element
            .offset_parent()
            .and_then(|parent| parent.dyn_into().ok());
    }
    let page = document().document_element();
    left < 0 || page.is_some_and(|page| left + sheet.offset_width() > page.client_width())
}

/// Moves the focus to the next or previous item, around the ends.
fn step_focus(root: &web_sys::HtmlDivElement, down: bool) {
    let Ok(items) = root.query_selector_all(".pc-menu__item") else {
        return;
    };
    let active = document().active_element();
    let all: Vec<web_sys::HtmlElement> = (0..items.length())
        .filter_map(|i| items.item(i)?.dyn_into().ok())
        .collect();
    let here = all
        .iter()
        .position(|item| active.as_ref() == Some(item.as_ref()));
    let next = match (here, down) {
        (None, true) => 0,
        (None, false) => all.len().saturating_sub(1),
        (Some(at), true) => (at + 1) % all.len(),
        (Some(at), false) => (at + all.len() - 1) % all.len(),
    };
    if let Some(item) = all.get(next) {
        // Items are in the page as long as the menu is open.
        _ = item.focus();
    }
}
