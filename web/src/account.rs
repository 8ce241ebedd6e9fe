//! The account page: who one is, and one's passkeys, password, sessions and connected applications.

use leptos::prelude::*;

use crate::auth::use_auth;
use crate::text::use_text;
use crate::ui::Bones;

mod applications;
mod passkey_row;
mod passkeys;
mod password;
mod profile;
mod recovery_codes;
mod second_factor;
mod sessions;

pub use applications::ConnectedApplications;
pub use passkeys::Passkeys;
pub use password::Password;
pub use profile::Profile;
pub use second_factor::SecondFactors;
pub use sessions::Sessions;

/// Everything about one's own account. Shows a skeleton until the session is known, and
/// `fallback` to people who are not signed in.
#[component]
pub fn Account(
    /// Shown while nobody is signed in.
    #[prop(optional, into)]
    fallback: ViewFn,
) -> impl IntoView {
    let text = use_text();
    let auth = use_auth();
    // Only another user, not every change of the session, draws the page anew: what is being typed
    // into its forms stays.
    let user_id = Memo::new(move |_| auth.user().map(|user| user.id));
    let pending = Memo::new(move |_| auth.is_pending());
    move || {
        if pending.get() {
            return view! { <Bones rows=4/> }.into_any();
        }
        if user_id.get().is_none() {
            return fallback.run().into_any();
        }
        view! {
            <h1 tabindex="-1">{text.account_title}</h1>
            <Profile/>
            <Passkeys/>
            <Password/>
            <SecondFactors/>
            <Sessions/>
            <ConnectedApplications/>
        }
        .into_any()
    }
}

/// A section of a settings page: what it is about beside what there is.
#[component]
pub(crate) fn Section(
    /// Its id, so that an address can point at it.
    id: &'static str,
    /// Its name.
    title: &'static str,
    /// What it is about.
    #[prop(into)]
    lead: Signal<&'static str>,
    /// What there is.
    children: Children,
) -> impl IntoView {
    let heading = format!("{id}-heading");
    let labelled_by = heading.clone();
    view! {
        <section class="pc-section" id=id aria-labelledby=labelled_by>
            <div class="pc-section__head">
                <h2 id=heading tabindex="-1">{title}</h2>
                <p>{lead}</p>
            </div>
            <div class="pc-section__body">{children()}</div>
        </section>
    }
}
