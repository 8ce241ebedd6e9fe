//! The English texts. Made by `cargo xtask text` from `server/text/en.json`.

use super::Words;

/// The English texts.
#[rustfmt::skip]
pub(crate) static ENGLISH: Words = Words {
    mail_language: "en",
    verify_subject: "Confirm your email address",
    verify_body: "Please confirm that this address belongs to your {brand} account. You need it to get back in if you forget your password.",
    verify_ends: "The link works once, for 24 hours, while you are signed in.",
    verify_button: "Confirm my address",
    verify_else: "If you did not make an account, you need not do anything.",
    code_line: "Or type this code where you were asked for it:",
    code_ends: "The code works once, for 10 minutes. We never ask for it by phone or mail.",
    reset_subject: "Set a new password",
    reset_body: "Somebody, hopefully you, asked to set a new password for your {brand} account. It signs you out on all devices.",
    reset_ends: "The link works once, for 30 minutes.",
    reset_button: "Set a new password",
    reset_else: "If it was not you, you need not do anything: your password stays as it is.",
    no_password_subject: "Your account has no password",
    no_password_body: "Somebody, hopefully you, asked to set a new password for your {brand} account. It has none: you sign in with a passkey.",
    no_password_else: "If it was not you, you need not do anything: nothing has changed.",
    sign_in_button: "Sign in",
    password_subject: "Your password was changed",
    password_body: "The password of your {brand} account was changed.",
    added_subject: "A passkey was added",
    added_body: "A passkey was added to your {brand} account. Whoever has it can sign in.",
    removed_subject: "A passkey was removed",
    removed_body: "A passkey was removed from your {brand} account.",
    device_subject: "A new device signed in",
    device_body: "Somebody signed in to your {brand} account with a browser that we have not seen before.",
    fact_time: "When: {time}",
    fact_device: "Device: {device}",
    fact_address: "Network address: {address}",
    not_me_else: "If it was you, you need not do anything.",
    not_me_body: "If it was not you, sign all devices out and secure your account:",
    not_me_button: "This was not me",
    not_me_ends: "The link works once, for 7 days. Opening it changes nothing until you press the button there.",
    test_subject: "Mail works",
    test_body: "{brand} can send mail. Somebody who runs it asked for this one.",
    foot: "{brand} wrote this because of something that happened to your account. Nobody reads answers to this mail.",
};
