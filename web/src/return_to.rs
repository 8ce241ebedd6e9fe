//! Where to go after signing in: only ever a page of this very site.
//!
//! `?return_to=` arrives with the address, so anybody can write it. An open redirect here would
//! lend our sign-in page to phishers (RFC 9700 section 4.11).

/// A path of this site that was checked: it cannot lead anywhere else, whoever wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnTo(String);

/// Longer ones are no address of ours.
const LONGEST: usize = 16 * 1024;

/// Paths that the server answers itself: they need a real navigation, not the client's router.
const SERVER: &[&str] = &[
    "/oauth/",
    "/api/",
    "/docs",
    "/openapi.json",
    "/.well-known/",
];

/// Pages that come with a policy of their own, which lets them show logos.
const LOADED: &[&str] = &["/consent", "/device"];

impl ReturnTo {
    /// Accepts `raw` if it is an absolute path of this site (with or without query and fragment).
    ///
    /// Refused: other schemes and hosts, `//host` and `/\host` (a browser reads a backslash as a
    /// slash), control characters (a browser drops tabs and line breaks before it parses), and
    /// empty or dot segments, from which a browser could make `//host` by normalising.
    pub fn parse(raw: &str) -> Option<Self> {
        let plain = raw.len() <= LONGEST
            && !raw.contains('\\')
            && !raw.chars().any(|c| c.is_control() || c.is_whitespace());
        let path = raw.split(['?', '#']).next().unwrap_or_default();
        let mut segments = path.strip_prefix('/')?.split('/').peekable();
        let mut fine = true;
        while let Some(segment) = segments.next() {
            let empty_inside = segment.is_empty() && segments.peek().is_some();
            fine &= !empty_inside && !is_dots(segment);
        }
        (plain && fine && !loops(path)).then(|| Self(raw.to_owned()))
    }

    /// The path, query and fragment.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the server answers this path itself, so that the browser has to go there for real.
    pub fn is_server_path(&self) -> bool {
        SERVER.iter().any(|prefix| self.0.starts_with(prefix))
    }

    /// Whether the browser has to go there for real, be it to the server or to load a page anew.
    pub fn needs_loading(&self) -> bool {
        let page = self.0.split(['?', '#']).next().unwrap_or_default();
        self.is_server_path() || LOADED.contains(&page.trim_end_matches('/'))
    }
}

/// Whether a URL parser takes `segment` for `.` or `..` (WHATWG URL, "dot URL path segment").
fn is_dots(segment: &str) -> bool {
    let plain = segment.to_ascii_lowercase().replace("%2e", ".");
    plain == "." || plain == ".."
}

/// Whether `path` would lead straight back to where people sign in.
fn loops(path: &str) -> bool {
    matches!(
        path.trim_end_matches('/'),
        "/sign-in" | "/sign-up" | "/setup"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_this_site_are_accepted() {
        for path in [
            "/",
            "/notes",
            "/notes/",
            "/notes?sort=new#latest",
            "/account#passkeys",
            "/oauth/authorize?client_id=spa&redirect_uri=http%3A%2F%2Flocalhost%3A5173%2Fcallback",
            "/oauth/authorize?redirect_uri=http://localhost:5173/callback&state=a/../b",
            "/caf%C3%A9",
            "/..notes",
        ] {
            assert_eq!(
                ReturnTo::parse(path).as_ref().map(ReturnTo::as_str),
                Some(path)
            );
        }
    }

    #[test]
    fn everything_that_could_leave_the_site_is_refused() {
        for evil in [
            "",
            "notes",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "\t//evil.example",
            " //evil.example",
            "/ /evil.example",
            "/.//evil.example",
            "/..//evil.example",
            "/%2e//evil.example",
            "/%2E%2e//evil.example",
            "/a/..//evil.example",
            "/a/../../evil",
            "/notes//x",
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "java\nscript:alert(1)",
            "/\u{0}/evil.example",
            "data:text/html,x",
            "https://evil.example/",
            "https:/evil.example",
            "https:evil.example",
            "@evil.example",
            ".evil.example",
            "?x=//evil.example",
            "#/evil.example",
        ] {
            assert_eq!(ReturnTo::parse(evil), None, "{evil:?}");
        }
        assert_eq!(ReturnTo::parse(&format!("/{}", "a".repeat(LONGEST))), None);
    }

    #[test]
    fn signing_in_never_leads_back_to_signing_in() {
        for path in [
            "/sign-in",
            "/sign-in/",
            "/sign-in?return_to=/notes",
            "/sign-up#x",
            "/setup",
        ] {
            assert_eq!(ReturnTo::parse(path), None, "{path}");
        }
        assert!(ReturnTo::parse("/sign-in-help").is_some());
    }

    #[test]
    fn what_the_server_answers_needs_a_real_navigation() {
        let server = |path| ReturnTo::parse(path).is_some_and(|r| r.is_server_path());
        assert!(server("/oauth/authorize?client_id=spa"));
        assert!(server("/docs"));
        assert!(!server("/notes"));
        assert!(!server("/oauth-help"));
        let loads = |path| ReturnTo::parse(path).is_some_and(|r| r.needs_loading());
        assert!(loads("/docs") && loads("/device?user_code=X") && loads("/device/"));
        assert!(!server("/device") && !loads("/devices") && !loads("/notes?/device"));
    }
}
