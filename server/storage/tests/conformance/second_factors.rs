//! Second factors: each step and each code once, and no session of somebody who has one without it.

use portcullis_domain::{
    SecretHash, SessionId, Store, TotpId, UserId,
    audit::AuditKind::{RecoveryCodesReplaced, SessionsEnded, SignedIn, TotpAdded, TotpDeleted},
    sessions::{Session, SessionStore},
    sign_in::{FinishSignIn, Held, Proof, SignIn, SignInStore, Spend},
    totp::{AddTotp, Enrolment, Totp, TotpStore},
};

use crate::support::*;

async fn session_of(db: &Fixture, user: UserId) -> SessionId {
    let session = new_session(user);
    let id = session.id;
    let begun = db.begin_session(session, None, event(SignedIn));
    assert!(begun.await.unwrap());
    id
}

fn enrolment(user: UserId, session: SessionId) -> Enrolment {
    Enrolment {
        user,
        totp: Totp {
            id: TotpId(id()),
            name: "Phone".to_owned(),
            sealed: vec![0, 1, 255],
            last_step: 10,
            created_at: NOW,
            last_used_at: None,
        },
        limit: 5,
        ceremony: (hash(), later(300)),
        recovery_codes: vec![hash(), hash()],
        session: (session, vec!["pwd".into(), "otp".into(), "mfa".into()]),
        others: event(SessionsEnded),
    }
}

/// Somebody with an authenticator app and two recovery codes.
async fn with_totp(db: &Fixture) -> (UserId, Enrolment) {
    let user = create(db, new_account(&unique_name())).await;
    let enrolment = enrolment(user, session_of(db, user).await);
    let added = db.add_totp(enrolment.clone(), event(TotpAdded)).await;
    assert_eq!(added.unwrap(), AddTotp::First(Vec::new()));
    (user, enrolment)
}

async fn sign_in(db: &Fixture, user: UserId) -> SecretHash {
    let sign_in = SignIn {
        token: hash(),
        user,
        proofs: vec![Proof::password(NOW)],
        remember: true,
        expires_at: later(600),
    };
    let token = sign_in.token;
    db.begin_sign_in(sign_in).await.unwrap();
    token
}

fn two_factors(user: UserId) -> Session {
    Session {
        amr: vec!["pwd".into(), "otp".into(), "mfa".into()],
        ..new_session(user)
    }
}

async fn the_first_app_brings_codes_and_ends_other_sessions(db: &Fixture) {
    let user = ada(db).await;
    let (here, there) = (session_of(db, user).await, session_of(db, user).await);
    assert_eq!(db.held(user).await.unwrap(), Held::default());
    let first = enrolment(user, here);
    let added = db.add_totp(first.clone(), event(TotpAdded)).await.unwrap();
    let AddTotp::First(ended) = added else {
        panic!("not the first")
    };
    assert_eq!(ended.iter().map(|it| it.0).collect::<Vec<_>>(), [there]);
    let sessions = db.sessions_of(user, NOW).await.unwrap();
    assert_eq!(sessions.len(), 1);
    assert_eq!((sessions[0].id, &sessions[0].amr), (here, &first.session.1));
    let again = db.add_totp(first.clone(), event(TotpAdded)).await.unwrap();
    assert_eq!(again, AddTotp::Spent);
    let held = db.held(user).await.unwrap();
    assert!(held.totp && held.recovery_code && !held.passkey);
    let kept = db.totps_of(user).await.unwrap();
    assert_eq!(
        (kept[0].last_step, &*kept[0].sealed),
        (10, &[0, 1, 255][..])
    );
    // The last one takes the codes along.
    let delete = || db.delete_totp(user, first.totp.id, event(TotpDeleted));
    let others = db.delete_totp(UserId(id()), first.totp.id, event(TotpDeleted));
    assert!(!others.await.unwrap());
    assert!(delete().await.unwrap());
    assert!(!delete().await.unwrap());
    assert_eq!(db.recovery_codes_left(user).await.unwrap(), 0);
    let codes = db.replace_recovery_codes(user, vec![hash()], event(RecoveryCodesReplaced));
    assert!(!codes.await.unwrap());
    assert_eq!(db.count_audited(TotpDeleted).await, 1);
}

async fn whoever_has_an_app_gets_no_session_without_it(db: &Fixture) {
    let (user, _) = with_totp(db).await;
    let begin = |session| db.begin_session(session, None, event(SignedIn));
    assert!(!begin(new_session(user)).await.unwrap());
    assert!(begin(two_factors(user)).await.unwrap());
    // Also when both happen at the same moment.
    for callers in ROUNDS {
        let user = create(db, new_account(&unique_name())).await;
        let here = session_of(db, user).await;
        let enrolment = enrolment(user, here);
        db.race(callers, |node, caller| {
            let enrolment = enrolment.clone();
            async move {
                if caller == 0 {
                    node.add_totp(enrolment, event(TotpAdded)).await.unwrap();
                } else {
                    node.begin_session(new_session(user), None, event(SignedIn))
                        .await
                        .unwrap();
                }
            }
        })
        .await;
        let left = db.sessions_of(user, NOW).await.unwrap();
        assert_eq!(left.iter().map(|it| it.id).collect::<Vec<_>>(), [here]);
    }
}

async fn of_many_who_finish_with_the_same_one_does(db: &Fixture) {
    for callers in ROUNDS {
        let (user, enrolment) = with_totp(db).await;
        let spends = [
            Spend::Totp {
                device: enrolment.totp.id,
                step: 11,
            },
            Spend::RecoveryCode(enrolment.recovery_codes[0]),
        ];
        for spend in spends {
            let mut tokens = Vec::new();
            for _ in 0..callers {
                tokens.push(sign_in(db, user).await);
            }
            let results = db
                .race(callers, |node, caller| {
                    let token = tokens[caller];
                    async move {
                        let audit = event(SignedIn);
                        node.finish_sign_in(token, spend, two_factors(user), None, audit)
                            .await
                            .unwrap()
                    }
                })
                .await;
            let count = |what| results.iter().filter(|it| **it == what).count();
            assert_eq!(count(FinishSignIn::Begun), 1, "of {callers}");
            assert_eq!(count(FinishSignIn::Spent), callers - 1);
        }
    }
}

async fn a_sign_in_is_tried_five_times_and_finished_once(db: &Fixture) {
    let (user, enrolment) = with_totp(db).await;
    let token = sign_in(db, user).await;
    let results = db
        .race(50, |node, _| async move {
            node.try_sign_in(token, 5, NOW).await.unwrap().is_some()
        })
        .await;
    assert_eq!(results.iter().filter(|it| **it).count(), 5);
    let token = sign_in(db, user).await;
    assert!(
        db.try_sign_in(token, 5, later(600))
            .await
            .unwrap()
            .is_none()
    );
    let found = db.try_sign_in(token, 5, later(599)).await.unwrap().unwrap();
    assert_eq!((found.user, found.remember), (user, true));
    assert_eq!(found.proofs, [Proof::password(NOW)]);
    let finish = async |token, step| {
        let spend = Spend::Totp {
            device: enrolment.totp.id,
            step,
        };
        let finished = db.finish_sign_in(token, spend, two_factors(user), None, event(SignedIn));
        finished.await.unwrap()
    };
    for used in [9, 10] {
        assert_eq!(finish(token, used).await, FinishSignIn::Spent);
    }
    assert_eq!(finish(token, 11).await, FinishSignIn::Begun);
    assert_eq!(finish(token, 12).await, FinishSignIn::Gone);
    assert_eq!(finish(hash(), 12).await, FinishSignIn::Gone);
    let token = sign_in(db, user).await;
    db.purge_expired(later(600)).await.unwrap();
    assert!(db.try_sign_in(token, 5, NOW).await.unwrap().is_none());
}

conformance!(
    the_first_app_brings_codes_and_ends_other_sessions,
    whoever_has_an_app_gets_no_session_without_it,
    of_many_who_finish_with_the_same_one_does,
    a_sign_in_is_tried_five_times_and_finished_once,
);
