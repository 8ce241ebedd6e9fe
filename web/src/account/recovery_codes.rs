//! One's recovery codes: how many are left, and other ones, which are shown once.

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::auth::{use_auth, use_toasts};
use crate::errors::message_of;
use crate::text::{fill, use_text};
use crate::ui::{Button, Dialog, FormStatus, Glyph, Look, icon};

/// So few that it is time for other ones.
const FEW: u32 = 3;

/// How many codes are left, a warning when they are few, and the way to other ones.
#[component]
pub(super) fn RecoveryCodes(
    /// How many there are.
    left: u32,
    /// Where other ones are shown.
    codes: RwSignal<Option<Vec<String>>>,
) -> impl IntoView {
    let text = use_text();
    let auth = use_auth();
    let busy = RwSignal::new(false);
    let status = RwSignal::new(String::new());
    let replace = Callback::new(move |()| {
        status.set(String::new());
        busy.set(true);
        spawn_local(async move {
            let result = auth
                .confirmed(|client| async move { client.replace_recovery_codes().await })
                .await;
            if busy.try_set(false).is_some() {
                return;
            }
            match result {
                Ok(new) => codes.set(Some(new)),
                Err(error) => status.set(message_of(&error, text)),
            }
        });
    });
    let count = fill(text.recovery_left, &[("count", &left.to_string())]);
    let few = (left <= FEW).then(|| {
        view! { <div class="pc-notice">{icon(Glyph::Alert)} <p class="pc-notice__main">{text.recovery_few}</p></div> }
    });
    view! {
        <div class="pc-pad pc-form">
            <p>{count}</p>
            {few}
            <div class="pc-inline">
                <Button busy on_press=replace>{text.recovery_new}</Button>
                <FormStatus message=status/>
            </div>
        </div>
    }
}

/// The dialog that shows codes, once.
#[component]
pub(super) fn Codes(
    codes: RwSignal<Option<Vec<String>>>,
    /// Called when they have been kept.
    on_kept: Callback<()>,
) -> impl IntoView {
    let text = use_text();
    let toasts = use_toasts();
    let kept = Callback::new(move |()| {
        codes.set(None);
        on_kept.run(());
    });
    let all = move || codes.get().unwrap_or_default();
    let as_text = move || all().join("\n");
    let copy = Callback::new(move |()| {
        let copying = window().navigator().clipboard().write_text(&as_text());
        spawn_local(async move {
            if wasm_bindgen_futures::JsFuture::from(copying).await.is_ok() {
                toasts.say(text.recovery_copied);
            }
        });
    });
    // A browser that does not print shows the codes all the same.
    let print = Callback::new(move |()| _ = window().print());
    view! {
        <Dialog open=Signal::derive(move || codes.with(Option::is_some))
            title=text.recovery_title.to_owned() lead=text.recovery_once.to_owned() on_close=kept>
            <ul class="pc-codes">
                {move || all().into_iter().map(|code| html::li().child(html::code().child(code))).collect_view()}
            </ul>
            <div class="pc-inline">
                <Button on_press=copy>{text.recovery_copy}</Button>
                <a class="pc-button" download="recovery-codes.txt"
                    href=move || format!("data:text/plain,{}", js_sys::encode_uri_component(&as_text()))>
                    {text.recovery_download}
                </a>
                <Button on_press=print>{text.recovery_print}</Button>
            </div>
            <div class="pc-actions pc-actions--end">
                <Button look=Look::Primary on_press=kept>{text.recovery_kept}</Button>
            </div>
        </Dialog>
    }
}
