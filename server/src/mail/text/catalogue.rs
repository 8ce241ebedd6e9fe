//! What there is to say. Made by `cargo xtask text` from `server/text`.

/// Every text of mails, in one language.
#[derive(Debug)]
pub(crate) struct Words {
    /// en
    pub(crate) mail_language: &'static str,
    /// Confirm your email address
    pub(crate) verify_subject: &'static str,
    /// Please confirm that this address belongs to your {brand} account. You need it to get back in if you forget your password.
    pub(crate) verify_body: &'static str,
    /// The link works once, for 24 hours, while you are signed in.
    pub(crate) verify_ends: &'static str,
    /// Confirm my address
    pub(crate) verify_button: &'static str,
    /// If you did not make an account, you need not do anything.
    pub(crate) verify_else: &'static str,
    /// Or type this code where you were asked for it:
    pub(crate) code_line: &'static str,
    /// The code works once, for 10 minutes. We never ask for it by phone or mail.
    pub(crate) code_ends: &'static str,
    /// Set a new password
    pub(crate) reset_subject: &'static str,
    /// Somebody, hopefully you, asked to set a new password for your {brand} account. It signs you out on all devices.
    pub(crate) reset_body: &'static str,
    /// The link works once, for 30 minutes.
    pub(crate) reset_ends: &'static str,
    /// Set a new password
    pub(crate) reset_button: &'static str,
    /// If it was not you, you need not do anything: your password stays as it is.
    pub(crate) reset_else: &'static str,
    /// Your account has no password
    pub(crate) no_password_subject: &'static str,
    /// Somebody, hopefully you, asked to set a new password for your {brand} account. It has none: you sign in with a passkey.
    pub(crate) no_password_body: &'static str,
    /// If it was not you, you need not do anything: nothing has changed.
    pub(crate) no_password_else: &'static str,
    /// Sign in
    pub(crate) sign_in_button: &'static str,
    /// Your password was changed
    pub(crate) password_subject: &'static str,
    /// The password of your {brand} account was changed.
    pub(crate) password_body: &'static str,
    /// A passkey was added
    pub(crate) added_subject: &'static str,
    /// A passkey was added to your {brand} account. Whoever has it can sign in.
    pub(crate) added_body: &'static str,
    /// A passkey was removed
    pub(crate) removed_subject: &'static str,
    /// A passkey was removed from your {brand} account.
    pub(crate) removed_body: &'static str,
    /// A new device signed in
    pub(crate) device_subject: &'static str,
    /// Somebody signed in to your {brand} account with a browser that we have not seen before.
    pub(crate) device_body: &'static str,
    /// When: {time}
    pub(crate) fact_time: &'static str,
    /// Device: {device}
    pub(crate) fact_device: &'static str,
    /// Network address: {address}
    pub(crate) fact_address: &'static str,
    /// If it was you, you need not do anything.
    pub(crate) not_me_else: &'static str,
    /// If it was not you, sign all devices out and secure your account:
    pub(crate) not_me_body: &'static str,
    /// This was not me
    pub(crate) not_me_button: &'static str,
    /// The link works once, for 7 days. Opening it changes nothing until you press the button there.
    pub(crate) not_me_ends: &'static str,
    /// Mail works
    pub(crate) test_subject: &'static str,
    /// {brand} can send mail. Somebody who runs it asked for this one.
    pub(crate) test_body: &'static str,
    /// {brand} wrote this because of something that happened to your account. Nobody reads answers to this mail.
    pub(crate) foot: &'static str,
}
