//! Signing in as one machine: factors yield proofs, and a rule over the set of them says whether
//! somebody is in, what they may go on with, or that this leads nowhere.

use async_trait::async_trait;
use portcullis_types::{SessionId, Timestamp, TotpId, UserId, totp::Factor};
use serde::{Deserialize, Serialize};

use crate::{AuditEvent, SecretHash, StorageError, sessions::NewSession};

/// How long a proof counts towards a sign-in, in seconds, and so how long one may take.
pub const SECONDS: i64 = 600;
/// How many codes are looked at in one sign-in.
pub const TRIES: u32 = 5;

/// What a factor yields when it succeeds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// Which one.
    pub factor: Factor,
    /// When.
    pub at: Timestamp,
    /// What it is in the words of RFC 8176.
    pub amr: Vec<String>,
}

impl Proof {
    fn new(factor: Factor, at: Timestamp, amr: &[&str]) -> Self {
        let amr = amr.iter().map(|value| (*value).to_owned()).collect();
        Self { factor, at, amr }
    }

    /// Of the password.
    pub fn password(at: Timestamp) -> Self {
        Self::new(Factor::Password, at, &["pwd"])
    }

    /// Of a passkey with user verification, which is possession and knowledge or biometry at once;
    /// `synced` if it lives on several devices.
    pub fn passkey(at: Timestamp, synced: bool) -> Self {
        let kind = if synced { "swk" } else { "hwk" };
        Self::new(Factor::Passkey, at, &[kind, "user", "mfa"])
    }

    /// Of a device with one-time codes, or of a code that was written down: both are codes that are
    /// good once.
    pub fn code(factor: Factor, at: Timestamp) -> Self {
        Self::new(factor, at, &["otp"])
    }
}

/// What an account has to prove itself with, besides a password.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// An authenticator app: with one, a password alone is not enough.
    pub totp: bool,
    /// A recovery code that is not used.
    pub recovery_code: bool,
    /// A passkey.
    pub passkey: bool,
}

/// What a set of proofs comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They suffice.
    Success,
    /// One of these is needed as well.
    Continue(Vec<Factor>),
    /// They lead nowhere.
    Denied,
}

/// Whether these proofs suffice for an account that has that. Those that are too old do not count.
///
/// What roles and clients ask for beyond it goes in here, as one more thing to be fulfilled.
pub fn judge(proofs: &[Proof], held: Held, now: Timestamp) -> Verdict {
    let has = |factor: Factor| {
        let mut fresh = proofs
            .iter()
            .filter(|proof| now < proof.at.plus_seconds(SECONDS));
        fresh.any(|proof| proof.factor == factor)
    };
    if has(Factor::Passkey) {
        return Verdict::Success;
    }
    if !has(Factor::Password) {
        return Verdict::Denied;
    }
    if !held.totp || has(Factor::Totp) || has(Factor::RecoveryCode) {
        return Verdict::Success;
    }
    let more = [
        (Factor::Totp, held.totp),
        (Factor::RecoveryCode, held.recovery_code),
        (Factor::Passkey, held.passkey),
    ];
    let more = more.into_iter().filter(|(_, is_held)| *is_held);
    Verdict::Continue(more.map(|(factor, _)| factor).collect())
}

/// What proofs are together in the words of RFC 8176: two factors are `mfa`.
pub fn amr(proofs: &[Proof]) -> Vec<String> {
    let mut all = Vec::new();
    let several = (proofs.len() > 1).then(|| "mfa".to_owned());
    let values = proofs.iter().flat_map(|proof| &proof.amr).cloned();
    for value in values.chain(several) {
        if !all.contains(&value) {
            all.push(value);
        }
    }
    all
}

/// Whether a session that came about so is as good as two factors.
pub fn is_multi_factor(amr: &[String]) -> bool {
    amr.iter().any(|value| value == "mfa")
}

/// A sign-in that is under way: no session, and good for nothing but its own end.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// SHA-256 of the token that its browser has.
    pub token: SecretHash,
    /// Who is signing in.
    pub user: UserId,
    /// What they have proved so far.
    pub proofs: Vec<Proof>,
    /// Whether the session is to be remembered.
    pub remember: bool,
    /// When it is too late.
    pub expires_at: Timestamp,
}

/// What finishing a sign-in uses up.
#[derive(Clone, Copy, Debug)]
pub enum Spend {
    /// A step of an authenticator app, and all before it.
    Totp {
        /// Which app.
        device: TotpId,
        /// Which step (RFC 6238 section 4.2).
        step: i64,
    },
    /// A recovery code, as it is kept.
    RecoveryCode(SecretHash),
}

/// What finishing a sign-in came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FinishSignIn {
    /// The session has begun.
    Begun,
    /// The sign-in is over, or its account disabled; nothing was used up.
    Gone,
    /// The code was used before, or is none.
    Spent,
}

/// Keeps sign-ins that are under way.
#[async_trait]
pub trait SignInStore {
    /// What the account has to prove itself with.
    async fn held(&self, user: UserId) -> Result<Held, StorageError>;

    /// Keeps a sign-in.
    async fn begin_sign_in(&self, sign_in: SignIn) -> Result<(), StorageError>;

    /// Counts one try and hands the sign-in out, if it is there, in time, and has had fewer than `most`
    /// of them: to be called before a code is looked at.
    async fn try_sign_in(
        &self,
        token: SecretHash,
        most: u32,
        now: Timestamp,
    ) -> Result<Option<SignIn>, StorageError>;

    /// Ends the sign-in, uses up what proved it, and begins the session in place of the one before, all
    /// or nothing; of several at once, one does.
    async fn finish_sign_in(
        &self,
        token: SecretHash,
        spend: Spend,
        session: NewSession,
        replaces: Option<SessionId>,
        audit: AuditEvent,
    ) -> Result<FinishSignIn, StorageError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000_000);
    const ALL: Held = Held {
        totp: true,
        recovery_code: true,
        passkey: true,
    };

    fn of(factors: &[Factor]) -> Vec<Proof> {
        let proof = |factor: &Factor| match factor {
            Factor::Password => Proof::password(NOW),
            Factor::Passkey => Proof::passkey(NOW, false),
            Factor::Totp | Factor::RecoveryCode => Proof::code(*factor, NOW),
        };
        factors.iter().map(proof).collect()
    }

    #[test]
    fn asvs_6_3_3_a_password_is_enough_only_where_there_is_no_second_factor() {
        let password = of(&[Factor::Password]);
        assert_eq!(judge(&password, Held::default(), NOW), Verdict::Success);
        let passkey_only = Held {
            passkey: true,
            ..Held::default()
        };
        assert_eq!(judge(&password, passkey_only, NOW), Verdict::Success);
        let more = vec![Factor::Totp, Factor::RecoveryCode, Factor::Passkey];
        assert_eq!(judge(&password, ALL, NOW), Verdict::Continue(more));
        let app_only = Held {
            totp: true,
            ..Held::default()
        };
        let more = Verdict::Continue(vec![Factor::Totp]);
        assert_eq!(judge(&password, app_only, NOW), more);
    }

    #[test]
    fn every_set_of_proofs_is_judged() {
        for set in 0..1 << Factor::ALL.len() {
            let has = |factor: Factor| {
                let at = Factor::ALL.iter().position(|it| *it == factor);
                set >> at.unwrap() & 1 == 1
            };
            let factors: Vec<_> = Factor::ALL.into_iter().filter(|it| has(*it)).collect();
            let verdict = judge(&of(&factors), ALL, NOW);
            let second = has(Factor::Totp) || has(Factor::RecoveryCode);
            let suffices = has(Factor::Passkey) || has(Factor::Password) && second;
            assert_eq!(verdict == Verdict::Success, suffices, "{factors:?}");
            let leads_nowhere = !has(Factor::Passkey) && !has(Factor::Password);
            assert_eq!(verdict == Verdict::Denied, leads_nowhere, "{factors:?}");
        }
    }

    #[test]
    fn a_proof_counts_for_ten_minutes() {
        let proofs = of(&[Factor::Password, Factor::Totp]);
        let at = |seconds| judge(&proofs, ALL, NOW.plus_seconds(seconds));
        assert_eq!(at(SECONDS - 1), Verdict::Success);
        assert_eq!(at(SECONDS), Verdict::Denied);
    }

    #[test]
    fn two_factors_are_mfa() {
        assert_eq!(amr(&of(&[Factor::Password])), ["pwd"]);
        assert_eq!(amr(&of(&[Factor::Passkey])), ["hwk", "user", "mfa"]);
        for second in [Factor::Totp, Factor::RecoveryCode] {
            let both = amr(&of(&[Factor::Password, second]));
            assert_eq!(both, ["pwd", "otp", "mfa"]);
            assert!(is_multi_factor(&both));
        }
        assert!(!is_multi_factor(&amr(&of(&[Factor::Password]))));
    }
}
