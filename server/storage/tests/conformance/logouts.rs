//! Logouts that clients have to be told of: queued with the end of a session, and taken by one.

use portcullis_domain::{
    FamilyId, SessionId, UserId,
    accounts::AccountStore,
    audit::AuditKind::{
        AccountDisabled, CodeIssued, FamilyBegan, SessionEnded, SessionsEnded, SignedIn,
    },
    logouts::LogoutStore,
    oauth::{ConsumeCode, OAuthStore, TokenFamily},
    sessions::{Session, SessionStore},
};
use portcullis_storage::Database;

use crate::support::*;

async fn signed_in(db: &Database, user: UserId) -> Session {
    let session = new_session(user);
    let begun = db.begin_session(session.clone(), None, event(SignedIn));
    assert!(begun.await.unwrap());
    session
}

async fn family_in(db: &Database, user: UserId, session: Option<SessionId>) -> FamilyId {
    let family = TokenFamily {
        session,
        ..new_family(user)
    };
    let id = family.id;
    let begun = db.begin_family(family, new_token(), event(FamilyBegan));
    assert!(begun.await.unwrap());
    id
}

async fn due(db: &Database, at: i64) -> Vec<FamilyId> {
    let taken = db.take_due_logouts(later(at), later(at + 60), 100).await;
    let mut families: Vec<_> = taken.unwrap().into_iter().map(|it| it.family).collect();
    families.sort_by_key(|family| family.0);
    families
}

async fn the_end_of_a_session_is_told_to_whom_it_was_used_with(db: &Fixture) {
    let (user, eve) = (ada(db).await, create(db, new_account("eve")).await);
    let (session, other) = (signed_in(db, user).await, signed_in(db, user).await);
    let mine = family_in(db, user, Some(session.id)).await;
    let second = family_in(db, user, Some(session.id)).await;
    family_in(db, user, Some(other.id)).await;
    family_in(db, user, None).await;
    // Not theirs: nothing ends.
    let ended = db.end_session(eve, session.id, event(SessionEnded)).await;
    assert!(ended.unwrap().is_none());
    assert_eq!(due(db, 0).await, []);
    let ended = db.end_session(user, session.id, event(SessionEnded)).await;
    assert!(ended.unwrap().is_some());
    let taken = db.take_due_logouts(later(0), later(60), 1).await.unwrap();
    assert_eq!(taken.len(), 1, "no more than asked for");
    assert_eq!((taken[0].user, taken[0].tries), (user, 1));
    assert_eq!((&*taken[0].client_id, taken[0].created_at), ("spa", NOW));
    let first = taken[0].family;
    let rest = due(db, 0).await;
    assert_eq!(rest.len(), 1);
    assert!([mine, second].contains(&first) && [mine, second].contains(&rest[0]));
    // Taken, they are nobody else's for a minute; told, they are gone.
    assert_eq!(due(db, 59).await, []);
    db.finish_logout(first).await.unwrap();
    db.put_off_logout(rest[0], later(100)).await.unwrap();
    assert_eq!(due(db, 99).await, []);
    let again = db.take_due_logouts(later(100), later(160), 9).await;
    let again = again.unwrap();
    assert_eq!((again.len(), again[0].tries), (1, 2));
    db.finish_logout(rest[0]).await.unwrap();
    assert_eq!(due(db, 1000).await, []);
}

async fn all_sessions_but_one(db: &Fixture) {
    let user = ada(db).await;
    let (kept, other) = (signed_in(db, user).await, signed_in(db, user).await);
    let stays = family_in(db, user, Some(kept.id)).await;
    let goes = family_in(db, user, Some(other.id)).await;
    // Of a session that has expired, and is there no more.
    let old = family_in(db, user, Some(SessionId(id()))).await;
    let ended = db.end_sessions(user, Some(kept.id), later(1), event(SessionsEnded));
    ended.await.unwrap();
    assert_eq!(due(db, 1).await, [goes, old]);
    let disabled = db.disable_account(user, later(2), event(AccountDisabled));
    disabled.await.unwrap();
    assert_eq!(due(db, 2).await, [stays]);
}

async fn a_session_under_another_id_takes_along_what_began_in_it(db: &Fixture) {
    let (user, eve) = (ada(db).await, create(db, new_account("eve")).await);
    let first = signed_in(db, user).await;
    let family = family_in(db, user, Some(first.id)).await;
    let mut code = new_code(user);
    code.session = Some(first.id);
    db.save_code(code.clone(), event(CodeIssued)).await.unwrap();
    let second = new_session(user);
    let begun = db.begin_session(second.clone(), Some(first.id), event(SignedIn));
    assert!(begun.await.unwrap());
    assert_eq!(due(db, 0).await, []);
    let spent = db.consume_code(code.code, "spa", later(1), event(CodeIssued));
    let ConsumeCode::Fresh(kept) = spent.await.unwrap() else {
        panic!("spent")
    };
    assert_eq!(kept.session, Some(second.id));
    // Somebody else's takes nothing along.
    let begun = db.begin_session(new_session(eve), Some(second.id), event(SignedIn));
    assert!(begun.await.unwrap());
    assert_eq!(due(db, 0).await, [family]);
}

async fn codes_end_with_their_session(db: &Fixture) {
    let user = ada(db).await;
    let (session, other) = (signed_in(db, user).await, signed_in(db, user).await);
    let mut codes = Vec::new();
    for session in [session.id, session.id, other.id] {
        let mut code = new_code(user);
        code.session = Some(session);
        db.save_code(code.clone(), event(CodeIssued)).await.unwrap();
        codes.push(code);
    }
    let spend = async |nth: usize| {
        let spent = db.consume_code(codes[nth].code, "spa", later(1), event(CodeIssued));
        matches!(spent.await.unwrap(), ConsumeCode::Fresh(_))
    };
    assert!(spend(0).await);
    let ended = db.end_session(user, session.id, event(SessionEnded)).await;
    assert!(ended.unwrap().is_some());
    assert!(!spend(1).await);
    assert!(spend(2).await);
    // One that was still being issued when the session ended.
    let mut late = new_code(user);
    late.session = Some(session.id);
    db.save_code(late.clone(), event(CodeIssued)).await.unwrap();
    let redeemed = db.consume_code(late.code, "spa", later(1), event(CodeIssued));
    assert!(matches!(redeemed.await.unwrap(), ConsumeCode::Unknown));
    // One that was spent before does not begin its family any more.
    let begin = async |nth: usize| {
        let family = TokenFamily {
            id: codes[nth].family,
            ..new_family(user)
        };
        let begun = db.begin_family(family, new_token(), event(FamilyBegan));
        begun.await.unwrap()
    };
    assert!(!begin(0).await && begin(2).await);
}

async fn a_logout_is_taken_by_one_of_several(db: &Fixture) {
    let user = ada(db).await;
    for callers in ROUNDS {
        let session = signed_in(db, user).await;
        let family = family_in(db, user, Some(session.id)).await;
        let ended = db.end_session(user, session.id, event(SessionEnded)).await;
        assert!(ended.unwrap().is_some());
        let taken = db.race(callers, |node, _| async move { due(&node, 1).await });
        let taken: Vec<_> = taken.await.into_iter().flatten().collect();
        assert_eq!(taken, [family]);
        db.finish_logout(family).await.unwrap();
    }
}

conformance! {
    the_end_of_a_session_is_told_to_whom_it_was_used_with,
    all_sessions_but_one,
    a_session_under_another_id_takes_along_what_began_in_it,
    codes_end_with_their_session,
    a_logout_is_taken_by_one_of_several,
}
