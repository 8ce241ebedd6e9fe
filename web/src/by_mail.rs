//! The pages that mails lead to: another password, an address shown to be one's own, and "this was not
//! me". Nothing happens by opening one: programs that look through mail open links as well.

use leptos::html;
use leptos::prelude::*;

mod forgot;
mod not_me;
mod reset;
mod verify;

pub use forgot::ForgotPassword;
pub use not_me::NotMe;
pub use reset::ResetPassword;
pub use verify::VerifyEmail;

use crate::entry::Entry;
use crate::text::use_text;

/// What there is to say once something is done, or where nothing can be, and the way on.
#[component]
fn Said(
    /// What it is.
    title: &'static str,
    /// In a sentence.
    lead: &'static str,
    /// Where to go from here; empty: nowhere.
    href: String,
    /// What the link to there says.
    link: &'static str,
) -> impl IntoView {
    let way = (!href.is_empty()).then(|| {
        html::a()
            .class("pc-button pc-button--primary pc-button--wide")
            .href(href)
            .child(link)
    });
    view! {
        <Entry title=title>
            <div class="pc-form">
                <p class="pc-soft">{lead}</p>
                {way}
            </div>
        </Entry>
    }
}

/// The page of a link without its token.
#[component]
fn Incomplete() -> impl IntoView {
    let text = use_text();
    view! {
        <Said title=text.mail_no_token_title lead=text.mail_no_token href=String::new() link=""/>
    }
}
