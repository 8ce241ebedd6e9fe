//! [`Auth`]: the client an application holds.

use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::{Rc, Weak};
use std::task::{Poll, Waker};

use portcullis_core::Session;

use crate::config::Config;
use crate::driver::Inner;

/// The client: knows who is signed in, and signs in and out.
///
/// Cheap to clone; all clones are the same client. Make one per page. Two of them agree with each
/// other just as two tabs do.
#[derive(Clone)]
pub struct Auth(pub(crate) Rc<Inner>);

impl Auth {
    /// Makes the client and starts to restore the session; [`Auth::ready`] says when that is done.
    pub fn new(config: Config) -> Self {
        let inner = Inner::new(config);
        inner.start();
        Self(inner)
    }

    /// Waits until it is known whether somebody is signed in, or that the server cannot be
    /// reached.
    pub async fn ready(&self) {
        poll_fn(|context| {
            if matches!(self.session(), Session::Loading) {
                self.0.waiting.borrow_mut().push(context.waker().clone());
                Poll::Pending
            } else {
                Poll::Ready(())
            }
        })
        .await;
    }

    /// The session as it is known now.
    pub fn session(&self) -> Session {
        self.0.session()
    }

    /// Calls `listener` with every change of the session, until the subscription is dropped. It
    /// is not called with the session as it is now.
    #[must_use = "dropping the subscription ends it"]
    pub fn subscribe(&self, listener: impl Fn(&Session) + 'static) -> Subscription {
        self.0.subscribers.add(Rc::new(listener))
    }

    /// Whether the user has `permission`, such as `notes:delete`. What is not a permission is
    /// denied, and so is everything while nobody is signed in.
    ///
    /// This mirrors what the server decides and is for showing or hiding things; the server
    /// decides each request again.
    pub fn can(&self, permission: &str) -> bool {
        self.0.can(permission)
    }

    /// Whether the user has at least one of `permissions`; none asked for: no.
    pub fn can_any<S: AsRef<str>>(&self, permissions: &[S]) -> bool {
        permissions
            .iter()
            .any(|permission| self.can(permission.as_ref()))
    }

    /// Whether the user has all of `permissions`; none asked for: no.
    pub fn can_all<S: AsRef<str>>(&self, permissions: &[S]) -> bool {
        !permissions.is_empty()
            && permissions
                .iter()
                .all(|permission| self.can(permission.as_ref()))
    }

    /// The user does not want to confirm it is them: from [`Session::StepUp`] back to
    /// [`Session::SignedIn`].
    pub fn cancel_step_up(&self) {
        self.0.drive(portcullis_core::Event::StepUpCancelled);
    }
}

impl std::fmt::Debug for Auth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Auth")
    }
}

type Listener = Rc<dyn Fn(&Session)>;

/// Those who want to know of changes.
#[derive(Default)]
pub(crate) struct Subscribers(Rc<RefCell<List>>);

#[derive(Default)]
struct List {
    next: u32,
    listeners: Vec<(u32, Listener)>,
}

impl Subscribers {
    fn add(&self, listener: Listener) -> Subscription {
        let mut list = self.0.borrow_mut();
        let id = list.next;
        list.next = id.wrapping_add(1);
        list.listeners.push((id, listener));
        Subscription {
            list: Rc::downgrade(&self.0),
            id,
        }
    }

    /// Tells each of those subscribed by now. One that subscribes or unsubscribes while it is
    /// told disturbs no other: who has left by the time it is their turn is not told.
    pub(crate) fn tell(&self, session: &Session) {
        let ids: Vec<u32> = self
            .0
            .borrow()
            .listeners
            .iter()
            .map(|(id, _)| *id)
            .collect();
        for id in ids {
            let listener = {
                let list = self.0.borrow();
                list.listeners
                    .iter()
                    .find(|(other, _)| *other == id)
                    .map(|(_, l)| l.clone())
            };
            if let Some(listener) = listener {
                listener(session);
            }
        }
    }
}

/// A listener's place among the subscribers; dropping it ends it.
#[must_use = "dropping the subscription ends it"]
pub struct Subscription {
    list: Weak<RefCell<List>>,
    id: u32,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(list) = self.list.upgrade() {
            let gone = {
                let mut list = list.borrow_mut();
                let at = list.listeners.iter().position(|(id, _)| *id == self.id);
                at.map(|at| list.listeners.remove(at))
            };
            // Dropped only now: what the listener owns may itself hold a subscription.
            drop(gone);
        }
    }
}

/// Wakes everything that waits in [`Auth::ready`].
pub(crate) fn wake(waiting: &RefCell<Vec<Waker>>) {
    let wakers = std::mem::take(&mut *waiting.borrow_mut());
    for waker in wakers {
        waker.wake();
    }
}
