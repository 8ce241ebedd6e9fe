//! Authorization codes: spent once; a second time revokes what the first began.

use portcullis_domain::{
    Store,
    accounts::AccountStore,
    audit::AuditKind::{AccountDisabled, CodeIssued, CodeReused, FamilyBegan, SessionsEnded},
    oauth::{AuthorizationCode, ConsumeCode, OAuthStore, PushedRequest, TokenFamily},
    sessions::SessionStore,
};
use portcullis_storage::Database;

use crate::support::*;

async fn saved_code(db: &Fixture) -> AuthorizationCode {
    let name = format!("user{}", id().as_u128() & 0xffff);
    let code = new_code(create(db, new_account(&name)).await);
    db.save_code(code.clone(), event(CodeIssued)).await.unwrap();
    code
}

async fn consume(db: &Database, code: &AuthorizationCode, client: &str, at: i64) -> ConsumeCode {
    db.consume_code(code.code, client, later(at), event(CodeReused))
        .await
        .unwrap()
}

fn family_of(code: &AuthorizationCode) -> TokenFamily {
    TokenFamily {
        id: code.family,
        ..new_family(code.user)
    }
}

async fn a_code_comes_back_with_all_it_is_bound_to(db: &Fixture) {
    let saved = saved_code(db).await;
    let ConsumeCode::Fresh(code) = consume(db, &saved, "spa", 59).await else {
        panic!()
    };
    assert_eq!(format!("{code:?}"), format!("{saved:?}"));
    assert_eq!(code.code, saved.code);
    assert_eq!(db.audited().await, ["account.created", "oauth.code_issued"]);
}

async fn rfc6749_4_1_2_a_code_used_twice_revokes_what_it_began(db: &Fixture) {
    let code = saved_code(db).await;
    assert!(matches!(
        consume(db, &code, "spa", 0).await,
        ConsumeCode::Fresh(_)
    ));
    let audit = event(FamilyBegan);
    assert!(
        db.begin_family(family_of(&code), new_token(), audit)
            .await
            .unwrap()
    );
    let again = consume(db, &code, "spa", 1).await;
    let ConsumeCode::Reused { family, user } = again else {
        panic!("{again:?}")
    };
    assert_eq!((family, user), (code.family, code.user));
    assert_eq!(
        db.family(family).await.unwrap().unwrap().revoked_at,
        Some(later(1))
    );
    assert_eq!(db.count_audited(CodeReused).await, 1);
    // However late.
    assert!(matches!(
        consume(db, &code, "spa", 3600).await,
        ConsumeCode::Reused { .. }
    ));
    assert_eq!(
        db.family(family).await.unwrap().unwrap().revoked_at,
        Some(later(1))
    );
}

async fn a_family_cannot_begin_after_its_code_was_reused(db: &Fixture) {
    let code = saved_code(db).await;
    consume(db, &code, "spa", 0).await;
    assert!(matches!(
        consume(db, &code, "spa", 0).await,
        ConsumeCode::Reused { .. }
    ));
    let begun = db
        .begin_family(family_of(&code), new_token(), event(FamilyBegan))
        .await;
    assert!(!begun.unwrap());
    assert!(db.family(code.family).await.unwrap().is_none());
    assert_eq!(db.count_audited(FamilyBegan).await, 0);
}

async fn unknown_expired_and_foreign_codes_stay_as_they_are(db: &Fixture) {
    let code = saved_code(db).await;
    let unknown = AuthorizationCode {
        code: hash(),
        ..code.clone()
    };
    assert!(matches!(
        consume(db, &unknown, "spa", 0).await,
        ConsumeCode::Unknown
    ));
    assert!(
        matches!(consume(db, &code, "spa", 60).await, ConsumeCode::Unknown),
        "the limit"
    );
    assert!(matches!(
        consume(db, &code, "other", 0).await,
        ConsumeCode::Unknown
    ));
    assert!(matches!(
        consume(db, &code, "spa", 0).await,
        ConsumeCode::Fresh(_)
    ));
    // Another client cannot revoke with a spent code either.
    assert!(
        db.begin_family(family_of(&code), new_token(), event(FamilyBegan))
            .await
            .unwrap()
    );
    assert!(matches!(
        consume(db, &code, "other", 0).await,
        ConsumeCode::Unknown
    ));
    assert_eq!(
        db.family(code.family).await.unwrap().unwrap().revoked_at,
        None
    );
    assert_eq!(db.count_audited(CodeReused).await, 0);
}

async fn of_many_who_spend_a_code_one_gets_it(db: &Fixture) {
    for callers in ROUNDS {
        let code = saved_code(db).await;
        let results = db
            .race(callers, |node, _| {
                let code = code.clone();
                async move { consume(&node, &code, "spa", 0).await }
            })
            .await;
        let fresh = results
            .iter()
            .filter(|it| matches!(it, ConsumeCode::Fresh(_)))
            .count();
        let reused = results
            .iter()
            .filter(|it| matches!(it, ConsumeCode::Reused { .. }))
            .count();
        assert_eq!((fresh, reused), (1, callers - 1));
        let begun = db
            .begin_family(family_of(&code), new_token(), event(FamilyBegan))
            .await;
        assert!(!begun.unwrap());
    }
    let reused: usize = ROUNDS.iter().map(|callers| callers - 1).sum();
    assert_eq!(db.count_audited(CodeReused).await, reused);
}

async fn of_many_who_begin_a_family_with_a_code_one_does(db: &Fixture) {
    for callers in ROUNDS {
        let code = saved_code(db).await;
        let found = db.fresh_code(code.code, "spa", NOW).await.unwrap();
        assert_eq!(found.map(|found| found.family), Some(code.family));
        let foreign = db.fresh_code(code.code, "other", NOW).await.unwrap();
        assert!(foreign.is_none());
        let begun = db
            .race(callers, |node, _| {
                let family = family_of(&code);
                async move {
                    let begun = node.begin_family(family, new_token(), event(FamilyBegan));
                    begun.await.unwrap()
                }
            })
            .await;
        assert_eq!(begun.iter().filter(|begun| **begun).count(), 1);
        // It is spent by that: who comes with it afterwards has it end.
        assert!(
            db.fresh_code(code.code, "spa", NOW)
                .await
                .unwrap()
                .is_none()
        );
        let again = consume(db, &code, "spa", 0).await;
        assert!(matches!(again, ConsumeCode::Reused { .. }));
        let family = db.family(code.family).await.unwrap().unwrap();
        assert!(family.revoked_at.is_some());
    }
    assert_eq!(db.count_audited(FamilyBegan).await, ROUNDS.len());
}

async fn an_expired_code_begins_nothing(db: &Fixture) {
    let code = saved_code(db).await;
    let mut family = family_of(&code);
    family.created_at = later(60);
    assert!(
        db.fresh_code(code.code, "spa", later(60))
            .await
            .unwrap()
            .is_none()
    );
    let begun = db.begin_family(family, new_token(), event(FamilyBegan));
    assert!(!begun.await.unwrap());
    assert_eq!(db.count_audited(FamilyBegan).await, 0);
}

async fn a_family_that_begins_while_its_code_is_reused_does_not_live(db: &Fixture) {
    for _ in 0..20 {
        let code = saved_code(db).await;
        consume(db, &code, "spa", 0).await;
        db.race(2, |node, caller| {
            let code = code.clone();
            async move {
                if caller == 0 {
                    let (family, first) = (family_of(&code), new_token());
                    node.begin_family(family, first, event(FamilyBegan))
                        .await
                        .unwrap();
                } else {
                    let reused = consume(&node, &code, "spa", 0).await;
                    assert!(matches!(reused, ConsumeCode::Reused { .. }));
                }
            }
        })
        .await;
        let family = db.family(code.family).await.unwrap();
        assert!(family.is_none_or(|family| family.revoked_at.is_some()));
    }
}

async fn a_disabled_account_begins_no_family(db: &Fixture) {
    let code = saved_code(db).await;
    consume(db, &code, "spa", 0).await;
    db.disable_account(code.user, NOW, event(AccountDisabled))
        .await
        .unwrap();
    let begun = db
        .begin_family(family_of(&code), new_token(), event(FamilyBegan))
        .await;
    assert!(!begun.unwrap());
    assert_eq!(db.count_audited(FamilyBegan).await, 0);
}

async fn after_signing_out_everywhere_a_code_begins_nothing(db: &Fixture) {
    let code = saved_code(db).await;
    let spent = new_code(code.user);
    db.save_code(spent.clone(), event(CodeIssued))
        .await
        .unwrap();
    consume(db, &spent, "spa", 0).await;
    let ended = db.end_sessions(code.user, None, later(1), event(SessionsEnded));
    assert!(ended.await.unwrap().is_empty());
    assert!(matches!(
        consume(db, &code, "spa", 1).await,
        ConsumeCode::Unknown
    ));
    let begun = db
        .begin_family(family_of(&spent), new_token(), event(FamilyBegan))
        .await;
    assert!(!begun.unwrap());
    assert_eq!(db.count_audited(SessionsEnded).await, 1);
    assert_eq!(db.count_audited(CodeReused).await, 0);
}

fn new_pushed(client: &str) -> PushedRequest {
    PushedRequest {
        request: hash(),
        client_id: client.to_owned(),
        sealed: vec![1, 2, 3],
        expires_at: later(60),
    }
}

async fn a_pushed_request_is_taken_away_by_its_client_in_time(db: &Fixture) {
    let (one, late) = (new_pushed("spa"), new_pushed("spa"));
    for request in [&one, &late] {
        db.save_pushed_request(request.clone()).await.unwrap();
    }
    let consume = |request, client, at| db.consume_pushed_request(request, client, later(at));
    assert_eq!(consume(one.request, "other", 0).await.unwrap(), None);
    assert_eq!(consume(hash(), "spa", 0).await.unwrap(), None);
    let first = consume(one.request, "spa", 59).await.unwrap();
    assert_eq!(first, Some(vec![1, 2, 3]));
    assert_eq!(consume(one.request, "spa", 59).await.unwrap(), None);
    assert_eq!(consume(late.request, "spa", 60).await.unwrap(), None);
    assert_eq!(db.purge_expired(later(59)).await.unwrap(), 0);
    assert_eq!(db.purge_expired(later(60)).await.unwrap(), 1);
    assert!(db.audited().await.is_empty());
}

async fn of_many_who_show_a_pushed_request_one_gets_it(db: &Fixture) {
    for callers in ROUNDS {
        let pushed = new_pushed("spa");
        db.save_pushed_request(pushed.clone()).await.unwrap();
        let results = db
            .race(callers, |node, _| async move {
                node.consume_pushed_request(pushed.request, "spa", later(1))
                    .await
                    .unwrap()
            })
            .await;
        let got = results.iter().filter(|found| found.is_some()).count();
        assert_eq!(got, 1, "of {callers}");
    }
}

conformance!(
    a_pushed_request_is_taken_away_by_its_client_in_time,
    of_many_who_show_a_pushed_request_one_gets_it,
    a_code_comes_back_with_all_it_is_bound_to,
    rfc6749_4_1_2_a_code_used_twice_revokes_what_it_began,
    a_family_cannot_begin_after_its_code_was_reused,
    unknown_expired_and_foreign_codes_stay_as_they_are,
    of_many_who_spend_a_code_one_gets_it,
    of_many_who_begin_a_family_with_a_code_one_does,
    an_expired_code_begins_nothing,
    a_family_that_begins_while_its_code_is_reused_does_not_live,
    a_disabled_account_begins_no_family,
    after_signing_out_everywhere_a_code_begins_nothing,
);
