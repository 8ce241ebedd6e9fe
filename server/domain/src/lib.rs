//! What Portcullis keeps: models, state machines and storage traits, without any I/O.
//!
//! A noun's model and its storage trait stand in the module of its name; `portcullis-storage`
//! implements the trait in the module of the same name, and the server's flows live in the folder
//! of the same name.

pub mod access_tokens;
pub mod accounts;
pub mod audit;
pub mod ceremonies;
pub mod clients;
pub mod clock;
pub mod consents;
pub mod devices;
pub mod email;
pub mod groups;
pub mod keys;
pub mod known_devices;
pub mod logouts;
pub mod mail;
pub mod mail_tokens;
pub mod notes;
pub mod oauth;
pub mod passkeys;
pub mod passwords;
pub mod random;
pub mod registration;
pub mod revocations;
pub mod roles;
pub mod secrets;
pub mod sessions;
pub mod sign_in;
pub mod storage;
pub mod totp;

pub use accounts::{Account, AccountStatus, NewAccount, Principal};
pub use audit::{AuditEvent, AuditRow};
pub use clock::{Clock, ManualClock};
pub use email::Email;
pub use mail::{MailId, Mailer};
pub use portcullis_types::{
    FamilyId, NoteId, PasskeyId, RegistrationTokenId, RequestId, SessionId, Timestamp, TotpId,
    UserId,
};
pub use random::Rng;
pub use secrets::{SecretHash, SecretToken, TokenKind};
pub use storage::{StorageError, Store};
