//! The client as Leptos sees it: a context whose session is a signal.

use futures::channel::oneshot;
use leptos::prelude::*;
use portcullis_sdk::{Auth, AuthError, ErrorKind, Session};
use portcullis_types::{ErrorCode, SessionView, UserId, UserView};

use crate::step_up::StepUp;
use crate::text::{Language, Text, provide_text};
use crate::time::provide_clock;
use crate::ui::{ToastRegion, Toasts};

/// What the user has to do before an act can go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Confirm it is them: the last sign-in is too long ago for a sensitive act.
    Confirm,
    /// Sign in: the session has ended meanwhile.
    SignIn,
}

/// The client and its session, for components. Cheap to copy.
#[derive(Clone, Copy)]
pub struct AuthContext {
    client: StoredValue<Auth, LocalStorage>,
    session: RwSignal<Session>,
    app: &'static str,
    /// What the dialog of [`StepUp`] asks for now.
    pub(crate) need: RwSignal<Option<Need>>,
    /// Who was signed in when the dialog began to ask.
    asked: StoredValue<Option<UserId>>,
    /// Who waits for the dialog's outcome.
    waiting: StoredValue<Vec<oneshot::Sender<bool>>, LocalStorage>,
}

impl AuthContext {
    fn new(auth: Auth, app: &'static str) -> Self {
        let session = RwSignal::new(auth.session());
        let asked = StoredValue::new(auth.session().user().map(|user| user.id));
        let need = RwSignal::new(None);
        let subscription = auth.subscribe(move |now| {
            let now = now.clone();
            if let (Some(user), Some(None)) = (now.user(), need.try_get_untracked()) {
                asked.set_value(Some(user.id));
            }
            // After the provider has left the page there is nobody to tell.
            _ = session.try_update(|session| *session = now);
        });
        let subscription = StoredValue::new_local(Some(subscription));
        on_cleanup(move || drop(subscription.try_update_value(Option::take)));
        Self {
            client: StoredValue::new_local(auth),
            session,
            app,
            need,
            asked,
            waiting: StoredValue::new_local(Vec::new()),
        }
    }

    /// The client itself, to call.
    pub fn client(&self) -> Auth {
        self.client.get_value()
    }

    /// The session. Reactive, as all that follows.
    pub fn session(&self) -> Session {
        self.session.get()
    }

    /// Whether somebody is signed in.
    pub fn is_signed_in(&self) -> bool {
        self.session.with(Session::is_signed_in)
    }

    /// Whether it is not yet known if somebody is signed in.
    pub fn is_pending(&self) -> bool {
        self.session.with(Session::is_pending)
    }

    /// Who is signed in, if anybody is.
    pub fn user(&self) -> Option<UserView> {
        self.session.with(|session| session.user().cloned())
    }

    /// The session's view, if somebody is signed in.
    pub fn view(&self) -> Option<SessionView> {
        self.session
            .with(|session| session.view().map(|view| (**view).clone()))
    }

    /// Whether the user has `permission`.
    pub fn can(&self, permission: &str) -> bool {
        self.session.track();
        self.client.with_value(|auth| auth.can(permission))
    }

    /// The app's name, as sign-in pages show it.
    pub const fn app(&self) -> &'static str {
        self.app
    }

    /// Does `act`. If the server wants the user to confirm it is them, or to sign in again
    /// because the session has ended, asks for that over the page and then does it once more.
    /// A user who does not want to leads to [`ErrorKind::Cancelled`].
    pub async fn confirmed<T, F>(&self, act: impl Fn(Auth) -> F) -> Result<T, AuthError>
    where
        F: Future<Output = Result<T, AuthError>>,
    {
        loop {
            let need = match act(self.client()).await {
                Err(error) if error.is_step_up() => Need::Confirm,
                Err(error) if session_ended(&error) => Need::SignIn,
                other => return other,
            };
            if !self.ask(need).await {
                return Err(ErrorKind::Cancelled.into());
            }
        }
    }

    /// Asks the user to sign in over the page they are on, and says whether they did.
    pub async fn sign_in_here(&self) -> bool {
        self.ask(Need::SignIn).await
    }

    async fn ask(&self, need: Need) -> bool {
        let (answer, outcome) = oneshot::channel();
        self.waiting.update_value(|waiting| waiting.push(answer));
        self.need.set(Some(need));
        outcome.await.unwrap_or(false)
    }

    /// The dialog is over: everyone who waited goes on, or gives up. They give up as well if
    /// somebody else has signed in, whose account the act was not meant for; then this is `false`.
    pub(crate) fn answer(&self, done: bool) -> bool {
        let now = self.client().session().user().map(|user| user.id);
        let before = self.asked.get_value();
        let done = done && (before.is_none() || before == now);
        if !done {
            self.client().cancel_step_up();
        }
        self.asked.set_value(now.or(before));
        self.need.set(None);
        let waiting = self
            .waiting
            .try_update_value(std::mem::take)
            .unwrap_or_default();
        for answer in waiting {
            // Whoever no longer waits needs no answer.
            _ = answer.send(done);
        }
        done
    }
}

/// Whether `error` says that nobody is signed in (any more).
pub(crate) fn session_ended(error: &AuthError) -> bool {
    matches!(
        error.kind,
        ErrorKind::SignedOut | ErrorKind::Server(ErrorCode::NotAuthenticated)
    )
}

/// The client and its session, for the component that calls this.
///
/// # Panics
/// Without an [`AuthProvider`] above.
pub fn use_auth() -> AuthContext {
    expect_context()
}

/// Short messages at the foot of the page.
///
/// # Panics
/// Without an [`AuthProvider`] above.
pub fn use_toasts() -> Toasts {
    expect_context()
}

/// The app's own logo, if it has one.
#[derive(Clone)]
pub(crate) struct Logo(pub(crate) Option<ViewFn>);

/// Gives everything below a client and its session, the words to show, the dialog that asks
/// people to confirm it is them, and the place for short messages.
#[component]
pub fn AuthProvider(
    /// The client.
    auth: Auth,
    /// The app's name, for titles.
    app: &'static str,
    /// The app's logo, above the title of sign-in pages; a gate if left out.
    #[prop(optional, into)]
    logo: Option<ViewFn>,
    /// The language; left out: the first of the browser's that there are words for, else English.
    #[prop(optional)]
    language: Option<Language>,
    /// Words of one's own, in whatever language; left out: those of `language`.
    #[prop(optional)]
    text: Option<&'static Text>,
    /// The app.
    children: Children,
) -> impl IntoView {
    let spoken = || language.unwrap_or_else(Language::of_browser).text();
    provide_text(text.unwrap_or_else(spoken));
    provide_clock();
    provide_context(Toasts::new());
    provide_context(Logo(logo));
    provide_context(AuthContext::new(auth, app));
    view! {
        {children()}
        <StepUp/>
        <ToastRegion/>
    }
}
