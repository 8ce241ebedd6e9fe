//! One sign-in by redirect: what is made up before the browser leaves, and what is checked when
//! it comes back (RFC 6749 section 4.1, RFC 7636, RFC 9207, OpenID Connect Core 1.0).
//!
//! Randomness comes in as bytes and SHA-256 is done by the caller, because the browser's own
//! implementations of both are asynchronous and cost no bytes.

use crate::base64url;

/// How many random bytes [`Transaction::new`] takes.
pub const RANDOM_BYTES: usize = 64;

/// What a page remembers while the browser is away at the server.
#[derive(Clone, PartialEq, Eq)]
pub struct Transaction {
    /// Comes back with the answer; ties it to this browser (RFC 6749 section 10.12).
    pub state: String,
    /// Comes back in the ID token; ties it to this request.
    pub nonce: String,
    /// PKCE's secret (RFC 7636 section 4.1): 43 characters.
    pub verifier: String,
    /// The path of this origin to go to in the end.
    pub return_to: String,
}

impl std::fmt::Debug for Transaction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Transaction { .. }")
    }
}

/// Why an answer was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RedirectError {
    /// It does not belong to this transaction: `state` differs.
    State,
    /// It comes from another server: `iss` differs or is missing (RFC 9207 section 2.4).
    Issuer,
    /// It has neither code nor error.
    Incomplete,
    /// The server refused, with this error code.
    Refused(String),
}

/// The parameters of the answer, as they are in the address.
#[derive(Clone, Copy, Debug, Default)]
pub struct Answer<'a> {
    /// `state`.
    pub state: Option<&'a str>,
    /// `iss`.
    pub issuer: Option<&'a str>,
    /// `code`.
    pub code: Option<&'a str>,
    /// `error`.
    pub error: Option<&'a str>,
}

/// The claims of an ID token that are checked here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdClaims {
    /// The issuer.
    pub iss: String,
    /// The client the token is for.
    pub aud: String,
    /// The transaction's nonce.
    pub nonce: Option<String>,
}

impl Transaction {
    /// Begins a transaction from fresh random bytes.
    pub fn new(random: &[u8; RANDOM_BYTES], return_to: &str) -> Self {
        let (verifier, rest) = random.split_at(32);
        let (state, nonce) = rest.split_at(16);
        Self {
            state: base64url::encode(state),
            nonce: base64url::encode(nonce),
            verifier: base64url::encode(verifier),
            return_to: if is_local_path(return_to) {
                return_to
            } else {
                "/"
            }
            .to_owned(),
        }
    }

    /// The parameters of the authorization request, to be form-encoded. `challenge` is the
    /// base64url of the SHA-256 of [`Transaction::verifier`].
    pub fn request<'a>(
        &'a self,
        client_id: &'a str,
        redirect_uri: &'a str,
        scope: &'a str,
        challenge: &'a str,
    ) -> [(&'static str, &'a str); 8] {
        [
            ("response_type", "code"),
            ("client_id", client_id),
            ("redirect_uri", redirect_uri),
            ("scope", scope),
            ("state", &self.state),
            ("nonce", &self.nonce),
            ("code_challenge", challenge),
            ("code_challenge_method", "S256"),
        ]
    }

    /// Checks the answer and takes the code out of it.
    pub fn code<'a>(&self, answer: Answer<'a>, issuer: &str) -> Result<&'a str, RedirectError> {
        answer.code_of(&self.state, issuer)
    }

    /// Whether an ID token is the one this transaction asked for. Its signature need not be
    /// checked, since it came from the token endpoint itself over TLS (OpenID Connect Core 1.0
    /// section 3.1.3.7, point 6).
    pub fn accepts(&self, claims: &IdClaims, issuer: &str, client_id: &str) -> bool {
        claims.are_of(&self.nonce, issuer, client_id)
    }
}

impl<'a> Answer<'a> {
    /// Checks the answer to the transaction of this `state` and takes the code out of it.
    pub fn code_of(self, state: &str, issuer: &str) -> Result<&'a str, RedirectError> {
        if self.state != Some(state) {
            return Err(RedirectError::State);
        }
        if self.issuer != Some(issuer) {
            return Err(RedirectError::Issuer);
        }
        if let Some(error) = self.error {
            return Err(RedirectError::Refused(error.to_owned()));
        }
        self.code
            .filter(|code| !code.is_empty())
            .ok_or(RedirectError::Incomplete)
    }
}

impl IdClaims {
    /// Whether they are for this client, from this issuer, and of the transaction of this `nonce`.
    pub fn are_of(&self, nonce: &str, issuer: &str, client_id: &str) -> bool {
        self.iss == issuer && self.aud == client_id && self.nonce.as_deref() == Some(nonce)
    }
}

/// Whether `path` stays on the origin it is resolved against: it begins with one slash, and has
/// no backslash, which browsers read as a slash, and no control character, which they skip.
pub fn is_local_path(path: &str) -> bool {
    path.starts_with('/')
        && !path.starts_with("//")
        && !path
            .bytes()
            .any(|byte| byte == b'\\' || byte.is_ascii_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transaction() -> Transaction {
        let random: [u8; RANDOM_BYTES] = std::array::from_fn(|at| u8::try_from(at).unwrap());
        Transaction::new(&random, "/notes?page=2")
    }

    fn good(transaction: &Transaction) -> Answer<'_> {
        Answer {
            state: Some(&transaction.state),
            issuer: Some("https://auth.example"),
            code: Some("pc_code"),
            error: None,
        }
    }

    #[test]
    fn rfc7636_verifier_has_43_unreserved_characters() {
        let verifier = transaction().verifier;
        assert_eq!(verifier.len(), 43);
        assert!(
            verifier
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        );
    }

    #[test]
    fn state_nonce_and_verifier_share_no_randomness() {
        let one = transaction();
        assert_eq!(one.state.len(), 22);
        assert_eq!(one.nonce.len(), 22);
        assert_ne!(one.state, one.nonce);
        assert!(!one.verifier.contains(&one.state) && !one.verifier.contains(&one.nonce));
    }

    #[test]
    fn only_s256_is_ever_asked_for() {
        let transaction = transaction();
        let request = transaction.request("spa", "https://app.example/cb", "openid", "abc");
        assert!(request.contains(&("code_challenge_method", "S256")));
        assert!(request.contains(&("code_challenge", "abc")));
        assert!(
            !request
                .iter()
                .any(|(_, value)| *value == transaction.verifier)
        );
    }

    #[test]
    fn the_right_answer_gives_the_code() {
        let transaction = transaction();
        assert_eq!(
            transaction.code(good(&transaction), "https://auth.example"),
            Ok("pc_code")
        );
    }

    #[test]
    fn rfc9207_and_rfc6749_answers_that_are_not_ours_are_refused() {
        let transaction = transaction();
        let good = good(&transaction);
        let table = [
            (
                Answer {
                    state: None,
                    ..good
                },
                RedirectError::State,
            ),
            (
                Answer {
                    state: Some("x"),
                    ..good
                },
                RedirectError::State,
            ),
            (
                Answer {
                    issuer: None,
                    ..good
                },
                RedirectError::Issuer,
            ),
            (
                Answer {
                    issuer: Some("https://evil.example"),
                    ..good
                },
                RedirectError::Issuer,
            ),
            (
                Answer {
                    issuer: Some("https://auth.example/"),
                    ..good
                },
                RedirectError::Issuer,
            ),
            (Answer { code: None, ..good }, RedirectError::Incomplete),
            (
                Answer {
                    code: Some(""),
                    ..good
                },
                RedirectError::Incomplete,
            ),
            // An error counts only with the right state and issuer, and outranks a code.
            (
                Answer {
                    error: Some("access_denied"),
                    ..good
                },
                RedirectError::Refused("access_denied".into()),
            ),
            (
                Answer {
                    error: Some("access_denied"),
                    state: None,
                    ..good
                },
                RedirectError::State,
            ),
        ];
        for (answer, expected) in table {
            assert_eq!(
                transaction.code(answer, "https://auth.example"),
                Err(expected)
            );
        }
    }

    #[test]
    fn an_id_token_of_another_request_client_or_server_is_refused() {
        let transaction = transaction();
        let claims = |iss: &str, aud: &str, nonce: Option<&str>| IdClaims {
            iss: iss.into(),
            aud: aud.into(),
            nonce: nonce.map(str::to_owned),
        };
        let nonce = Some(transaction.nonce.as_str());
        let accepts = |claims| transaction.accepts(&claims, "https://auth.example", "spa");
        assert!(accepts(claims("https://auth.example", "spa", nonce)));
        assert!(!accepts(claims("https://evil.example", "spa", nonce)));
        assert!(!accepts(claims("https://auth.example", "other", nonce)));
        assert!(!accepts(claims("https://auth.example", "spa", Some("x"))));
        assert!(!accepts(claims("https://auth.example", "spa", None)));
    }

    #[test]
    fn the_way_back_stays_on_the_origin() {
        for path in ["/", "/notes", "/notes?x=//y#z", "/a/b"] {
            assert!(is_local_path(path), "{path}");
        }
        for path in [
            "",
            "notes",
            "//evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/\n/evil.example",
        ] {
            assert!(!is_local_path(path), "{path:?}");
            let random = [7; RANDOM_BYTES];
            assert_eq!(Transaction::new(&random, path).return_to, "/");
        }
    }
}
