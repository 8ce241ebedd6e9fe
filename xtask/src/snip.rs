//! Takes out of a module what only words a panic.
//!
//! A panic in the browser traps: its message is written to nowhere, but the code that would put it
//! together, which is most of `core::fmt`, is a tenth of a small module. The standard library is there
//! compiled, so no setting of the compiler leaves it out; here the bodies of these functions are
//! replaced by the trap that they end in, and wasm-opt removes what only they call.
//!
//! A module that formats text in earnest must not be treated so: the tests of the npm package run the
//! very module that is shipped.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail, ensure};

const CUSTOM: u8 = 0;
const IMPORT: u8 = 2;
const CODE: u8 = 10;
/// A body of three bytes: no locals, `unreachable`, `end`.
const TRAP: &[u8] = &[3, 0x00, 0x00, 0x0b];

/// Whether a function of this name only serves panics.
fn is_for_panics(name: &str) -> bool {
    const PARTS: &[&str] = &[
        "::panicking::",
        "panic_already",
        "panic_bounds",
        "panic_const",
        "::fmt::",
        "slice_index_fail",
        "slice_error_fail",
        "assert_failed",
        "raw_vec::capacity_overflow",
        "raw_vec::handle_error",
        "handle_alloc_error",
        "rust_oom",
        "unwrap_failed",
        "expect_failed",
        "::rust_panic",
    ];
    PARTS.iter().any(|part| name.contains(part))
}

/// The module without them. Fails if it has no names, or not those that a panic is made of.
pub(crate) fn panics(module: &[u8]) -> Result<Vec<u8>> {
    let mut reader = Reader(module);
    let header = reader.take(8)?;
    let mut sections = Vec::new();
    let mut imported = 0;
    let mut names = BTreeMap::new();
    while !reader.0.is_empty() {
        let id = reader.byte()?;
        let length = reader.count()?;
        let body = reader.take(length)?;
        match id {
            IMPORT => imported = Reader(body).imported_functions()?,
            CUSTOM => names.append(&mut Reader(body).names()?),
            _ => {}
        }
        sections.push((id, body));
    }
    ensure!(
        names
            .values()
            .any(|name| name.contains("panicking::panic_fmt")),
        "the module has no names, or its panics are made of other functions"
    );
    let mut out = header.to_vec();
    for (id, body) in sections {
        out.push(id);
        if id == CODE {
            let code = without_panics(body, imported, &names)?;
            write_count(&mut out, code.len())?;
            out.extend(code);
        } else {
            write_count(&mut out, body.len())?;
            out.extend(body);
        }
    }
    Ok(out)
}

fn without_panics(
    section: &[u8],
    imported: usize,
    names: &BTreeMap<usize, &str>,
) -> Result<Vec<u8>> {
    let mut reader = Reader(section);
    let functions = reader.count()?;
    let mut out = Vec::new();
    write_count(&mut out, functions)?;
    for function in 0..functions {
        let length = reader.count()?;
        let body = reader.take(length)?;
        let name = names.get(&(function + imported));
        if name.is_some_and(|name| is_for_panics(name)) {
            out.extend(TRAP);
        } else {
            write_count(&mut out, length)?;
            out.extend(body);
        }
    }
    Ok(out)
}

/// Unsigned LEB128.
fn write_count(out: &mut Vec<u8>, mut count: usize) -> Result<()> {
    loop {
        let low = u8::try_from(count & 0x7f)?;
        count >>= 7;
        if count == 0 {
            out.push(low);
            return Ok(());
        }
        out.push(low | 0x80);
    }
}

/// What is left to read of a module or section.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length).context("it is cut off")?;
        self.0 = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8> {
        self.take(1)?.first().copied().context("it is cut off")
    }

    /// Unsigned LEB128.
    fn count(&mut self) -> Result<usize> {
        let (mut count, mut shift) = (0_usize, 0);
        loop {
            let byte = self.byte()?;
            count |= usize::from(byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 {
                return Ok(count);
            }
            ensure!(shift < 35, "a number is too long");
        }
    }

    fn text(&mut self) -> Result<&'a str> {
        let length = self.count()?;
        Ok(std::str::from_utf8(self.take(length)?)?)
    }

    /// Limits of a table or memory.
    fn limits(&mut self) -> Result<()> {
        let has_most = self.count()? & 1 == 1;
        self.count()?;
        if has_most {
            self.count()?;
        }
        Ok(())
    }

    /// How many functions an import section imports: they are numbered before all others.
    fn imported_functions(&mut self) -> Result<usize> {
        let mut functions = 0;
        for _ in 0..self.count()? {
            self.text()?;
            self.text()?;
            match self.byte()? {
                0 => {
                    self.count()?;
                    functions += 1;
                }
                1 => {
                    self.byte()?;
                    self.limits()?;
                }
                2 => self.limits()?,
                3 => drop(self.take(2)?),
                kind => bail!("an import of kind {kind} is not known"),
            }
        }
        Ok(functions)
    }

    /// The names of functions, if this is the custom section that has them.
    fn names(&mut self) -> Result<BTreeMap<usize, &'a str>> {
        const FUNCTIONS: u8 = 1;
        let mut names = BTreeMap::new();
        if self.text()? != "name" {
            return Ok(names);
        }
        while !self.0.is_empty() {
            let kind = self.byte()?;
            let length = self.count()?;
            let mut part = Self(self.take(length)?);
            if kind == FUNCTIONS {
                for _ in 0..part.count()? {
                    let function = part.count()?;
                    names.insert(function, part.text()?);
                }
            }
        }
        Ok(names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(id: u8, body: &[u8]) -> Vec<u8> {
        let mut out = vec![id];
        write_count(&mut out, body.len()).unwrap();
        out.extend(body);
        out
    }

    fn text(text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        write_count(&mut out, text.len()).unwrap();
        out.extend(text.as_bytes());
        out
    }

    /// A module that imports one function and has two of its own: `first` and one that says no more
    /// than a panic does. It is no module that would run.
    fn module(names: [&str; 2]) -> (Vec<u8>, Vec<u8>) {
        let header = b"\0asm\x01\0\0\0".to_vec();
        let import = [&[1], &*text("env"), &*text("f"), &[0, 0]].concat();
        let kept = [5, 0, 0x41, 1, 0x1a, 0x0b];
        let long = [&[0x84, 0x01, 0][..], &[1; 130], &[0x0b]].concat();
        let naming = names
            .iter()
            .zip(1..)
            .map(|(name, at)| [vec![at], text(name)].concat());
        let naming: Vec<u8> = std::iter::once(2).chain(naming.flatten()).collect();
        let section_of_names = [text("name"), section(1, &naming)].concat();
        let with = |last: &[u8]| {
            let code = [&[2], &kept[..], last].concat();
            [
                header.clone(),
                section(IMPORT, &import),
                section(CODE, &code),
                section(CUSTOM, &section_of_names),
            ]
            .concat()
        };
        (with(&long), with(TRAP))
    }

    #[test]
    fn what_words_a_panic_becomes_a_trap_and_the_rest_stays() {
        let (before, after) = module(["first", "core[c0ffee]::panicking::panic_fmt"]);
        assert_eq!(panics(&before).unwrap(), after);
    }

    #[test]
    fn a_module_without_names_is_an_error_and_not_left_as_it_is() {
        let (nameless, _) = module(["first", "second"]);
        assert!(panics(&nameless).is_err());
        assert!(panics(b"\0asm\x01\0\0\0").is_err());
    }

    #[test]
    fn a_module_that_is_cut_off_is_an_error() {
        let (module, _) = module(["first", "core::panicking::panic_fmt"]);
        for length in 0..module.len() {
            assert!(panics(&module[..length]).is_err(), "{length}");
        }
    }
}
