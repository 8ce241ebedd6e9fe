//! Who one is: name, roles, and changing what one says of oneself.

use leptos::prelude::*;
use leptos::task::spawn_local;
use portcullis_sdk::{Auth, AuthError};
use portcullis_types::paths;
use portcullis_types::profile::{PostalAddress, Profile as Said, ProfileView};

use super::Section;
use crate::auth::{use_auth, use_toasts};
use crate::errors::show;
use crate::text::{fill, use_text};
use crate::time::day_in_words;
use crate::ui::{
    Bones, Button, Failure, Field, FormStatus, Glyph, Input, Load, Look, avatar, icon,
};

async fn shown(client: Auth) -> Result<ProfileView, AuthError> {
    client.request("GET", paths::PROFILE, None::<&()>).await
}

async fn replaced(client: Auth, view: ProfileView) -> Result<ProfileView, AuthError> {
    client.request("PUT", paths::PROFILE, Some(&view)).await
}

/// The section of the account page about who one is.
#[component]
pub fn Profile() -> impl IntoView {
    let text = use_text();
    let auth = use_auth();
    let editing = RwSignal::new(false);
    let card = move || {
        auth.view().map(|view| {
            let since = fill(
                text.profile_since,
                &[("date", &day_in_words(view.user.created_at, text))],
            );
            let roles = view.roles.into_iter().map(|role| {
                leptos::html::span()
                    .class("pc-badge pc-badge--accent")
                    .child(role)
            });
            view! {
                {avatar(&view.user.name, "pc-avatar pc-avatar--large")}
                <div class="pc-row__main">
                    <p class="pc-row__title">{view.user.name.clone()} {roles.collect_view()}</p>
                    <p class="pc-row__meta">
                        <span>{view.user.email}</span>
                        <span>{since}</span>
                    </p>
                </div>
            }
        })
    };
    view! {
        <Section id="profile" title=text.profile_title lead=text.profile_lead>
            <div class="pc-card">
                <div class="pc-row">
                    {card}
                    <div class="pc-row__actions">
                        <Button look=Look::Quiet bare=true label=text.profile_edit.to_owned()
                            on_press=Callback::new(move |()| editing.update(|on| *on = !*on))>
                            {icon(Glyph::Pencil)}
                        </Button>
                    </div>
                    {move || editing.get().then(|| view! { <Edit editing/> })}
                </div>
            </div>
        </Section>
    }
}

/// Asks for what is said now, and then lets it be changed.
#[component]
fn Edit(editing: RwSignal<bool>) -> impl IntoView {
    let auth = use_auth();
    let now = RwSignal::new(Load::Waiting);
    let load = Callback::new(move |()| {
        spawn_local(async move {
            let answer = shown(auth.client()).await;
            _ = now.try_set(answer.into());
        });
    });
    load.run(());
    move || match now.get() {
        Load::Waiting => view! { <Bones rows=1/> }.into_any(),
        Load::Failed(error) => view! { <Failure error on_retry=load/> }.into_any(),
        Load::Ready(view) => view! { <Form view editing/> }.into_any(),
    }
}

/// The fields of the form.
#[derive(Clone, Copy)]
struct Fields {
    name: Input,
    given: Input,
    family: Input,
    phone: Input,
    street: Input,
    code: Input,
    city: Input,
    country: Input,
}

impl Fields {
    fn of(view: &ProfileView) -> Self {
        let said = |text: &Option<String>| Input::with(text.clone().unwrap_or_default());
        let profile = &view.profile;
        let address = profile.address.clone().unwrap_or_default();
        Self {
            name: Input::with(view.name.clone()),
            given: said(&profile.given_name),
            family: said(&profile.family_name),
            phone: said(&profile.phone_number),
            street: said(&address.street_address),
            code: said(&address.postal_code),
            city: said(&address.locality),
            country: said(&address.country),
        }
    }

    /// What is to be said; what the form has no field for stays as it is.
    fn read(self, name: String, before: &ProfileView) -> ProfileView {
        let some = |input: Input| Some(input.text()).filter(|text| !text.trim().is_empty());
        // People write numbers with spaces and brackets; the server wants the digits.
        let phone = some(self.phone).map(|typed| {
            let punctuation = |c: char| c.is_whitespace() || "()-./".contains(c);
            typed.chars().filter(|c| !punctuation(*c)).collect()
        });
        let profile = before.profile.clone();
        let address = PostalAddress {
            street_address: some(self.street),
            postal_code: some(self.code),
            locality: some(self.city),
            country: some(self.country),
            ..profile.address.clone().unwrap_or_default()
        };
        ProfileView {
            name,
            profile: Said {
                given_name: some(self.given),
                family_name: some(self.family),
                phone_number: phone,
                address: Some(address).filter(|it| *it != PostalAddress::default()),
                ..profile
            },
        }
    }

    /// The fields by the names under which the server refuses them.
    fn named(self) -> [(&'static str, Input); 8] {
        [
            ("name", self.name),
            ("profile.given_name", self.given),
            ("profile.family_name", self.family),
            ("profile.phone_number", self.phone),
            ("profile.address.street_address", self.street),
            ("profile.address.postal_code", self.code),
            ("profile.address.locality", self.city),
            ("profile.address.country", self.country),
        ]
    }
}

#[component]
fn Form(view: ProfileView, editing: RwSignal<bool>) -> impl IntoView {
    let text = use_text();
    let auth = use_auth();
    let toasts = use_toasts();
    let fields = Fields::of(&view);
    let before = StoredValue::new(view);
    let busy = RwSignal::new(false);
    let status = RwSignal::new(String::new());

    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        status.set(String::new());
        let Some(name) = fields.name.needed(text.error_name) else {
            return;
        };
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let asked = before.with_value(|before| fields.read(name, before));
        spawn_local(async move {
            let result = auth
                .confirmed(|client| replaced(client, asked.clone()))
                .await;
            if busy.try_set(false).is_some() {
                return;
            }
            match result {
                Ok(_) => {
                    editing.set(false);
                    toasts.say(text.profile_saved);
                }
                Err(error) => show(&error, text, &fields.named(), status),
            }
        });
    };
    let keys = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Escape" {
            editing.set(false);
        }
    };
    view! {
        <form class="pc-row__form pc-form" novalidate on:submit=submit on:keydown=keys>
            <Field input=fields.name label=text.profile_name autocomplete="name" autofocus=true/>
            <Field input=fields.given label=text.profile_given_name autocomplete="given-name"
                optional=true/>
            <Field input=fields.family label=text.profile_family_name autocomplete="family-name"
                optional=true/>
            <Field input=fields.phone label=text.profile_phone autocomplete="tel" optional=true
                hint=text.profile_phone_hint.to_owned()/>
            <Field input=fields.street label=text.profile_street autocomplete="street-address"
                optional=true/>
            <Field input=fields.code label=text.profile_postal_code autocomplete="postal-code"
                optional=true/>
            <Field input=fields.city label=text.profile_city autocomplete="address-level2"
                optional=true/>
            <Field input=fields.country label=text.profile_country autocomplete="country-name"
                optional=true/>
            <div class="pc-actions">
                <Button look=Look::Primary submit=true busy>{text.save}</Button>
                <Button look=Look::Quiet on_press=Callback::new(move |()| editing.set(false))>
                    {text.cancel}
                </Button>
                <FormStatus message=status/>
            </div>
        </form>
    }
}
