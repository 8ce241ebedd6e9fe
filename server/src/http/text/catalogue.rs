//! What there is to say. Made by `cargo xtask text` from `server/text`.

/// Every text of the server's own plain pages, in one language.
#[derive(Debug)]
pub(crate) struct Words {
    /// en
    pub(crate) language: &'static str,
    /// This sign-in link does not work
    pub(crate) link_title: &'static str,
    /// Go back to the application and try again. If it keeps happening, tell the people who run it.
    pub(crate) link_again: &'static str,
    /// A parameter of the request comes more than once.
    pub(crate) link_repeated: &'static str,
    /// The application that sent you here is not registered.
    pub(crate) link_unknown: &'static str,
    /// The address to return to is not registered for this application.
    pub(crate) link_address: &'static str,
    /// The request says no address to return to.
    pub(crate) link_no_address: &'static str,
    /// This sign-in was used before, took too long, or was begun in another browser.
    pub(crate) link_spent: &'static str,
    /// The application’s signed request is not good.
    pub(crate) link_object: &'static str,
    /// The address to return to is not a web address.
    pub(crate) link_no_url: &'static str,
    /// Going back
    pub(crate) back_title: &'static str,
    /// Continue
    pub(crate) back_button: &'static str,
    /// Sign out?
    pub(crate) out_question: &'static str,
    /// You are signed in as {email}.
    pub(crate) out_as: &'static str,
    /// Sign out
    pub(crate) out_button: &'static str,
    /// You are signed out
    pub(crate) out_done: &'static str,
    /// You can close this page.
    pub(crate) out_close: &'static str,
    /// This sign-out link does not work
    pub(crate) out_title: &'static str,
    /// This sign-out was not begun with an ID token of ours.
    pub(crate) out_hint: &'static str,
    /// The ID token was given to another application.
    pub(crate) out_other: &'static str,
}
