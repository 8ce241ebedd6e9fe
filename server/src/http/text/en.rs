//! The English texts. Made by `cargo xtask text` from `server/text/en.json`.

use super::Words;

/// The English texts.
#[rustfmt::skip]
pub(crate) static ENGLISH: Words = Words {
    language: "en",
    link_title: "This sign-in link does not work",
    link_again: "Go back to the application and try again. If it keeps happening, tell the people who run it.",
    link_repeated: "A parameter of the request comes more than once.",
    link_unknown: "The application that sent you here is not registered.",
    link_address: "The address to return to is not registered for this application.",
    link_no_address: "The request says no address to return to.",
    link_spent: "This sign-in was used before, took too long, or was begun in another browser.",
    link_object: "The application’s signed request is not good.",
    link_no_url: "The address to return to is not a web address.",
    back_title: "Going back",
    back_button: "Continue",
    out_question: "Sign out?",
    out_as: "You are signed in as {email}.",
    out_button: "Sign out",
    out_done: "You are signed out",
    out_close: "You can close this page.",
    out_title: "This sign-out link does not work",
    out_hint: "This sign-out was not begun with an ID token of ours.",
    out_other: "The ID token was given to another application.",
};
