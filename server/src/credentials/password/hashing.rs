//! Argon2id on a bounded pool.
//!
//! Each hash takes 19 MiB and tens of milliseconds by design. No more run at once than there are
//! cores, no more wait than the queue holds; past it the answer is 503 with `Retry-After`, so that
//! a flood of sign-ins exhausts neither memory nor the threads that serve everybody else.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version, password_hash::phc,
};
use base64::Engine as _;
use portcullis_domain::{Rng, passwords::PasswordHash};
use portcullis_types::ErrorCode;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

use crate::{
    config::PasswordConfig,
    http::errors::{ApiError, ApiResult},
};

/// A password as it was typed, normalised for hashing (NFKC, NIST SP 800-63B-4 section 3.1.1.2).
pub(crate) struct Typed(SecretString);

impl Typed {
    /// Takes a password from a request.
    pub(crate) fn new(text: &str) -> Self {
        Self(SecretString::from(text.nfkc().collect::<String>()))
    }

    /// The password itself.
    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// Computes and checks hashes.
pub(crate) struct Hasher {
    argon2: Argon2<'static>,
    /// Checked where there is no account, so that an unknown address takes as long as a known one.
    nobody: PasswordHash,
    slots: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    most_waiting: usize,
}

impl Hasher {
    pub(crate) fn new(config: &PasswordConfig, rng: &dyn Rng) -> anyhow::Result<Self> {
        let params = Params::new(config.argon2_memory_kib, config.argon2_passes, 1, None)
            .map_err(|error| anyhow::anyhow!("argon2: {error}"))?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobody = nobody(&argon2, rng);
        let slots = match config.parallel_hashes {
            0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            slots => slots,
        };
        Ok(Self {
            argon2,
            nobody,
            slots: Arc::new(Semaphore::new(slots)),
            waiting: Arc::new(AtomicUsize::new(0)),
            most_waiting: slots + config.waiting_hashes,
        })
    }

    /// Hashes a new password.
    pub(crate) async fn hash(&self, rng: &dyn Rng, password: Typed) -> ApiResult<PasswordHash> {
        let (argon2, salt) = (self.argon2.clone(), salt(rng));
        self.run(move || compute(&argon2, password.expose().as_bytes(), &salt))
            .await?
            .map_err(|_| ApiError::internal("argon2"))
    }

    /// Whether the password is the one behind the hash. Without a hash the work is the same and
    /// the answer is no.
    pub(crate) async fn verify(
        &self,
        hash: Option<&PasswordHash>,
        password: Typed,
    ) -> ApiResult<bool> {
        let exists = hash.is_some();
        let (argon2, hash) = (self.argon2.clone(), hash.unwrap_or(&self.nobody).clone());
        let fits = self
            .run(move || {
                phc::PasswordHash::new(&hash.0).is_ok_and(|hash| {
                    argon2
                        .verify_password(password.expose().as_bytes(), &hash)
                        .is_ok()
                })
            })
            .await?;
        Ok(fits && exists)
    }

    /// Whether a hash was made with other settings than today's and should be made again.
    pub(crate) fn is_outdated(&self, hash: &PasswordHash) -> bool {
        let today = self.argon2.params();
        phc::PasswordHash::new(&hash.0)
            .ok()
            .and_then(|hash| Params::try_from(&hash).ok())
            .is_none_or(|params| {
                params.m_cost() != today.m_cost() || params.t_cost() != today.t_cost()
            })
    }

    /// Does slow work when its turn comes, or refuses where too much waits already.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> ApiResult<T> {
        let busy = || {
            ApiError::new(
                ErrorCode::Busy,
                "Many people are signing in right now. Try again soon.",
            )
            .retry_after(2)
        };
        let queued = Queued(Arc::clone(&self.waiting));
        if self.waiting.fetch_add(1, Ordering::SeqCst) >= self.most_waiting {
            return Err(busy());
        }
        let slot = Arc::clone(&self.slots)
            .acquire_owned()
            .await
            .map_err(|_| busy())?;
        // The slot goes with the work: a caller who hangs up does not free it early.
        tokio::task::spawn_blocking(move || {
            let _held = (slot, queued);
            work()
        })
        .await
        .map_err(|_| ApiError::internal("password hashing"))
    }
}

/// Counts as waiting until dropped.
struct Queued(Arc<AtomicUsize>);

impl Drop for Queued {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

fn salt(rng: &dyn Rng) -> [u8; 16] {
    let mut salt = [0_u8; 16];
    rng.fill(&mut salt);
    salt
}

/// Looks like the hash of a password and is random: nobody has that password, and checking one
/// against it takes as long as against any other. Made without hashing, which would hold up each
/// start.
fn nobody(argon2: &Argon2<'_>, rng: &dyn Rng) -> PasswordHash {
    let mut output = [0_u8; Params::DEFAULT_OUTPUT_LEN];
    rng.fill(&mut output);
    let (memory, passes) = (argon2.params().m_cost(), argon2.params().t_cost());
    let [salt, output] = [&salt(rng)[..], &output]
        .map(|bytes| base64::prelude::BASE64_STANDARD_NO_PAD.encode(bytes));
    PasswordHash(format!(
        "$argon2id$v=19$m={memory},t={passes},p=1${salt}${output}"
    ))
}

fn compute(argon2: &Argon2<'_>, password: &[u8], salt: &[u8]) -> anyhow::Result<PasswordHash> {
    let hash: phc::PasswordHash = argon2
        .hash_password_with_salt(password, salt)
        .map_err(|error| anyhow::anyhow!("argon2: {error}"))?;
    Ok(PasswordHash(hash.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::SystemRng;

    fn hasher(waiting: usize) -> (Hasher, SystemRng) {
        let rng = SystemRng::default();
        let config = PasswordConfig {
            argon2_memory_kib: 64,
            argon2_passes: 1,
            parallel_hashes: 1,
            waiting_hashes: waiting,
            ..PasswordConfig::default()
        };
        (Hasher::new(&config, &rng).unwrap(), rng)
    }

    #[test]
    fn the_hash_of_nobody_is_made_like_any_other() {
        let (hasher, rng) = hasher(8);
        let usual = compute(&hasher.argon2, b"a password", &salt(&rng)).unwrap();
        let read = |hash: &PasswordHash| {
            let hash = phc::PasswordHash::new(&hash.0).unwrap();
            (
                hash.algorithm.to_string(),
                hash.version,
                hash.params.to_string(),
            )
        };
        assert_eq!(read(&hasher.nobody), read(&usual));
        assert_eq!(hasher.nobody.0.len(), usual.0.len());
        assert!(!hasher.is_outdated(&hasher.nobody));
    }

    #[tokio::test]
    async fn a_password_verifies_in_any_of_its_unicode_spellings() {
        let (hasher, rng) = hasher(8);
        let hash = hasher
            .hash(&rng, Typed::new("pa\u{300}ssword ﬁve"))
            .await
            .unwrap();
        assert!(hash.0.starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
        assert!(
            hasher
                .verify(Some(&hash), Typed::new("p\u{e0}ssword five"))
                .await
                .unwrap()
        );
        assert!(
            !hasher
                .verify(Some(&hash), Typed::new("password five"))
                .await
                .unwrap()
        );
        assert!(
            !hasher
                .verify(None, Typed::new("password five"))
                .await
                .unwrap()
        );
        assert!(!hasher.is_outdated(&hash));
        assert!(hasher.is_outdated(&PasswordHash("$2b$12$x".to_owned())));
    }

    #[tokio::test]
    async fn past_the_queue_the_answer_is_busy() {
        let (hasher, rng) = hasher(1);
        // The work takes until it is told to end, so that the machine's speed decides nothing.
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let ended = Arc::new(std::sync::Mutex::new(ended));
        let many = (0..20).map(|_| {
            let ended = Arc::clone(&ended);
            hasher.run(move || ended.lock().unwrap().recv().unwrap())
        });
        let all_asked = async { (0..2).for_each(|_| end.send(()).unwrap()) };
        let (answers, ()) = futures::join!(futures::future::join_all(many), all_asked);
        let busy = answers.iter().filter(|answer| answer.is_err()).count();
        assert_eq!(busy, 18, "one at work, one waiting");
        assert!(hasher.hash(&rng, Typed::new("later")).await.is_ok());
    }
}
