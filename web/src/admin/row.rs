//! One user in the admin's table: roles to give and take, and whether they may sign in.

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use portcullis_types::admin::{AdminUserView, RoleView};

use super::{MANAGE, api};
use crate::auth::{use_auth, use_toasts};
use crate::errors::message_of;
use crate::gate::PermissionGate;
use crate::text::{fill, use_text};
use crate::time::Moment;
use crate::ui::{Button, Dialog, Look, avatar};

#[component]
pub(super) fn UserRow(
    user: ArcRwSignal<AdminUserView>,
    roles: RwSignal<Vec<RoleView>>,
) -> impl IntoView {
    let text = use_text();
    let auth = use_auth();
    let user = RwSignal::from(user);
    let first = user.get_untracked();
    let own = Memo::new(move |_| auth.user().is_some_and(|me| me.id == first.id));
    let enabled = Memo::new(move |_| user.with(|user| user.enabled));

    let ways_in = move || {
        user.with(|user| {
            let passkeys = text
                .admin_passkeys
                .count(user.passkeys.into(), text.language);
            let sessions = text
                .admin_sessions
                .count(user.sessions.into(), text.language);
            html::div().child((html::p().child(passkeys), html::p().child(sessions)))
        })
    };
    let badges = move || {
        let badge = |class, words| html::span().class(class).child(words);
        (
            own.get()
                .then(|| badge("pc-badge pc-badge--accent", text.admin_you)),
            (!enabled.get()).then(|| badge("pc-badge pc-badge--danger", text.admin_off)),
        )
    };
    let chips = move || {
        roles
            .get()
            .into_iter()
            .map(|role| view! { <RoleChip user role/> })
            .collect_view()
    };
    let only_names = move || {
        let names = user.with(|user| user.roles.clone()).into_iter();
        names
            .map(|name| html::span().class("pc-badge").child(name))
            .collect_view()
    };
    let face = if first.name.is_empty() {
        first.email.clone()
    } else {
        first.name.clone()
    };
    view! {
        <tr role="row">
            <td role="cell">
                <div class="pc-person">
                    {avatar(&face, "pc-avatar")}
                    <div>
                        <p class="pc-row__title">
                            {html::span().class("pc-person__name").child(first.name)} {badges}
                        </p>
                        <p class="pc-person__email">{first.email}</p>
                    </div>
                </div>
            </td>
            <td role="cell" data-label=text.admin_roles>
                <div class="pc-chips">
                    <PermissionGate require=MANAGE denied=only_names>{chips}</PermissionGate>
                </div>
            </td>
            <td role="cell" class="pc-table__tight" data-label=text.admin_ways_in>{ways_in}</td>
            <td role="cell" class="pc-table__tight" data-label=text.admin_joined>
                <Moment at=first.created_at/>
            </td>
            <td role="cell">
                <PermissionGate require=MANAGE><Access user own enabled/></PermissionGate>
            </td>
        </tr>
    }
}

/// A role as a toggle; follows the server's answer, and goes back if it is a refusal.
#[component]
fn RoleChip(user: RwSignal<AdminUserView>, role: RoleView) -> impl IntoView {
    let text = use_text();
    let auth = use_auth();
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let name = StoredValue::new(role.name.clone());
    let has =
        Memo::new(move |_| user.with(|user| name.with_value(|name| user.roles.contains(name))));
    let words = move |template: &str| {
        let who = user.with_untracked(|user| user.name.clone());
        name.with_value(|role| fill(template, &[("name", &who), ("role", role)]))
    };
    let put = move |on: bool| {
        user.update(|user| {
            let role = name.get_value();
            user.roles.retain(|other| *other != role);
            if on {
                user.roles.push(role);
                user.roles.sort();
            }
        });
    };
    let toggle = move |_| {
        if busy.get_untracked() {
            return;
        }
        let on = !has.get_untracked();
        let (id, role) = (user.with_untracked(|user| user.id), name.get_value());
        busy.set(true);
        put(on);
        spawn_local(async move {
            let role = role.as_str();
            let result = auth
                .confirmed(|client| async move { api::set_role(&client, id, role, on).await })
                .await;
            if busy.try_set(false).is_some() {
                return;
            }
            match result {
                Ok(()) => toasts.say(words(if on {
                    text.admin_role_given
                } else {
                    text.admin_role_taken
                })),
                Err(error) => {
                    put(!on);
                    let message = message_of(&error, text);
                    if !message.is_empty() {
                        toasts.say(message);
                    }
                }
            }
        });
    };
    let label = words(text.admin_role_give);
    let title = format!("{} ({})", role.description, role.permissions.join(", "));
    html::button()
        .r#type("button")
        .class("pc-chip")
        .aria_pressed(move || if has.get() { "true" } else { "false" })
        .aria_busy(move || busy.get().then_some("true"))
        .aria_label(label)
        .title(title)
        .on(leptos::ev::click, toggle)
        .child(role.name)
}

/// The button that lets a user in or keeps them out, the latter after a question.
#[component]
fn Access(user: RwSignal<AdminUserView>, own: Memo<bool>, enabled: Memo<bool>) -> impl IntoView {
    let text = use_text();
    let auth = use_auth();
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let asking = RwSignal::new(false);
    let words = move |template: &str| {
        user.with(|user| fill(template, &[("name", &user.name), ("email", &user.email)]))
    };
    let set = move |on: bool| {
        let id = user.with_untracked(|user| user.id);
        busy.set(true);
        spawn_local(async move {
            let result = auth
                .confirmed(|client| async move { api::set_enabled(&client, id, on).await })
                .await;
            if busy.try_set(false).is_some() {
                return;
            }
            asking.set(false);
            match result {
                Ok(()) => {
                    user.update(|user| {
                        user.enabled = on;
                        if !on {
                            user.sessions = 0;
                        }
                    });
                    let done = if on {
                        text.admin_enabled
                    } else {
                        text.admin_disabled
                    };
                    toasts.say(untrack(|| words(done)));
                }
                Err(error) => {
                    let message = message_of(&error, text);
                    if !message.is_empty() {
                        toasts.say(message);
                    }
                }
            }
        });
    };
    let press = Callback::new(move |()| {
        if enabled.get_untracked() {
            asking.set(true);
        } else {
            set(true);
        }
    });
    let close = Callback::new(move |()| asking.set(false));
    let label = Signal::derive(move || {
        words(if enabled.get() {
            text.admin_disable_for
        } else {
            text.admin_enable_for
        })
    });
    let look = Signal::derive(move || {
        if enabled.get() {
            Look::QuietDanger
        } else {
            Look::Plain
        }
    });
    let title = Signal::derive(move || words(text.admin_disable_title));
    let lead = Signal::derive(move || words(text.admin_disable_lead));
    let button_busy = Signal::derive(move || busy.get() && !asking.get());
    view! {
        {move || (!own.get()).then(|| view! {
            <Button look label busy=button_busy on_press=press>
                {move || if enabled.get() { text.admin_disable } else { text.admin_enable }}
            </Button>
        })}
        <Dialog open=asking title lead on_close=close>
            <div class="pc-actions pc-actions--end">
                <Button on_press=close>{text.cancel}</Button>
                <Button look=Look::Destroy busy on_press=Callback::new(move |()| set(false))>
                    {text.admin_disable}
                </Button>
            </div>
        </Dialog>
    }
}
