//! Remembers what a step was made from, so that it is skipped while nothing has changed.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// A fingerprint kept in a file beside what it speaks of.
#[derive(Debug)]
pub(crate) struct Stamp {
    file: PathBuf,
    fingerprint: String,
}

impl Stamp {
    /// The fingerprint of these files' contents and of `salt` (versions, options).
    pub(crate) fn of(
        file: impl Into<PathBuf>,
        inputs: &[impl AsRef<Path>],
        salt: &str,
    ) -> Result<Self> {
        let mut hasher = DefaultHasher::new();
        salt.hash(&mut hasher);
        for input in inputs {
            let input = input.as_ref();
            fs::read(input)
                .with_context(|| format!("reading {}", input.display()))?
                .hash(&mut hasher);
        }
        Ok(Self {
            file: file.into(),
            fingerprint: format!("{:016x}", hasher.finish()),
        })
    }

    /// Whether the step was done from just these inputs.
    pub(crate) fn is_current(&self) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|kept| kept.trim() == self.fingerprint)
    }

    /// Notes that it has been done.
    pub(crate) fn write(&self) -> Result<()> {
        fs::write(&self.file, &self.fingerprint)
            .with_context(|| format!("writing {}", self.file.display()))
    }
}

/// All files below a folder, sorted, without `node_modules`.
pub(crate) fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in
            fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))?
        {
            let entry = entry?;
            if !entry.file_type()?.is_dir() {
                files.push(entry.path());
            } else if entry.file_name() != "node_modules" {
                folders.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_holds_until_a_byte_or_the_salt_changes() {
        let folder = std::env::temp_dir().join(format!("portcullis-stamp-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (input, file) = (folder.join("input"), folder.join("stamp"));
        fs::write(&input, "one").unwrap();
        let stamp = |salt| Stamp::of(&file, &[&input], salt).unwrap();
        assert!(!stamp("v1").is_current());
        stamp("v1").write().unwrap();
        assert!(stamp("v1").is_current() && !stamp("v2").is_current());
        fs::write(&input, "two").unwrap();
        assert!(!stamp("v1").is_current());
        fs::remove_dir_all(&folder).unwrap();
    }
}
