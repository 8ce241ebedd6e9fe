//! Refresh tokens: a lost answer costs nobody their session, a thief costs everybody this one.

use portcullis_domain::{
    FamilyId, SecretHash, Timestamp,
    accounts::AccountStore,
    audit::AuditKind::{
        AccountDisabled, AccountEnabled, FamilyBegan, FamilyRevoked, RefreshReplayed, Refreshed,
    },
    oauth::{NewRefreshToken, OAuthStore, RefreshRotation, RotateRefresh, TokenFamily},
};
use portcullis_storage::Database;

use crate::support::*;

/// A refresh with `presented` at `now`; its successor would be `successor`.
fn rotation(presented: SecretHash, successor: SecretHash, now: Timestamp) -> RefreshRotation {
    RefreshRotation {
        presented,
        client_id: "spa".to_owned(),
        dpop_jkt: None,
        certificate: None,
        successor: NewRefreshToken {
            token: successor,
            expires_at: now.plus_seconds(7 * 86_400),
        },
        // Stands for the successor itself, so that a test can tell which one came back.
        sealed_successor: successor.0.to_vec(),
        now,
        retry_seconds: 30,
    }
}

async fn rotate(db: &Database, rotation: RefreshRotation) -> RotateRefresh {
    db.rotate_refresh(rotation, event(Refreshed), event(RefreshReplayed))
        .await
        .unwrap()
}

/// Refreshes for the first time; the successor.
async fn refresh(db: &Database, presented: SecretHash, at: i64) -> SecretHash {
    let successor = hash();
    let result = rotate(db, rotation(presented, successor, later(at))).await;
    assert!(matches!(result, RotateRefresh::Rotated(_)), "{result:?}");
    successor
}

/// What presenting the token comes to, in a word.
async fn present(db: &Database, presented: SecretHash, at: i64) -> &'static str {
    word(&rotate(db, rotation(presented, hash(), later(at))).await)
}

fn word(result: &RotateRefresh) -> &'static str {
    match result {
        RotateRefresh::Rotated(_) => "rotated",
        RotateRefresh::Retried { .. } => "retried",
        RotateRefresh::Replayed(_) => "replayed",
        RotateRefresh::Refused => "refused",
    }
}

async fn is_revoked(db: &Fixture, family: FamilyId) -> bool {
    db.family(family)
        .await
        .unwrap()
        .unwrap()
        .revoked_at
        .is_some()
}

async fn a_token_is_rotated_again_and_again(db: &Fixture) {
    let (family, mut token) = begin_family(db, ada(db).await).await;
    for round in 0..5 {
        token = refresh(db, token, round * 600).await;
    }
    assert!(!is_revoked(db, family).await);
    assert_eq!(db.count_audited(Refreshed).await, 5);
    assert_eq!(db.count_audited(RefreshReplayed).await, 0);
}

async fn the_family_comes_with_every_answer(db: &Fixture) {
    let (family, token) = begin_family(db, ada(db).await).await;
    let result = rotate(db, rotation(token, hash(), NOW)).await;
    let RotateRefresh::Rotated(rotated) = result else {
        panic!("{result:?}")
    };
    let result = rotate(db, rotation(token, hash(), NOW)).await;
    let RotateRefresh::Retried {
        family: retried, ..
    } = result
    else {
        panic!("{result:?}")
    };
    let result = rotate(db, rotation(token, hash(), later(31))).await;
    let RotateRefresh::Replayed(replayed) = result else {
        panic!("{result:?}")
    };
    assert_eq!(
        (rotated.id, retried.id, replayed.id),
        (family, family, family)
    );
    assert_eq!(
        (retried.revoked_at, replayed.revoked_at),
        (None, Some(later(31)))
    );
}

async fn a_retry_gets_the_very_same_successor(db: &Fixture) {
    let (family, token) = begin_family(db, ada(db).await).await;
    let first = refresh(db, token, 0).await;
    for at in [0, 1, 30] {
        let result = rotate(db, rotation(token, hash(), later(at))).await;
        let RotateRefresh::Retried {
            sealed_successor, ..
        } = result
        else {
            panic!("{result:?}")
        };
        assert_eq!(sealed_successor, first.0);
    }
    assert!(!is_revoked(db, family).await);
    assert_eq!(present(db, first, 31).await, "rotated");
    assert_eq!(db.count_audited(Refreshed).await, 2);
    assert_eq!(db.count_audited(RefreshReplayed).await, 0);
}

async fn a_node_whose_clock_is_behind_still_answers_a_retry(db: &Fixture) {
    let (_, token) = begin_family(db, ada(db).await).await;
    refresh(db, token, 5).await;
    assert_eq!(present(db, token, 0).await, "retried");
}

async fn after_the_window_a_spent_token_is_a_replay(db: &Fixture) {
    let user = ada(db).await;
    let (family, token) = begin_family(db, user).await;
    let (sibling, siblings_token) = begin_family(db, user).await;
    let successor = refresh(db, token, 0).await;
    let just_late = RefreshRotation {
        now: later(30).plus_millis(1),
        ..rotation(token, hash(), later(30))
    };
    assert_eq!(word(&rotate(db, just_late).await), "replayed");
    assert!(is_revoked(db, family).await);
    assert_eq!(present(db, successor, 32).await, "refused");
    assert_eq!(
        present(db, token, 32).await,
        "refused",
        "there is nothing left to revoke"
    );
    assert_eq!(db.count_audited(RefreshReplayed).await, 1);
    // The same user's other family lives on.
    assert!(!is_revoked(db, sibling).await);
    assert_eq!(present(db, siblings_token, 32).await, "rotated");
}

async fn after_its_successor_was_used_a_spent_token_is_a_replay(db: &Fixture) {
    let (family, token) = begin_family(db, ada(db).await).await;
    let successor = refresh(db, token, 0).await;
    let latest = refresh(db, successor, 1).await;
    assert_eq!(present(db, token, 2).await, "replayed");
    assert!(is_revoked(db, family).await);
    assert_eq!(present(db, latest, 3).await, "refused");
}

async fn without_a_window_every_second_use_is_a_replay(db: &Fixture) {
    for retry_seconds in [0, -1] {
        let user = create(db, new_account(&format!("user{retry_seconds}"))).await;
        let (family, token) = begin_family(db, user).await;
        refresh(db, token, 0).await;
        let strict = RefreshRotation {
            retry_seconds,
            ..rotation(token, hash(), NOW)
        };
        assert_eq!(word(&rotate(db, strict).await), "replayed");
        assert!(is_revoked(db, family).await);
    }
}

async fn a_refusal_changes_nothing(db: &Fixture) {
    let user = ada(db).await;
    let (family, token) = begin_family(db, user).await;
    let audited = db.audited().await;
    let foreign = RefreshRotation {
        client_id: "other".to_owned(),
        ..rotation(token, hash(), NOW)
    };
    assert_eq!(word(&rotate(db, foreign.clone()).await), "refused");
    assert_eq!(present(db, hash(), 0).await, "refused");
    assert_eq!(present(db, token, 7 * 86_400).await, "refused", "the limit");
    assert_eq!(db.audited().await, audited);

    db.disable_account(user, NOW, event(AccountDisabled))
        .await
        .unwrap();
    assert_eq!(present(db, token, 0).await, "refused");
    // Enabling does not bring a revoked family back.
    db.enable_account(user, event(AccountEnabled))
        .await
        .unwrap();
    assert_eq!(present(db, token, 0).await, "refused");

    let (family_2, token_2) = begin_family(db, user).await;
    let successor = refresh(db, token_2, 0).await;
    // A spent token shown by another client, or when it would have expired, revokes nothing.
    let foreign = RefreshRotation {
        presented: token_2,
        now: later(60),
        ..foreign
    };
    assert_eq!(word(&rotate(db, foreign).await), "refused");
    assert_eq!(present(db, token_2, 7 * 86_400).await, "refused");
    assert!(!is_revoked(db, family_2).await);
    assert_eq!(present(db, successor, 60).await, "rotated");
    assert!(is_revoked(db, family).await);
    assert_eq!(db.count_audited(RefreshReplayed).await, 0);
}

async fn rfc9449_5_a_bound_family_is_of_no_use_without_its_key(db: &Fixture) {
    let family = TokenFamily {
        dpop_jkt: Some("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I".to_owned()),
        ..new_family(ada(db).await)
    };
    let first = new_token();
    assert!(
        db.begin_family(family.clone(), first.clone(), event(FamilyBegan))
            .await
            .unwrap()
    );
    let kept = db.family(family.id).await.unwrap().unwrap();
    assert_eq!(kept.dpop_jkt, family.dpop_jkt);
    let with = |jkt: Option<&str>, at| RefreshRotation {
        dpop_jkt: jkt.map(str::to_owned),
        ..rotation(first.token, hash(), later(at))
    };
    // Fresh, inside the retry window and after it: nothing is rotated, told or revoked.
    for at in [0, 10, 60] {
        for jkt in [None, Some("another"), Some("")] {
            assert_eq!(word(&rotate(db, with(jkt, at)).await), "refused");
        }
        let expected = ["rotated", "retried", "replayed"][usize::try_from(at / 10).unwrap().min(2)];
        let own = rotate(db, with(family.dpop_jkt.as_deref(), at)).await;
        assert_eq!(word(&own), expected);
    }
    // One that is bound to no key takes any.
    let (_, free) = begin_family(db, family.user).await;
    let mut rotation = rotation(free, hash(), NOW);
    rotation.dpop_jkt = Some("any".to_owned());
    assert_eq!(word(&rotate(db, rotation).await), "rotated");
}

async fn rfc8705_4_a_bound_family_is_of_no_use_without_its_certificate(db: &Fixture) {
    let family = TokenFamily {
        certificate: Some("A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0".to_owned()),
        ..new_family(ada(db).await)
    };
    let first = new_token();
    let begun = db.begin_family(family.clone(), first.clone(), event(FamilyBegan));
    assert!(begun.await.unwrap());
    let kept = db.family(family.id).await.unwrap().unwrap();
    assert_eq!(kept.certificate, family.certificate);
    let with = |certificate: Option<&str>, at| RefreshRotation {
        certificate: certificate.map(str::to_owned),
        ..rotation(first.token, hash(), later(at))
    };
    for (at, expected) in [(0, "rotated"), (10, "retried"), (60, "replayed")] {
        for certificate in [None, Some("another"), Some("")] {
            assert_eq!(word(&rotate(db, with(certificate, at)).await), "refused");
        }
        let own = rotate(db, with(family.certificate.as_deref(), at)).await;
        assert_eq!(word(&own), expected);
    }
    // One that is bound to none takes any.
    let (_, free) = begin_family(db, family.user).await;
    let mut rotation = rotation(free, hash(), NOW);
    rotation.certificate = Some("any".to_owned());
    assert_eq!(word(&rotate(db, rotation).await), "rotated");
}

async fn a_family_ends_when_it_must_and_when_it_is_revoked(db: &Fixture) {
    let user = ada(db).await;
    let (_, mut token) = begin_family(db, user).await;
    for day in [6, 12, 18, 24] {
        token = refresh(db, token, day * 86_400).await;
    }
    assert_eq!(
        present(db, token, 30 * 86_400).await,
        "refused",
        "absolute limit"
    );
    assert_eq!(present(db, token, 30 * 86_400 - 1).await, "rotated");
    let (family, token) = begin_family(db, user).await;
    db.revoke_family_of(token, "spa", NOW, event(FamilyRevoked))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(present(db, token, 0).await, "refused");
    assert!(is_revoked(db, family).await);
}

async fn many_tabs_that_refresh_at_once_get_one_successor(db: &Fixture) {
    let user = ada(db).await;
    for callers in ROUNDS {
        let (family, token) = begin_family(db, user).await;
        let refreshed = db.count_audited(Refreshed).await;
        let results = db
            .race(callers, |node, _| {
                let successor = hash();
                async move {
                    (
                        successor,
                        rotate(&node, rotation(token, successor, NOW)).await,
                    )
                }
            })
            .await;
        let rotated: Vec<_> = results
            .iter()
            .filter(|(_, result)| matches!(result, RotateRefresh::Rotated(_)))
            .collect();
        let [(winner, _)] = rotated.as_slice() else {
            panic!("{results:?}")
        };
        for (_, result) in &results {
            if let RotateRefresh::Retried {
                sealed_successor, ..
            } = result
            {
                assert_eq!(*sealed_successor, winner.0);
            } else {
                assert_eq!(word(result), "rotated");
            }
        }
        assert!(!is_revoked(db, family).await);
        assert_eq!(db.count_audited(Refreshed).await, refreshed + 1);
        assert_eq!(present(db, *winner, 1).await, "rotated");
    }
    assert_eq!(db.count_audited(RefreshReplayed).await, 0);
}

async fn a_retry_racing_with_the_successor_is_answered_one_way_or_the_other(db: &Fixture) {
    let user = ada(db).await;
    for _ in 0..20 {
        let (family, token) = begin_family(db, user).await;
        let successor = refresh(db, token, 0).await;
        let results = db
            .race(2, |node, caller| async move {
                present(&node, if caller == 0 { token } else { successor }, 1).await
            })
            .await;
        match results.as_slice() {
            // First the retry, then the successor's first use.
            ["retried", "rotated"] => assert!(!is_revoked(db, family).await),
            // First the successor: the old token came too late.
            ["replayed", "rotated"] => assert!(is_revoked(db, family).await),
            other => panic!("{other:?}"),
        }
    }
}

async fn a_replay_racing_with_a_rotation_leaves_no_living_token(db: &Fixture) {
    let user = ada(db).await;
    for callers in ROUNDS {
        let (family, token) = begin_family(db, user).await;
        let current = refresh(db, token, 0).await;
        let replays = db.count_audited(RefreshReplayed).await;
        let results = db
            .race(callers, |node, caller| {
                let successor = hash();
                let presented = if caller % 2 == 0 { token } else { current };
                async move {
                    let result = rotate(&node, rotation(presented, successor, later(60))).await;
                    (successor, word(&result))
                }
            })
            .await;
        assert!(is_revoked(db, family).await);
        assert_eq!(db.count_audited(RefreshReplayed).await, replays + 1);
        for (successor, _) in results {
            assert_eq!(present(db, successor, 61).await, "refused");
        }
    }
}

async fn refreshing_while_the_account_is_disabled_leaves_no_living_token(db: &Fixture) {
    let user = ada(db).await;
    let mut tokens = Vec::new();
    for _ in 0..10 {
        tokens.push(begin_family(db, user).await.1);
    }
    let results = db
        .race(11, |node, caller| {
            let (presented, successor) = (tokens.get(caller).copied(), hash());
            async move {
                if let Some(presented) = presented {
                    rotate(&node, rotation(presented, successor, NOW)).await;
                } else {
                    node.disable_account(user, NOW, event(AccountDisabled))
                        .await
                        .unwrap();
                }
                successor
            }
        })
        .await;
    db.enable_account(user, event(AccountEnabled))
        .await
        .unwrap();
    for token in tokens.into_iter().chain(results) {
        assert_eq!(present(db, token, 0).await, "refused");
    }
}

conformance!(
    rfc9449_5_a_bound_family_is_of_no_use_without_its_key,
    rfc8705_4_a_bound_family_is_of_no_use_without_its_certificate,
    a_token_is_rotated_again_and_again,
    the_family_comes_with_every_answer,
    a_retry_gets_the_very_same_successor,
    a_node_whose_clock_is_behind_still_answers_a_retry,
    after_the_window_a_spent_token_is_a_replay,
    after_its_successor_was_used_a_spent_token_is_a_replay,
    without_a_window_every_second_use_is_a_replay,
    a_refusal_changes_nothing,
    a_family_ends_when_it_must_and_when_it_is_revoked,
    many_tabs_that_refresh_at_once_get_one_successor,
    a_retry_racing_with_the_successor_is_answered_one_way_or_the_other,
    a_replay_racing_with_a_rotation_leaves_no_living_token,
    refreshing_while_the_account_is_disabled_leaves_no_living_token,
);
