//! Sessions: begun, replaced, listed, touched, ended.

use portcullis_domain::{
    SessionId, UserId,
    accounts::AccountStore,
    audit::{
        AuditKind::{AccountDisabled, SessionEnded, SessionsEnded, SignedIn},
        AuditStore,
    },
    oauth::OAuthStore,
    sessions::{Session, SessionStore},
};

use crate::support::*;

async fn begin(db: &Fixture, session: &Session) {
    assert!(
        db.begin_session(session.clone(), None, event(SignedIn))
            .await
            .unwrap()
    );
}

async fn a_session_comes_back_as_begun(db: &Fixture) {
    let user = ada(db).await;
    let session = new_session(user);
    begin(db, &session).await;
    let kept = db.session_by_token(session.token).await.unwrap().unwrap();
    assert_eq!(
        (kept.id, kept.user, kept.token),
        (session.id, user, session.token)
    );
    assert_eq!(kept.amr, session.amr);
    assert_eq!(
        (kept.auth_time, kept.created_at, kept.last_seen_at),
        (NOW, NOW, NOW)
    );
    assert_eq!(
        (kept.idle_seconds, kept.expires_at),
        (3600, session.expires_at)
    );
    assert_eq!(
        (kept.ip.as_str(), kept.user_agent.as_str()),
        ("192.0.2.7", "Firefox")
    );
    assert!(db.session_by_token(hash()).await.unwrap().is_none());
    assert_eq!(db.count_audited(SignedIn).await, 1);
}

async fn a_session_needs_an_enabled_account(db: &Fixture) {
    let user = ada(db).await;
    let old = new_session(user);
    begin(db, &old).await;
    let nobodys = new_session(UserId(id()));
    assert!(
        !db.begin_session(nobodys, Some(old.id), event(SignedIn))
            .await
            .unwrap()
    );
    assert!(
        db.session_by_token(old.token).await.unwrap().is_some(),
        "nothing changed"
    );
    db.disable_account(user, NOW, event(AccountDisabled))
        .await
        .unwrap();
    let refused = new_session(user);
    assert!(
        !db.begin_session(refused.clone(), None, event(SignedIn))
            .await
            .unwrap()
    );
    assert!(db.session_by_token(refused.token).await.unwrap().is_none());
    assert_eq!(db.count_audited(SignedIn).await, 1);
}

async fn a_new_session_ends_the_one_it_replaces(db: &Fixture) {
    let user = ada(db).await;
    let (old, new, newest) = (new_session(user), new_session(user), new_session(user));
    begin(db, &old).await;
    assert!(
        db.begin_session(new.clone(), Some(old.id), event(SignedIn))
            .await
            .unwrap()
    );
    assert!(db.session_by_token(old.token).await.unwrap().is_none());
    assert!(db.session_by_token(new.token).await.unwrap().is_some());
    // One that is gone already is no hindrance.
    assert!(
        db.begin_session(newest, Some(old.id), event(SignedIn))
            .await
            .unwrap()
    );
    assert_eq!(db.sessions_of(user, NOW).await.unwrap().len(), 2);
    // Who goes on in a new session has not signed out.
    assert_eq!(db.count_audited(SessionEnded).await, 0);
}

async fn the_end_of_somebody_elses_session_is_written_down_too(db: &Fixture) {
    let (user, other) = (ada(db).await, create(db, new_account("bob")).await);
    let (old, new, newest) = (new_session(user), new_session(other), new_session(other));
    begin(db, &old).await;
    let replace = |new: Session| db.begin_session(new, Some(old.id), event(SignedIn));
    assert!(replace(new).await.unwrap());
    let rows = db.audit_rows(2).await.unwrap();
    assert_eq!(
        (rows[0].kind.as_str(), rows[1].kind.as_str()),
        ("session.ended", "session.signed_in")
    );
    assert_eq!((rows[0].actor, rows[0].subject), (Some(user), Some(user)));
    // Once: it is gone already.
    assert!(replace(newest).await.unwrap());
    assert_eq!(db.count_audited(SessionEnded).await, 1);
}

async fn of_many_who_replace_a_session_one_ends_it(db: &Fixture) {
    let (user, other) = (ada(db).await, create(db, new_account("bob")).await);
    for (round, callers) in ROUNDS.into_iter().enumerate() {
        let old = new_session(user);
        begin(db, &old).await;
        db.race(callers, |node, _| async move {
            let audit = event(SignedIn);
            let begun = node.begin_session(new_session(other), Some(old.id), audit);
            assert!(begun.await.unwrap());
        })
        .await;
        assert_eq!(db.count_audited(SessionEnded).await, round + 1);
    }
}

async fn living_sessions_are_listed_latest_used_first(db: &Fixture) {
    let user = ada(db).await;
    let earlier = new_session(user);
    let last = Session {
        last_seen_at: later(5),
        ..new_session(user)
    };
    let short = Session {
        idle_seconds: 10,
        ..new_session(user)
    };
    let ending = Session {
        expires_at: later(10),
        ..new_session(user)
    };
    let others = new_session(create(db, new_account("bob")).await);
    for session in [&earlier, &last, &short, &ending, &others] {
        begin(db, session).await;
    }
    let ids =
        |sessions: Vec<Session>| -> Vec<SessionId> { sessions.iter().map(|s| s.id).collect() };
    let all = ids(db.sessions_of(user, later(9)).await.unwrap());
    assert_eq!((all.len(), all[0]), (4, last.id));
    assert_eq!(
        ids(db.sessions_of(user, later(10)).await.unwrap()),
        [last.id, earlier.id]
    );
    assert!(db.sessions_of(UserId(id()), NOW).await.unwrap().is_empty());
}

async fn a_session_is_ended_by_its_user_only(db: &Fixture) {
    let user = ada(db).await;
    let session = new_session(user);
    begin(db, &session).await;
    let end = |user, id| db.end_session(user, id, event(SessionEnded));
    assert_eq!(end(UserId(id()), session.id).await.unwrap(), None);
    assert_eq!(end(user, SessionId(id())).await.unwrap(), None);
    assert_eq!(db.count_audited(SessionEnded).await, 0);
    assert_eq!(end(user, session.id).await.unwrap(), Some(session.token));
    assert_eq!(end(user, session.id).await.unwrap(), None);
    assert!(db.session_by_token(session.token).await.unwrap().is_none());
    assert_eq!(db.count_audited(SessionEnded).await, 1);
}

async fn all_other_sessions_and_all_families_are_ended(db: &Fixture) {
    let user = ada(db).await;
    let bob = create(db, new_account("bob")).await;
    let (kept, ended, others) = (new_session(user), new_session(user), new_session(bob));
    for session in [&kept, &ended, &others] {
        begin(db, session).await;
    }
    let (family, _) = begin_family(db, user).await;
    let (others_family, _) = begin_family(db, bob).await;
    let end = |except| db.end_sessions(user, except, later(1), event(SessionsEnded));
    assert_eq!(end(Some(kept.id)).await.unwrap(), [(ended.id, ended.token)]);
    assert!(db.session_by_token(kept.token).await.unwrap().is_some());
    assert!(db.session_by_token(others.token).await.unwrap().is_some());
    assert_eq!(
        db.family(family).await.unwrap().unwrap().revoked_at,
        Some(later(1))
    );
    assert_eq!(
        db.family(others_family).await.unwrap().unwrap().revoked_at,
        None
    );
    // There is nothing left to end, so nothing is written.
    assert_eq!(end(Some(kept.id)).await.unwrap(), []);
    assert_eq!(db.count_audited(SessionsEnded).await, 1);
    assert_eq!(end(None).await.unwrap(), [(kept.id, kept.token)]);
    assert_eq!(db.count_audited(SessionsEnded).await, 2);
}

async fn ending_all_sessions_may_revoke_families_only(db: &Fixture) {
    let user = ada(db).await;
    let (family, _) = begin_family(db, user).await;
    let ended = db
        .end_sessions(user, None, later(1), event(SessionsEnded))
        .await
        .unwrap();
    assert_eq!(ended, []);
    assert!(
        db.family(family)
            .await
            .unwrap()
            .unwrap()
            .revoked_at
            .is_some()
    );
    assert_eq!(db.count_audited(SessionsEnded).await, 1);
}

async fn touching_sessions_never_moves_them_back(db: &Fixture) {
    let user = ada(db).await;
    let (one, other) = (new_session(user), new_session(user));
    begin(db, &one).await;
    begin(db, &other).await;
    let unknown = SessionId(id());
    db.touch_sessions(&[
        (other.id, later(7)),
        (unknown, later(8)),
        (one.id, later(-5)),
    ])
    .await
    .unwrap();
    db.touch_sessions(&[]).await.unwrap();
    let seen = |session: Option<Session>| session.unwrap().last_seen_at;
    assert_eq!(seen(db.session_by_token(one.token).await.unwrap()), NOW);
    assert_eq!(
        seen(db.session_by_token(other.token).await.unwrap()),
        later(7)
    );
}

async fn touching_and_ending_the_same_sessions_at_once_fails_nobody(db: &Fixture) {
    let user = ada(db).await;
    let sessions: Vec<_> = (0..20).map(|_| new_session(user)).collect();
    for session in &sessions {
        begin(db, session).await;
    }
    let ids: Vec<_> = sessions.iter().map(|session| session.id).collect();
    db.race(50, |node, caller| {
        let mut ids = ids.clone();
        // Each has them in another order.
        ids.rotate_left(caller % 20);
        async move {
            if caller == 25 {
                node.end_sessions(user, None, NOW, event(SessionsEnded))
                    .await
                    .unwrap();
            } else if caller == 26 {
                node.end_session(user, ids[0], event(SessionEnded))
                    .await
                    .unwrap();
            } else {
                let at = later(caller.try_into().unwrap());
                let seen: Vec<_> = ids.into_iter().map(|id| (id, at)).collect();
                node.touch_sessions(&seen).await.unwrap();
            }
        }
    })
    .await;
    assert!(db.sessions_of(user, NOW).await.unwrap().is_empty());
}

conformance!(
    a_session_comes_back_as_begun,
    a_session_needs_an_enabled_account,
    a_new_session_ends_the_one_it_replaces,
    the_end_of_somebody_elses_session_is_written_down_too,
    of_many_who_replace_a_session_one_ends_it,
    living_sessions_are_listed_latest_used_first,
    a_session_is_ended_by_its_user_only,
    all_other_sessions_and_all_families_are_ended,
    ending_all_sessions_may_revoke_families_only,
    touching_sessions_never_moves_them_back,
    touching_and_ending_the_same_sessions_at_once_fails_nobody,
);
