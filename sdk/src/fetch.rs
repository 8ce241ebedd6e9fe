//! [`Auth::fetch`]: the application's own requests, with whatever proves who is signed in.

use web_sys::{Request, Response};

use crate::auth::Auth;
use crate::error::{AuthError, ErrorKind};

impl Auth {
    /// Sends a request of the application's. To the server's origin it carries what proves the
    /// session: the CSRF header by cookie, the access token in token mode. To any other origin it
    /// goes as it is.
    ///
    /// An answer of 401 in token mode leads to one refresh and one retry. Whatever answer comes
    /// in the end is returned; an error means that there was none.
    pub async fn fetch(&self, request: Request) -> Result<Response, AuthError> {
        let _ = request;
        Err(ErrorKind::NotSupported.into())
    }
}
