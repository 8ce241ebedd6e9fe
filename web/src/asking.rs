//! What the pages have in common that ask whether an application gets something: who it is, what it
//! wants, and the two answers.

use leptos::html;
use leptos::prelude::*;

use crate::text::{Text, fill, use_text};
use crate::ui::{Button, Glyph, Look, avatar, icon};

/// The logo of an application, or its initials: where it has no logo, until that is there, and if
/// it does not come.
pub(crate) fn logo(name: &str, uri: Option<String>) -> impl IntoView + use<> {
    // Nobody shall show a logo who could be changed on the way.
    let uri = uri.filter(|uri| uri.starts_with("https://"));
    let broken = RwSignal::new(false);
    let image = move || {
        uri.clone().filter(|_| !broken.get()).map(|uri| {
            html::img()
                .class("pc-logo__image")
                .src(uri)
                .alt("")
                .attr("referrerpolicy", "no-referrer")
                .on(leptos::ev::error, move |_| broken.set(true))
        })
    };
    html::span()
        .class("pc-logo")
        .aria_hidden("true")
        .child((avatar(name, "pc-avatar pc-avatar--large"), image))
}

/// What a scope lets an application do; one that is not known here is told by its name.
pub(crate) fn scope_in_words(scope: &str, text: &Text) -> String {
    match scope {
        "openid" => text.scope_openid.to_owned(),
        "profile" => text.scope_profile.to_owned(),
        "email" => text.scope_email.to_owned(),
        "address" => text.scope_address.to_owned(),
        "phone" => text.scope_phone.to_owned(),
        "groups" => text.scope_groups.to_owned(),
        "roles" => text.scope_roles.to_owned(),
        "permissions" => text.scope_permissions.to_owned(),
        "offline_access" => text.scope_offline_access.to_owned(),
        other => fill(text.scope_other, &[("scope", other)]),
    }
}

/// What an application may do with all of these, a line each.
pub(crate) fn wishes_in_words(scopes: &[String], resources: &[String], text: &Text) -> Vec<String> {
    let scopes = scopes.iter().map(|scope| scope_in_words(scope, text));
    let resources = resources
        .iter()
        .map(|it| fill(text.scope_resource, &[("resource", it)]));
    scopes.chain(resources).collect()
}

/// The list of what an application wants.
#[component]
pub(crate) fn Wishes(
    /// Scopes.
    scopes: Vec<String>,
    /// Services that it wants to use.
    #[prop(default = Vec::new())]
    resources: Vec<String>,
) -> impl IntoView {
    let text = use_text();
    let wishes = wishes_in_words(&scopes, &resources, text);
    if wishes.is_empty() {
        return view! { <p>{text.consent_nothing}</p> }.into_any();
    }
    let wish = |wish: String| {
        html::li().child((
            icon(Glyph::Check),
            html::span().class("pc-wishes__what").child(wish),
        ))
    };
    view! {
        <div>
            <p>{text.consent_could}</p>
            <ul class="pc-wishes">{wishes.into_iter().map(wish).collect_view()}</ul>
        </div>
    }
    .into_any()
}

/// The two answers, side by side: neither is easier to give than the other.
#[component]
pub(crate) fn Answers(
    /// The answer on its way, if one is.
    sending: RwSignal<Option<bool>>,
    /// Called with the answer.
    #[prop(into)]
    on_answer: Callback<bool>,
) -> impl IntoView {
    let text = use_text();
    let press = move |allow: bool| {
        Callback::new(move |()| {
            if sending.get_untracked().is_none() {
                on_answer.run(allow);
            }
        })
    };
    let is_on = move |allow: bool| Signal::derive(move || sending.get() == Some(allow));
    view! {
        <div class="pc-answers">
            <Button wide=true busy=is_on(false) on_press=press(false)>{text.consent_deny}</Button>
            <Button look=Look::Primary wide=true busy=is_on(true) on_press=press(true)>
                {text.consent_allow}
            </Button>
        </div>
    }
}

/// Links to how an application treats people's data, and its terms.
#[component]
pub(crate) fn Policies(
    /// How it treats people's data.
    policy: Option<String>,
    /// Its terms of service.
    terms: Option<String>,
) -> impl IntoView {
    let text = use_text();
    let link = |href: Option<String>, words: &'static str| {
        href.filter(|href| href.starts_with("https://"))
            .map(|href| {
                html::a()
                    .class("pc-link")
                    .href(href)
                    .target("_blank")
                    .rel("noopener noreferrer")
                    .child(words)
            })
    };
    let both = [
        link(policy, text.consent_policy),
        link(terms, text.consent_terms),
    ];
    let links: Vec<_> = both.into_iter().flatten().collect();
    (!links.is_empty()).then(|| html::p().class("pc-links pc-small").child(links))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;

    #[test]
    fn scopes_are_told_in_words_and_unknown_ones_by_their_names() {
        for language in Language::ALL {
            let text = language.text();
            let known = ["openid", "profile", "email"].map(|scope| scope_in_words(scope, text));
            assert!(known.iter().all(|words| !words.is_empty()), "{language:?}");
            assert!(known[0] != known[1] && known[1] != known[2], "{language:?}");
            let other = scope_in_words("orders:read", text);
            assert!(other.contains("orders:read"), "{language:?}");
        }
    }

    #[test]
    fn services_stand_after_scopes() {
        let list = |words: &[&str]| words.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        let text = Language::English.text();
        let wishes = wishes_in_words(&list(&["openid"]), &list(&["https://a.example"]), text);
        assert_eq!(
            wishes,
            ["Know who you are", "Use https://a.example in your name"]
        );
        assert!(wishes_in_words(&[], &[], text).is_empty());
    }
}
