//! The master key: what seals everything else, and is never in the database.

use std::{fmt::Write as _, fs, io::Write as _, path::Path};

use anyhow::{Context, bail};
use portcullis_domain::Rng;

use super::{
    mac::Mac,
    seal::{self, Sealer},
};

/// 256 bits from which a key per purpose is derived.
pub struct MasterKey([u8; 32]);

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(..)")
    }
}

impl MasterKey {
    /// Takes a key of 32 random bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> anyhow::Result<Self> {
        let digits = text.trim().as_bytes();
        if digits.len() != 64 {
            bail!(
                "the master key must be 64 hexadecimal digits, such as `openssl rand -hex 32` prints"
            );
        }
        let mut key = [0_u8; 32];
        for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
            let pair = std::str::from_utf8(pair).unwrap_or_default();
            *byte = u8::from_str_radix(pair, 16)
                .ok()
                .filter(|_| !pair.starts_with('+'))
                .context("the master key has a character that is no hexadecimal digit")?;
        }
        Ok(Self(key))
    }

    /// Reads the key file, or makes it (readable by its owner alone) where there is none.
    pub fn from_file(path: &Path, rng: &dyn Rng) -> anyhow::Result<Self> {
        match fs::read_to_string(path) {
            Ok(text) => Self::from_hex(&text)
                .with_context(|| format!("{} is not a master key file", path.display())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Self::create(path, rng),
            Err(error) => {
                Err(error).with_context(|| format!("cannot read the master key {}", path.display()))
            }
        }
    }

    fn create(path: &Path, rng: &dyn Rng) -> anyhow::Result<Self> {
        let mut key = [0_u8; 32];
        rng.fill(&mut key);
        let mut hex = String::with_capacity(64);
        for byte in key {
            let _ = write!(hex, "{byte:02x}");
        }
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        // Written beside and linked into place: a crash leaves no half key, and of two starts at
        // once the second reads the first one's.
        let draft = path.with_extension(format!("{}.tmp", std::process::id()));
        let write = || -> std::io::Result<()> {
            let mut file = options.open(&draft)?;
            file.write_all(hex.as_bytes())?;
            file.sync_all()?;
            fs::hard_link(&draft, path)
        };
        let written = write();
        let _ = fs::remove_file(&draft);
        match written {
            Ok(()) => Ok(Self(key)),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && path.exists() => {
                Self::from_hex(&fs::read_to_string(path)?)
            }
            Err(error) => Err(error)
                .with_context(|| format!("cannot write the master key {}", path.display())),
        }
    }

    /// A MAC whose key serves this purpose alone.
    pub(crate) fn mac(&self, purpose: &str) -> anyhow::Result<Mac> {
        let key = seal::derive(&self.0, purpose).context("key derivation failed")?;
        Ok(Mac::new(&key))
    }

    /// A sealer whose key serves this purpose alone.
    pub(crate) fn sealer(&self, purpose: &str) -> anyhow::Result<Sealer> {
        Sealer::derive(&self.0, purpose).context("key derivation failed")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::SystemRng;

    #[test]
    fn the_key_file_is_made_once_and_for_its_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("master.key");
        let first = MasterKey::from_file(&path, &SystemRng::default()).unwrap();
        let second = MasterKey::from_file(&path, &SystemRng::default()).unwrap();
        assert_eq!(first.0, second.0);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(
                fs::metadata(&path).unwrap().permissions().mode() & 0o777,
                0o600
            );
        }
    }

    #[test]
    fn a_broken_key_file_is_an_error_and_stays_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("master.key");
        fs::write(&path, "not a key").unwrap();
        assert!(MasterKey::from_file(&path, &SystemRng::default()).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "not a key");
    }
}
