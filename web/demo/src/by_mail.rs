//! The pages that mails lead to.

use leptos::prelude::*;
use portcullis_web::by_mail::{ForgotPassword, NotMe, ResetPassword, VerifyEmail};
use portcullis_web::ui::Page;

use crate::about::app_name;
use crate::text::use_words;

/// `/forgot`
#[component]
pub(crate) fn ForgotPage() -> impl IntoView {
    view! {
        <Page title=use_words().forgot_title app=app_name()>
            <div class="app-entry"><ForgotPassword sign_in_href="/sign-in"/></div>
        </Page>
    }
}

/// `/reset#token=…`
#[component]
pub(crate) fn ResetPage() -> impl IntoView {
    view! {
        <Page title=use_words().reset_title app=app_name()>
            <div class="app-entry"><ResetPassword sign_in_href="/sign-in"/></div>
        </Page>
    }
}

/// `/verify`, with `#token=…` from the link of a mail.
#[component]
pub(crate) fn VerifyPage() -> impl IntoView {
    view! {
        <Page title=use_words().verify_title app=app_name()>
            <div class="app-entry"><VerifyEmail account_href="/account"/></div>
        </Page>
    }
}

/// `/not-me#token=…`
#[component]
pub(crate) fn NotMePage() -> impl IntoView {
    view! {
        <Page title=use_words().not_me_title app=app_name()>
            <div class="app-entry"><NotMe sign_in_href="/sign-in"/></div>
        </Page>
    }
}
