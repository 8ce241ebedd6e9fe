//! The layer.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::{
    body::Body,
    extract::OriginalUri,
    http::{HeaderMap, HeaderValue, Request, Response, header},
    response::IntoResponse,
};
use portcullis_types::Timestamp;
use tower::{Layer, Service};
use url::Url;

use super::{
    rejection::{Rejection, Scheme},
    verified::{Found, Verified},
};
use crate::{
    ClientCertificate, Holder, Refusal, SetupError, TokenVerifier,
    clock::{self, Clock},
    dpop::{self, Asked, Dpop},
};

/// Verifies the access token of each request before anything behind it runs. A request without a
/// good one is answered with 401; handlers read the token as [`Verified`].
///
/// Tokens come in the `Authorization` header and nowhere else (RFC 6750 section 2.1): in a body or an
/// address they end up in logs. One that is bound to a certificate passes where the request has that
/// [`ClientCertificate`] among its extensions, and nowhere else.
#[derive(Clone)]
pub struct VerifyLayer(Arc<Guard>);

#[derive(Clone)]
struct Guard {
    verifier: Arc<dyn TokenVerifier>,
    dpop: Option<Arc<Proofs>>,
    scopes: Vec<String>,
    optional: bool,
    clock: Clock,
}

struct Proofs {
    dpop: Dpop,
    origin: String,
}

impl VerifyLayer {
    /// Asks this verifier, for bearer tokens. Tokens that are bound to a key are refused until
    /// [`dpop`](Self::dpop) is there.
    pub fn new(verifier: impl TokenVerifier) -> Self {
        Self(Arc::new(Guard {
            verifier: Arc::new(verifier),
            dpop: None,
            scopes: Vec::new(),
            optional: false,
            clock: clock::system(),
        }))
    }

    /// Takes tokens that are bound to a key, with proofs for this service. `origin` is where clients
    /// reach it, such as `https://api.example.com`.
    ///
    /// # Errors
    /// If that is no origin.
    pub fn dpop(self, dpop: Dpop, origin: &str) -> Result<Self, SetupError> {
        let wrong = || SetupError::Origin(origin.to_owned());
        let url = Url::parse(origin).map_err(|_| wrong())?;
        let origin = url.origin().ascii_serialization();
        // Whatever is more than an origin would be taken for part of each path.
        if !matches!(url.scheme(), "https" | "http") || url.as_str() != format!("{origin}/") {
            return Err(wrong());
        }
        let proofs = Arc::new(Proofs { dpop, origin });
        Ok(self.with(|guard| guard.dpop = Some(proofs)))
    }

    /// Asks for this scope; 403 without it. Several: all of them.
    #[must_use]
    pub fn scope(self, scope: &str) -> Self {
        self.with(|guard| guard.scopes.push(scope.to_owned()))
    }

    /// Lets requests without a token pass, for routes that greet strangers too. A token that is not
    /// good is still refused, and [`Verified`] still asks for one.
    #[must_use]
    pub fn optional(self) -> Self {
        self.with(|guard| guard.optional = true)
    }

    /// Tells the time, for proofs, in place of the system's clock.
    #[must_use]
    pub fn clock(self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.with(|guard| guard.clock = Arc::new(clock))
    }

    fn with(mut self, change: impl FnOnce(&mut Guard)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }
}

impl fmt::Debug for VerifyLayer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut it = formatter.debug_struct("VerifyLayer");
        it.field("issuers", &self.0.verifier.issuers())
            .finish_non_exhaustive()
    }
}

impl Guard {
    fn offers_dpop(&self) -> bool {
        self.dpop.is_some()
    }

    /// What a request with this method, path and headers is allowed, if it passes.
    async fn admit(
        &self,
        method: &axum::http::Method,
        path: &str,
        headers: &HeaderMap,
        certificate: Option<&ClientCertificate>,
    ) -> Result<Option<Verified>, Rejection> {
        let Some((scheme, token)) = self.credentials(headers)? else {
            if self.optional && self.scopes.is_empty() {
                return Ok(None);
            }
            return Err(Rejection::no_token(self.offers_dpop()));
        };
        let refused = |why| Rejection::token(why, scheme, self.offers_dpop());
        let claims = match scheme {
            Scheme::Bearer => {
                let holder = Holder {
                    key: None,
                    certificate,
                };
                let claims = self.verifier.verify_held(token, holder);
                claims.await.map_err(refused)?
            }
            Scheme::Dpop => {
                let proofs = self.dpop.as_ref();
                let proofs = proofs.ok_or_else(|| refused(Refusal::Bound))?;
                let asked = Asked {
                    method,
                    origin: &proofs.origin,
                    path,
                    token: Some(token),
                };
                let now = (self.clock)();
                let proof = proofs.dpop.check(headers, &asked, now);
                let proof = proof
                    .and_then(|proof| proof.ok_or(dpop::Wrong::Proof))
                    .map_err(Rejection::proof)?;
                let holder = Holder {
                    key: Some(proof.thumbprint()),
                    certificate,
                };
                let claims = self.verifier.verify_held(token, holder);
                let claims = claims.await.map_err(refused)?;
                // Last: only who has a good token can make this remember something.
                proofs.dpop.spend(&proof, now).map_err(Rejection::proof)?;
                claims
            }
        };
        let verified = Verified::new(claims, scheme);
        for scope in &self.scopes {
            verified.require_scope(scope)?;
        }
        Ok(Some(verified))
    }

    /// The scheme and the token. Nothing: none came; whatever else came is wrong, which is something
    /// else.
    fn credentials<'h>(
        &self,
        headers: &'h HeaderMap,
    ) -> Result<Option<(Scheme, &'h str)>, Rejection> {
        let malformed = || Rejection::malformed(self.offers_dpop());
        let mut values = headers.get_all(header::AUTHORIZATION).iter();
        let Some(value) = values.next() else {
            return Ok(None);
        };
        if values.next().is_some() {
            return Err(malformed());
        }
        let value = value.to_str().map_err(|_| malformed())?;
        let (name, token) = value.split_once(' ').ok_or_else(malformed)?;
        let scheme = if name.eq_ignore_ascii_case("bearer") {
            Scheme::Bearer
        } else if name.eq_ignore_ascii_case("dpop") {
            Scheme::Dpop
        } else {
            // Credentials that this service does not know, such as a password.
            return Err(Rejection::no_token(self.offers_dpop()));
        };
        let token = token.trim_matches(' ');
        if token.is_empty() || token.contains([' ', ',', '"']) {
            return Err(malformed());
        }
        Ok(Some((scheme, token)))
    }

    /// The nonce for the next proof, for whoever uses DPoP (RFC 9449 section 8.2).
    fn nonce(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let proofs = self.dpop.as_ref()?;
        let value = headers.get(header::AUTHORIZATION);
        let scheme = value.and_then(|value| value.as_bytes().get(..5));
        let uses = headers.contains_key(dpop::PROOF)
            || scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"dpop "));
        let nonce = uses.then(|| proofs.dpop.nonce((self.clock)())).flatten()?;
        HeaderValue::from_str(&nonce).ok()
    }
}

impl<S> Layer<S> for VerifyLayer {
    type Service = VerifyService<S>;

    fn layer(&self, inner: S) -> VerifyService<S> {
        VerifyService {
            inner,
            guard: Arc::clone(&self.0),
        }
    }
}

/// What [`VerifyLayer`] wraps a service in.
#[derive(Clone)]
pub struct VerifyService<S> {
    inner: S,
    guard: Arc<Guard>,
}

impl<S: fmt::Debug> fmt::Debug for VerifyService<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut it = formatter.debug_struct("VerifyService");
        it.field("inner", &self.inner).finish_non_exhaustive()
    }
}

impl<S, B> Service<Request<B>> for VerifyService<S>
where
    S: Service<Request<B>, Response = Response<Body>> + Clone + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The one that was polled ready is used; its clone takes its place.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let guard = Arc::clone(&self.guard);
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            let nonce = guard.nonce(&parts.headers);
            // A nested router sees a part of the path, the client asked for all of it.
            let uri = parts.extensions.get::<OriginalUri>();
            let path = uri.map_or(parts.uri.path(), |uri| uri.path()).to_owned();
            let certificate = parts.extensions.get::<ClientCertificate>();
            let admitted = guard.admit(&parts.method, &path, &parts.headers, certificate);
            let admitted = admitted.await;
            let mut response = match admitted {
                Ok(verified) => {
                    parts.extensions.insert(Found {
                        verified,
                        dpop: guard.offers_dpop(),
                    });
                    inner.call(Request::from_parts(parts, body)).await?
                }
                Err(rejection) => rejection.into_response(),
            };
            if let Some(nonce) = nonce {
                response.headers_mut().insert(dpop::NONCE, nonce);
            }
            Ok(response)
        })
    }
}
