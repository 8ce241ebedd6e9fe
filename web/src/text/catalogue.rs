//! What there is to say. Made by `cargo xtask text` from `sdk/text`.

use super::Plural;

/// Every text of the components, in one language.
#[derive(Debug)]
pub struct Text {
    /// The language: a BCP 47 tag such as `en`.
    pub language: &'static str,
    /// Cancel
    pub cancel: &'static str,
    /// Close
    pub close: &'static str,
    /// Try again
    pub try_again: &'static str,
    /// Loading…
    pub loading: &'static str,
    /// or
    pub or: &'static str,
    /// optional
    pub optional: &'static str,
    /// Show what you typed
    pub show_password: &'static str,
    /// Hide what you typed
    pub hide_password: &'static str,
    /// Email
    pub email: &'static str,
    /// Name
    pub name: &'static str,
    /// Password
    pub password: &'static str,
    /// Enter your email address.
    pub email_needed: &'static str,
    /// Enter your password.
    pub password_needed: &'static str,
    /// Choose a password.
    pub new_password_needed: &'static str,
    /// What others see. You can leave it out.
    pub name_hint: &'static str,
    /// 15 characters or more. A few random words work well.
    pub password_hint: &'static str,
    /// Keep me signed in for 30 days
    pub remember: &'static str,
    /// Sign in
    pub sign_in: &'static str,
    /// Sign in to {app}
    pub sign_in_title: &'static str,
    /// Sign in with a passkey
    pub sign_in_passkey: &'static str,
    /// New here?
    pub sign_in_no_account: &'static str,
    /// Create an account
    pub sign_in_create: &'static str,
    /// That email and password don’t match.
    pub sign_in_failed: &'static str,
    /// That passkey isn’t known here.
    pub passkey_failed: &'static str,
    /// Create your account
    pub sign_up_title: &'static str,
    /// Create account
    pub sign_up: &'static str,
    /// Create account with a passkey
    pub sign_up_passkey: &'static str,
    /// No password to think up. Your device confirms it is you.
    pub sign_up_passkey_hint: &'static str,
    /// Have an account already?
    pub sign_up_have_account: &'static str,
    /// Sign in
    pub sign_up_sign_in: &'static str,
    /// Confirm it’s you
    pub step_up_title: &'static str,
    /// It has been a while since you signed in, and this is a sensitive change.
    pub step_up_lead: &'static str,
    /// Confirm
    pub step_up_confirm: &'static str,
    /// Confirm with a passkey
    pub step_up_passkey: &'static str,
    /// Your account: {name}
    pub menu_label: &'static str,
    /// Account
    pub menu_account: &'static str,
    /// Sign out
    pub menu_sign_out: &'static str,
    /// Signing out…
    pub menu_signing_out: &'static str,
    /// The server can’t be reached. Check your connection, then try again.
    pub error_network: &'static str,
    /// Something went wrong on our side. Nothing was changed. Please try again.
    pub error_internal: &'static str,
    /// Too many tries. Wait {wait}, then try again.
    pub error_limited: &'static str,
    /// The server is busy. Please try again in a moment.
    pub error_busy: &'static str,
    /// You aren’t allowed to do this. Ask an admin if you need to.
    pub error_forbidden: &'static str,
    /// Your session has ended. Sign in to continue.
    pub error_signed_out: &'static str,
    /// Confirm it’s you, then try again.
    pub error_step_up: &'static str,
    /// That took too long. Please try again.
    pub error_ceremony: &'static str,
    /// This browser or device can’t do that.
    pub error_not_supported: &'static str,
    /// Passkeys need a secure connection and this site’s own address.
    pub error_not_here: &'static str,
    /// It is no longer there.
    pub error_not_found: &'static str,
    /// That doesn’t look like an email address.
    pub error_email: &'static str,
    /// That name is empty or too long.
    pub error_name: &'static str,
    /// That doesn’t fit this field. Check what you typed.
    pub error_profile: &'static str,
    /// That password is too short. Make it longer.
    pub error_password_short: &'static str,
    /// That password is too long. 128 characters are the most.
    pub error_password_long: &'static str,
    /// That password is too easy to guess. Add a few random words.
    pub error_password_weak: &'static str,
    /// We couldn’t create an account with that email address. If it is yours, try signing in.
    pub error_registration: &'static str,
    /// This device already holds a passkey for your account.
    pub error_passkey_here: &'static str,
    /// You have as many passkeys as one account can hold. Delete one first.
    pub error_passkey_limit: &'static str,
    /// One more step: enter the code from your authenticator app.
    pub error_second_factor: &'static str,
    /// One account can’t have more authenticator apps. Remove one first.
    pub error_totp_limit: &'static str,
    /// That is your only way in. Add another one first.
    pub error_last_way_in: &'static str,
    /// You can’t do this to your own account. Ask another admin.
    pub error_not_yourself: &'static str,
    /// This is the last admin. Make somebody else an admin first.
    pub error_last_admin: &'static str,
    /// This link was used already or is too old. Ask for another one.
    pub error_link: &'static str,
    /// That code does not work. Check it, or ask for another mail.
    pub error_code: &'static str,
    /// This server does not send mail. Ask the people who run it.
    pub error_no_mail: &'static str,
    /// This link was used already, or there is an admin. Restart the server for a new link.
    pub error_setup: &'static str,
    /// That sign-in didn’t finish. Please start again.
    pub error_redirect: &'static str,
    /// This page isn’t set up for that. Please tell whoever runs it.
    pub error_page: &'static str,
    /// Save
    pub save: &'static str,
    /// Undo
    pub undo: &'static str,
    /// New password
    pub new_password: &'static str,
    /// Current password
    pub current_password: &'static str,
    /// Set up your server
    pub setup_title: &'static str,
    /// You are the first one here. Make the account that will look after the others.
    pub setup_lead: &'static str,
    /// Create admin account
    pub setup_submit: &'static str,
    /// This page needs its link
    pub setup_no_token_title: &'static str,
    /// Open the set-up link that the server printed when it started. It works once.
    pub setup_no_token: &'static str,
    /// Forgot your password?
    pub sign_in_forgot: &'static str,
    /// Go to sign in
    pub mail_sign_in: &'static str,
    /// This page needs its link
    pub mail_no_token_title: &'static str,
    /// Open the link in the mail that we sent you, the whole of it.
    pub mail_no_token: &'static str,
    /// Forgot your password?
    pub forgot_title: &'static str,
    /// We’ll send you a mail with a link to set another one.
    pub forgot_lead: &'static str,
    /// Send mail
    pub forgot_send: &'static str,
    /// Look into your mail
    pub forgot_asked_title: &'static str,
    /// If there is an account with that address, a mail with a link is on its way. The link works once, for half an hour.
    pub forgot_asked: &'static str,
    /// Set another password
    pub reset_title: &'static str,
    /// All devices will be signed out.
    pub reset_lead: &'static str,
    /// Set password
    pub reset_set: &'static str,
    /// Your password is set
    pub reset_done_title: &'static str,
    /// All devices were signed out. Sign in with your new password.
    pub reset_done: &'static str,
    /// Confirm your email address
    pub verify_title: &'static str,
    /// You need to be signed in to the account that it belongs to.
    pub verify_lead: &'static str,
    /// Code from the mail
    pub verify_code: &'static str,
    /// Enter the code from the mail.
    pub verify_code_needed: &'static str,
    /// Confirm address
    pub verify_confirm: &'static str,
    /// Your address is confirmed
    pub verify_done_title: &'static str,
    /// Applications that may know your address see now that it is yours.
    pub verify_done: &'static str,
    /// Go to your account
    pub verify_onward: &'static str,
    /// That wasn’t you?
    pub not_me_title: &'static str,
    /// We’ll sign out all your devices. After that you can set another password.
    pub not_me_lead: &'static str,
    /// It wasn’t me: sign out everywhere
    pub not_me_confirm: &'static str,
    /// All devices are signed out
    pub not_me_done_title: &'static str,
    /// Nobody is signed in to your account any more.
    pub not_me_done: &'static str,
    /// You are now signed in as {email}. What you were doing was not done.
    pub signed_in_other: &'static str,
    /// Sign in to continue
    pub again_title: &'static str,
    /// Your session has ended. Nothing you typed is lost.
    pub again_lead: &'static str,
    /// Account
    pub account_title: &'static str,
    /// Profile
    pub profile_title: &'static str,
    /// Who you are here.
    pub profile_lead: &'static str,
    /// Member since {date}
    pub profile_since: &'static str,
    /// Edit profile
    pub profile_edit: &'static str,
    /// Profile saved.
    pub profile_saved: &'static str,
    /// Name
    pub profile_name: &'static str,
    /// Given name
    pub profile_given_name: &'static str,
    /// Family name
    pub profile_family_name: &'static str,
    /// Phone number
    pub profile_phone: &'static str,
    /// With the country’s code, such as +44 20 7183 8750.
    pub profile_phone_hint: &'static str,
    /// Street and number
    pub profile_street: &'static str,
    /// Postal code
    pub profile_postal_code: &'static str,
    /// City
    pub profile_city: &'static str,
    /// Country
    pub profile_country: &'static str,
    /// Passkeys
    pub passkeys_title: &'static str,
    /// Sign in with your fingerprint, face or device PIN. Nothing to remember, nothing to phish.
    pub passkeys_lead: &'static str,
    /// No passkeys yet
    pub passkeys_empty_title: &'static str,
    /// Add one, and the next sign-in takes a touch.
    pub passkeys_empty: &'static str,
    /// Add a passkey
    pub passkey_add: &'static str,
    /// Passkey added: {name}
    pub passkey_added: &'static str,
    /// Rename {name}
    pub passkey_rename: &'static str,
    /// Passkey name
    pub passkey_rename_label: &'static str,
    /// Passkey renamed.
    pub passkey_renamed: &'static str,
    /// Delete {name}
    pub passkey_delete: &'static str,
    /// Delete this passkey?
    pub passkey_delete_title: &'static str,
    /// You won’t be able to sign in with “{name}” any more. You can add it again later.
    pub passkey_delete_lead: &'static str,
    /// Delete passkey
    pub passkey_delete_confirm: &'static str,
    /// Passkey deleted: {name}
    pub passkey_deleted: &'static str,
    /// “{name}” is your only way in. Add another passkey or set a password first, then delete it.
    pub passkey_last: &'static str,
    /// This browser can’t make passkeys. Try another browser or device.
    pub passkey_unsupported: &'static str,
    /// Synced
    pub passkey_synced: &'static str,
    /// On one device
    pub passkey_device: &'static str,
    /// Added {when}
    pub passkey_created: &'static str,
    /// Used {when}
    pub passkey_used: &'static str,
    /// Never used
    pub passkey_unused: &'static str,
    /// Open your authenticator app and enter the six digits it shows.
    pub code_lead: &'static str,
    /// Code
    pub code_label: &'static str,
    /// Enter the code.
    pub code_needed: &'static str,
    /// That code isn’t right, or was used already. Try the next one.
    pub code_wrong: &'static str,
    /// Continue
    pub code_continue: &'static str,
    /// Use a recovery code
    pub code_use_recovery: &'static str,
    /// Use your authenticator app
    pub code_use_app: &'static str,
    /// Start again
    pub code_again: &'static str,
    /// Enter one of the recovery codes you kept. Each works once.
    pub recovery_lead: &'static str,
    /// Recovery code
    pub recovery_label: &'static str,
    /// Two-step sign-in
    pub totp_title: &'static str,
    /// With an authenticator app, your password alone lets nobody in.
    pub totp_lead: &'static str,
    /// Add an authenticator app
    pub totp_add: &'static str,
    /// No second step yet
    pub totp_empty_title: &'static str,
    /// Add an app on your phone that shows one-time codes. Your other devices are signed out then.
    pub totp_empty: &'static str,
    /// Scan this with your authenticator app, then enter the code it shows.
    pub totp_scan: &'static str,
    /// QR code for your authenticator app
    pub totp_qr: &'static str,
    /// Can’t scan it? Type this key:
    pub totp_key: &'static str,
    /// Name
    pub totp_name: &'static str,
    /// Authenticator app
    pub totp_default_name: &'static str,
    /// “{name}” was added.
    pub totp_added: &'static str,
    /// Remove {name}
    pub totp_remove: &'static str,
    /// Remove this app?
    pub totp_remove_title: &'static str,
    /// Codes of “{name}” will no longer work. Without any app, your recovery codes end too, and your password alone signs you in.
    pub totp_remove_lead: &'static str,
    /// Remove
    pub totp_remove_confirm: &'static str,
    /// “{name}” was removed.
    pub totp_removed: &'static str,
    /// Recovery codes left: {count}
    pub recovery_left: &'static str,
    /// Make new ones before you run out.
    pub recovery_few: &'static str,
    /// Make new recovery codes
    pub recovery_new: &'static str,
    /// Keep your recovery codes
    pub recovery_title: &'static str,
    /// Each signs you in once when your phone isn’t at hand. They are shown only now; earlier ones no longer work.
    pub recovery_once: &'static str,
    /// Copy
    pub recovery_copy: &'static str,
    /// Copied.
    pub recovery_copied: &'static str,
    /// Download
    pub recovery_download: &'static str,
    /// Print
    pub recovery_print: &'static str,
    /// I have kept them
    pub recovery_kept: &'static str,
    /// Password
    pub password_title: &'static str,
    /// Changing it keeps this browser signed in.
    pub password_lead_change: &'static str,
    /// You sign in with passkeys only. A password is one more way in.
    pub password_lead_set: &'static str,
    /// Change password
    pub password_change: &'static str,
    /// Set a password
    pub password_set: &'static str,
    /// Sign out everywhere else
    pub password_end_others: &'static str,
    /// Password changed.
    pub password_changed: &'static str,
    /// That isn’t your current password.
    pub password_wrong: &'static str,
    /// Sessions
    pub sessions_title: &'static str,
    /// Where you are signed in. End the ones you don’t recognize.
    pub sessions_lead: &'static str,
    /// {browser} on {system}
    pub session_device: &'static str,
    /// This browser
    pub session_current: &'static str,
    /// Sign out {device}
    pub session_end: &'static str,
    /// Sign out
    pub session_end_short: &'static str,
    /// Signed out: {device}
    pub session_ended: &'static str,
    /// Active {when}
    pub session_seen: &'static str,
    /// Signed in {when} with a passkey
    pub session_began_passkey: &'static str,
    /// Signed in {when} with a password
    pub session_began_password: &'static str,
    /// Sign out everywhere else
    pub sessions_end_others: &'static str,
    /// {count} other sessions ended.
    pub sessions_ended: Plural,
    /// You are signed in only here.
    pub sessions_only: &'static str,
    /// {client} wants to use your account
    pub consent_title: &'static str,
    /// Signed in as {email}
    pub consent_account: &'static str,
    /// Use another account
    pub consent_another: &'static str,
    /// If you allow it, it can:
    pub consent_could: &'static str,
    /// It asks for no information about you.
    pub consent_nothing: &'static str,
    /// You’ll go back to {host}.
    pub consent_goes_to: &'static str,
    /// You’ll go back to an app on this device ({host}).
    pub consent_goes_to_app: &'static str,
    /// Allow
    pub consent_allow: &'static str,
    /// Don’t allow
    pub consent_deny: &'static str,
    /// You can disconnect it in your account at any time.
    pub consent_later: &'static str,
    /// Privacy policy
    pub consent_policy: &'static str,
    /// Terms of service
    pub consent_terms: &'static str,
    /// Going back to {client}…
    pub consent_going: &'static str,
    /// This request is over
    pub consent_over_title: &'static str,
    /// It took too long, was answered before, or was begun in another browser. Go back to the application and start again.
    pub consent_over: &'static str,
    /// Know who you are
    pub scope_openid: &'static str,
    /// See your name and your profile
    pub scope_profile: &'static str,
    /// See your email address
    pub scope_email: &'static str,
    /// See your postal address
    pub scope_address: &'static str,
    /// See your phone number
    pub scope_phone: &'static str,
    /// See which groups you are in
    pub scope_groups: &'static str,
    /// See which roles you have
    pub scope_roles: &'static str,
    /// See what you are allowed to do
    pub scope_permissions: &'static str,
    /// Stay connected while you are away
    pub scope_offline_access: &'static str,
    /// Use “{scope}”
    pub scope_other: &'static str,
    /// Use {resource} in your name
    pub scope_resource: &'static str,
    /// Connected applications
    pub applications_title: &'static str,
    /// What you have let use your account. Disconnect the ones you no longer need.
    pub applications_lead: &'static str,
    /// No connected applications
    pub applications_empty_title: &'static str,
    /// Applications that you let use your account will be listed here.
    pub applications_empty: &'static str,
    /// Connected {when}
    pub application_since: &'static str,
    /// Disconnect {name}
    pub application_disconnect: &'static str,
    /// Disconnect
    pub application_disconnect_short: &'static str,
    /// Disconnect {name}?
    pub application_disconnect_title: &'static str,
    /// It loses access to your account at once. You can allow it again later.
    pub application_disconnect_lead: &'static str,
    /// Disconnected: {name}
    pub application_disconnected: &'static str,
    /// Connect a device
    pub device_title: &'static str,
    /// Type the code that is on the screen of your device.
    pub device_lead: &'static str,
    /// Code
    pub device_code: &'static str,
    /// Type the code first.
    pub device_code_needed: &'static str,
    /// Continue
    pub device_continue: &'static str,
    /// That code isn’t known, was used, or has expired. Look at your device again.
    pub device_unknown: &'static str,
    /// Connect {client}?
    pub device_question: &'static str,
    /// Allow it only if you began this yourself, just now, and this code is on the screen of your device:
    pub device_warning: &'static str,
    /// Type another code
    pub device_other_code: &'static str,
    /// Your device is connected
    pub device_allowed_title: &'static str,
    /// {client} is signed in. You can close this page.
    pub device_allowed: &'static str,
    /// Your device is not connected
    pub device_denied_title: &'static str,
    /// {client} gets no access. You can close this page.
    pub device_denied: &'static str,
    /// People
    pub admin_title: &'static str,
    /// Who can sign in, and what each may do. Changes count at once, in every open tab.
    pub admin_lead: &'static str,
    /// This page is for admins
    pub admin_denied_title: &'static str,
    /// You need the permission {permission}. Ask an admin to give you a role that has it.
    pub admin_denied: &'static str,
    /// Search by name or email
    pub admin_search: &'static str,
    /// Person
    pub admin_person: &'static str,
    /// Roles
    pub admin_roles: &'static str,
    /// Ways in
    pub admin_ways_in: &'static str,
    /// Joined
    pub admin_joined: &'static str,
    /// Access
    pub admin_access: &'static str,
    /// Give {name} the role {role}
    pub admin_role_give: &'static str,
    /// {name} is now {role}.
    pub admin_role_given: &'static str,
    /// {name} is no longer {role}.
    pub admin_role_taken: &'static str,
    /// Disable
    pub admin_disable: &'static str,
    /// Disable {name}
    pub admin_disable_for: &'static str,
    /// Disable {name}?
    pub admin_disable_title: &'static str,
    /// {email} is signed out everywhere at once and can’t sign in until you enable the account again. Nothing is deleted.
    pub admin_disable_lead: &'static str,
    /// {name} is disabled.
    pub admin_disabled: &'static str,
    /// Enable
    pub admin_enable: &'static str,
    /// Enable {name}
    pub admin_enable_for: &'static str,
    /// {name} can sign in again.
    pub admin_enabled: &'static str,
    /// Disabled
    pub admin_off: &'static str,
    /// You
    pub admin_you: &'static str,
    /// Load more
    pub admin_more: &'static str,
    /// {count} people
    pub admin_count: Plural,
    /// {count} people so far
    pub admin_count_more: Plural,
    /// Nobody found
    pub admin_none_title: &'static str,
    /// No name or email address contains “{search}”.
    pub admin_none: &'static str,
    /// Clear search
    pub admin_clear: &'static str,
    /// {count} passkeys
    pub admin_passkeys: Plural,
    /// {count} sessions
    pub admin_sessions: Plural,
    /// Clients
    pub clients_title: &'static str,
    /// Applications that sign people in here or call your APIs. Changes count at once.
    pub clients_lead: &'static str,
    /// Search by name or ID
    pub clients_search: &'static str,
    /// {count} clients
    pub clients_count: Plural,
    /// {count} clients so far
    pub clients_count_more: Plural,
    /// No clients yet
    pub clients_empty_title: &'static str,
    /// Register an application, and people can sign in to it with their account here.
    pub clients_empty: &'static str,
    /// No client found
    pub clients_none_title: &'static str,
    /// No name or ID contains “{search}”.
    pub clients_none: &'static str,
    /// New client
    pub client_new: &'static str,
    /// Everything but the ID can be changed later.
    pub client_new_lead: &'static str,
    /// All clients
    pub client_back: &'static str,
    /// No such client
    pub client_gone: &'static str,
    /// Type
    pub client_type: &'static str,
    /// Public
    pub client_public: &'static str,
    /// In a browser or on somebody’s device, where no secret stays one.
    pub client_public_hint: &'static str,
    /// Confidential
    pub client_confidential: &'static str,
    /// On a server, which keeps a secret or a key.
    pub client_confidential_hint: &'static str,
    /// It may
    pub client_may: &'static str,
    /// Sign people in
    pub client_code: &'static str,
    /// Keep them signed in
    pub client_refresh: &'static str,
    /// Sign in devices without a keyboard
    pub client_device: &'static str,
    /// Act for itself
    pub client_itself: &'static str,
    /// Exchange tokens to call other services
    pub client_exchange: &'static str,
    /// Registered
    pub client_registered: &'static str,
    /// Configuration file
    pub client_of_file: &'static str,
    /// This client is in the configuration file, portcullis.toml. Change it there and start the server again.
    pub client_file_only: &'static str,
    /// You can look at this client. To change it, you need the permission {permission}.
    pub client_read_only: &'static str,
    /// Application
    pub client_app: &'static str,
    /// What people know it as, and how it proves who it is.
    pub client_app_lead: &'static str,
    /// People see it when they sign in.
    pub client_name_hint: &'static str,
    /// Give it a name.
    pub client_name_needed: &'static str,
    /// Client ID
    pub client_id: &'static str,
    /// Left empty, one is made.
    pub client_id_hint: &'static str,
    /// Proves itself with
    pub client_auth: &'static str,
    /// Public keys
    pub client_jwks: &'static str,
    /// A JSON Web Key Set. Or give its address instead.
    pub client_jwks_hint: &'static str,
    /// That is no JSON Web Key Set.
    pub client_jwks_bad: &'static str,
    /// There is a private key in it. It was not sent, but make another one: it has been copied.
    pub client_jwks_private: &'static str,
    /// Address of its public keys
    pub client_jwks_uri: &'static str,
    /// Subject of its certificate
    pub client_tls_dn: &'static str,
    /// As in CN=shop,O=Example. Or give a DNS name instead.
    pub client_tls_dn_hint: &'static str,
    /// DNS name in its certificate
    pub client_tls_dns: &'static str,
    /// Tokens only for its certificate (mutual TLS)
    pub client_bound: &'static str,
    /// Sign-in
    pub client_ways: &'static str,
    /// How it gets tokens, and where people come back to.
    pub client_ways_lead: &'static str,
    /// Redirect URIs
    pub client_redirects: &'static str,
    /// One per line, compared exactly. https, or http on this machine.
    pub client_redirects_hint: &'static str,
    /// Add at least one address.
    pub client_redirects_needed: &'static str,
    /// Redirect URIs after signing out
    pub client_after_logout: &'static str,
    /// One per line.
    pub client_lines_hint: &'static str,
    /// Scopes
    pub client_scopes: &'static str,
    /// What it may ask for, separated by spaces.
    pub client_scopes_hint: &'static str,
    /// People are asked
    pub client_consent: &'static str,
    /// Never: the application is your own
    pub client_consent_never: &'static str,
    /// Once, and again when it wants more
    pub client_consent_once: &'static str,
    /// Each time
    pub client_consent_always: &'static str,
    /// Advanced
    pub client_more: &'static str,
    /// Good as it is for most applications.
    pub client_more_lead: &'static str,
    /// Changed
    pub client_changed: &'static str,
    /// Logo and links
    pub client_look: &'static str,
    /// Logo
    pub client_logo: &'static str,
    /// Lifetimes
    pub client_lifetimes: &'static str,
    /// Access tokens
    pub client_access_seconds: &'static str,
    /// Refresh tokens, unused
    pub client_idle_seconds: &'static str,
    /// Refresh tokens, at most
    pub client_most_seconds: &'static str,
    /// In seconds. Left empty: as the server’s settings say.
    pub client_seconds_hint: &'static str,
    /// Use a whole number of seconds.
    pub client_seconds_bad: &'static str,
    /// Security
    pub client_security: &'static str,
    /// FAPI 2.0 security profile
    pub client_fapi: &'static str,
    /// A key instead of a secret, PAR, PKCE and DPoP at once, as banks ask for.
    pub client_fapi_hint: &'static str,
    /// Must push its requests (PAR)
    pub client_par: &'static str,
    /// Must use PKCE
    pub client_pkce: &'static str,
    /// Must sign its requests (JAR)
    pub client_jar: &'static str,
    /// Tokens only with a key to prove (DPoP)
    pub client_dpop: &'static str,
    /// Tokens
    pub client_tokens: &'static str,
    /// Access tokens
    pub client_format: &'static str,
    /// Signed (JWT): services verify them by themselves
    pub client_jwt: &'static str,
    /// Opaque: services ask here
    pub client_opaque: &'static str,
    /// Access tokens are signed with
    pub client_access_alg: &'static str,
    /// ID tokens are signed with
    pub client_id_alg: &'static str,
    /// It knows people by
    pub client_subject: &'static str,
    /// Their ID, the same for every client
    pub client_subject_public: &'static str,
    /// An ID of its own (pairwise)
    pub client_subject_own: &'static str,
    /// Sector identifier URI
    pub client_sector: &'static str,
    /// Back-channel logout URI
    pub client_backchannel: &'static str,
    /// It is told here when a session ends.
    pub client_backchannel_hint: &'static str,
    /// APIs and signing out
    pub client_apis: &'static str,
    /// Services its tokens may be for
    pub client_resources: &'static str,
    /// Create client
    pub client_create: &'static str,
    /// Client created: {name}
    pub client_created: &'static str,
    /// Save changes
    pub client_save: &'static str,
    /// Saved: {name}
    pub client_saved: &'static str,
    /// Go to the client
    pub client_open: &'static str,
    /// The server doesn’t take this: {what}
    pub client_refused: &'static str,
    /// Copy
    pub client_copy: &'static str,
    /// Copied
    pub client_copied: &'static str,
    /// Client secret
    pub client_secret: &'static str,
    /// Copy the secret now: it isn’t shown again.
    pub client_secret_once: &'static str,
    /// Nobody can read it here, but you can make another one.
    pub client_secret_lead: &'static str,
    /// Made {when}
    pub client_secret_made: &'static str,
    /// Good until {date}
    pub client_secret_until: &'static str,
    /// Make a new secret
    pub client_rotate: &'static str,
    /// Make a new secret for {name}?
    pub client_rotate_title: &'static str,
    /// Give it to the application before the old one ends.
    pub client_rotate_lead: &'static str,
    /// The old one ends
    pub client_rotate_until: &'static str,
    /// At once
    pub client_rotate_now: &'static str,
    /// In {span}
    pub client_rotate_in: &'static str,
    /// Delete {name}?
    pub client_delete_title: &'static str,
    /// Its tokens and secrets end at once, and nobody can sign in through it any more. People’s accounts stay.
    pub client_delete_lead: &'static str,
    /// Delete client
    pub client_delete: &'static str,
    /// Deleted: {name}
    pub client_deleted: &'static str,
    /// End of use
    pub client_delete_head: &'static str,
    /// That didn’t load
    pub failed_title: &'static str,
    /// just now
    pub just_now: &'static str,
    /// on {date}
    pub on_date: &'static str,
}
