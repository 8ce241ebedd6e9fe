//! Who listens for changes of a user's sessions, and telling them.

use std::collections::HashMap;

use parking_lot::Mutex;
use portcullis_domain::{SessionId, UserId};
use tokio::sync::broadcast;

/// What happened to a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// Roles, permissions or details changed.
    Changed,
    /// This session ended.
    Ended(SessionId),
    /// This session ended because its browser has just been given another one.
    Replaced(SessionId),
}

/// Notices a listener may fall behind by before it is told to look at everything again.
const BACKLOG: usize = 16;

/// The listeners of all users.
#[derive(Default)]
pub(crate) struct Hub {
    users: Mutex<HashMap<UserId, broadcast::Sender<Notice>>>,
    streams: Mutex<HashMap<SessionId, u32>>,
}

impl Hub {
    /// Listens to what happens to a user.
    pub(crate) fn listen(&self, user: UserId) -> broadcast::Receiver<Notice> {
        self.users
            .lock()
            .entry(user)
            .or_insert_with(|| broadcast::channel(BACKLOG).0)
            .subscribe()
    }

    /// Tells a user's listeners. To be called once the caches are up to date.
    pub(crate) fn tell(&self, user: UserId, notice: Notice) {
        let mut users = self.users.lock();
        if let Some(sender) = users.get(&user)
            && sender.send(notice).is_err()
        {
            users.remove(&user);
        }
    }

    /// Counts a stream of a session; `false` if it has `limit` of them.
    pub(crate) fn open_stream(&self, session: SessionId, limit: u32) -> bool {
        let mut streams = self.streams.lock();
        let open = streams.entry(session).or_insert(0);
        if *open >= limit {
            return false;
        }
        *open += 1;
        true
    }

    /// Counts a stream as closed.
    pub(crate) fn close_stream(&self, user: UserId, session: SessionId) {
        let mut streams = self.streams.lock();
        if let Some(open) = streams.get_mut(&session) {
            *open = open.saturating_sub(1);
            if *open == 0 {
                streams.remove(&session);
            }
        }
        drop(streams);
        let mut users = self.users.lock();
        if users
            .get(&user)
            .is_some_and(|sender| sender.receiver_count() == 0)
        {
            users.remove(&user);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_has_only_so_many_streams() {
        let hub = Hub::default();
        let (user, session) = (
            UserId(uuid::Uuid::from_u128(1)),
            SessionId(uuid::Uuid::from_u128(2)),
        );
        assert!(hub.open_stream(session, 2));
        assert!(hub.open_stream(session, 2));
        assert!(!hub.open_stream(session, 2));
        hub.close_stream(user, session);
        assert!(hub.open_stream(session, 2));
    }

    #[test]
    fn telling_reaches_the_users_listeners_only() {
        let hub = Hub::default();
        let (ada, eve) = (
            UserId(uuid::Uuid::from_u128(1)),
            UserId(uuid::Uuid::from_u128(2)),
        );
        let (mut to_ada, mut to_eve) = (hub.listen(ada), hub.listen(eve));
        hub.tell(ada, Notice::Changed);
        assert_eq!(to_ada.try_recv(), Ok(Notice::Changed));
        assert!(to_eve.try_recv().is_err());
        drop(to_ada);
        hub.close_stream(ada, SessionId(uuid::Uuid::from_u128(3)));
        assert_eq!(
            hub.users.lock().len(),
            1,
            "nothing is kept for those who left"
        );
    }
}
