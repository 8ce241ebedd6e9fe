//! What there is to say. Made by `cargo xtask text` from `web/demo/text`.

use portcullis_web::text::Plural;

/// Every text of the demo app, in one language.
#[derive(Debug)]
pub(crate) struct Words {
    /// Shared notes
    pub(crate) app: &'static str,
    /// Skip to content
    pub(crate) skip: &'static str,
    /// Main
    pub(crate) nav: &'static str,
    /// Notes
    pub(crate) nav_notes: &'static str,
    /// Account
    pub(crate) nav_account: &'static str,
    /// People
    pub(crate) nav_people: &'static str,
    /// Admin
    pub(crate) nav_admin: &'static str,
    /// Clients
    pub(crate) nav_clients: &'static str,
    /// Sign in
    pub(crate) sign_in: &'static str,
    /// Forgotten password
    pub(crate) forgot_title: &'static str,
    /// Another password
    pub(crate) reset_title: &'static str,
    /// Confirm address
    pub(crate) verify_title: &'static str,
    /// This was not me
    pub(crate) not_me_title: &'static str,
    /// The demo app of Portcullis.
    pub(crate) footer: &'static str,
    /// API reference
    pub(crate) footer_api: &'static str,
    /// Language
    pub(crate) footer_language: &'static str,
    /// Notes to share, gates that hold
    pub(crate) landing_title: &'static str,
    /// This is the demo app of Portcullis, an authentication and authorization system in Rust. Make an account with a passkey or a password, write a note, and see what each role can do.
    pub(crate) landing_lead: &'static str,
    /// Open your notes
    pub(crate) landing_open: &'static str,
    /// Create account
    pub(crate) landing_create: &'static str,
    /// No email is sent, nothing to confirm.
    pub(crate) landing_passkey: &'static str,
    /// Three roles
    pub(crate) roles_title: &'static str,
    /// User
    pub(crate) role_user: &'static str,
    /// Writes notes, and changes or deletes their own.
    pub(crate) role_user_lead: &'static str,
    /// Moderator
    pub(crate) role_moderator: &'static str,
    /// Reads everybody’s notes as well, and can delete any.
    pub(crate) role_moderator_lead: &'static str,
    /// Admin
    pub(crate) role_admin: &'static str,
    /// Can do everything: gives people roles, takes them away, and closes accounts.
    pub(crate) role_admin_lead: &'static str,
    /// The server checks every request. The gates on the page mirror what it would say, and follow within a second when a role is given or taken away.
    pub(crate) roles_note: &'static str,
    /// Your gates
    pub(crate) gates_title: &'static str,
    /// What you can do right now. No reload needed when it changes.
    pub(crate) gates_lead: &'static str,
    /// Write notes
    pub(crate) gate_write: &'static str,
    /// Read everybody’s notes
    pub(crate) gate_read: &'static str,
    /// Delete anybody’s notes
    pub(crate) gate_delete: &'static str,
    /// Manage people
    pub(crate) gate_manage: &'static str,
    /// Open
    pub(crate) gate_open: &'static str,
    /// Closed
    pub(crate) gate_closed: &'static str,
    /// Sign in to see this
    pub(crate) ask_title: &'static str,
    /// This page is about you, so it needs to know who you are.
    pub(crate) ask_lead: &'static str,
    /// Your session has ended
    pub(crate) ended_title: &'static str,
    /// You were signed out, here or from another device. Sign in to carry on.
    pub(crate) ended_lead: &'static str,
    /// Notes
    pub(crate) notes_title: &'static str,
    /// The notes you wrote.
    pub(crate) notes_lead_own: &'static str,
    /// Everybody’s notes, latest first.
    pub(crate) notes_lead_all: &'static str,
    /// New note
    pub(crate) note_new: &'static str,
    /// What’s on your mind?
    pub(crate) note_placeholder: &'static str,
    /// Save note
    pub(crate) note_save: &'static str,
    /// Note saved.
    pub(crate) note_saved: &'static str,
    /// Write something first.
    pub(crate) note_empty: &'static str,
    /// That is {count} characters over the limit of {limit}.
    pub(crate) note_too_long: Plural,
    /// {count} characters left
    pub(crate) note_left: Plural,
    /// Not saved yet. Your text is kept in this tab.
    pub(crate) note_kept: &'static str,
    /// Notes are closed to you
    pub(crate) notes_denied_title: &'static str,
    /// You need the permission notes:write or notes:read. Ask an admin for the role “user”.
    pub(crate) notes_denied: &'static str,
    /// You can read notes, but not write them. You need the permission notes:write: ask an admin for the role “user”.
    pub(crate) note_denied: &'static str,
    /// Your session has ended, your text is kept. Saving asks you to sign in.
    pub(crate) note_signed_out: &'static str,
    /// Edit note
    pub(crate) note_edit: &'static str,
    /// Note
    pub(crate) note_edit_label: &'static str,
    /// Note changed.
    pub(crate) note_changed: &'static str,
    /// Delete note
    pub(crate) note_delete: &'static str,
    /// Note deleted.
    pub(crate) note_deleted: &'static str,
    /// You
    pub(crate) note_you: &'static str,
    /// edited {when}
    pub(crate) note_edited: &'static str,
    /// Whose notes
    pub(crate) filter_label: &'static str,
    /// Everybody’s
    pub(crate) filter_all: &'static str,
    /// Yours
    pub(crate) filter_own: &'static str,
    /// No notes yet
    pub(crate) notes_empty_title: &'static str,
    /// What you write appears here. Only you and moderators can read it.
    pub(crate) notes_empty: &'static str,
    /// Save
    pub(crate) save: &'static str,
    /// Cancel
    pub(crate) cancel: &'static str,
    /// People
    pub(crate) admin_title: &'static str,
    /// Account
    pub(crate) account_title: &'static str,
    /// Sign in
    pub(crate) sign_in_title: &'static str,
    /// Create account
    pub(crate) sign_up_title: &'static str,
    /// Allow access
    pub(crate) consent_title: &'static str,
    /// Connect a device
    pub(crate) device_title: &'static str,
    /// Set-up
    pub(crate) setup_title: &'static str,
    /// There is no such page
    pub(crate) not_found_title: &'static str,
    /// The address may be mistyped, or the page has moved.
    pub(crate) not_found_lead: &'static str,
    /// Go to the start page
    pub(crate) not_found_home: &'static str,
    /// You’re offline. What you type is kept.
    pub(crate) offline: &'static str,
    /// The server can’t be reached. Trying again…
    pub(crate) unreachable: &'static str,
}
