//! Consents: given once per question, added to, and taken back together with what rests on them.

use portcullis_domain::{
    AuditEvent, FamilyId, SecretHash, UserId,
    accounts::AccountStore,
    audit::AuditKind::{
        AccountDisabled, ClientCreated, ClientDeleted, CodeIssued, ConsentDenied, ConsentGiven,
        ConsentRevoked, DeviceAllowed, FamilyBegan,
    },
    clients::ClientStore,
    consents::{Consent, ConsentDecision, ConsentStore},
    devices::{DeviceAuthorization, DeviceDecision, DeviceStore, PollDevice},
    oauth::{AuthorizationCode, ConsumeCode, OAuthStore, TokenFamily},
};
use portcullis_storage::Database;
use portcullis_types::client::Client;

use crate::support::*;

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn consent(user: UserId, scopes: &[&str], at: i64) -> Consent {
    Consent {
        user,
        client_id: "spa".to_owned(),
        scopes: words(scopes),
        resources: words(&["https://api.example"]),
        created_at: later(at),
        updated_at: later(at),
    }
}

async fn decide(
    db: &Database,
    question: SecretHash,
    user: UserId,
    allowed: Option<Consent>,
    audit: AuditEvent,
) -> bool {
    let decision = ConsentDecision {
        question,
        expires_at: later(900),
        user,
        allowed,
    };
    db.decide_consent(decision, audit).await.unwrap()
}

async fn give(db: &Database, user: UserId, scopes: &[&str], at: i64) {
    let given = Some(consent(user, scopes, at));
    assert!(decide(db, hash(), user, given, event(ConsentGiven)).await);
}

async fn revoke(db: &Database, user: UserId, client: &str) -> bool {
    let revoked = db.revoke_consent(user, client, later(50), event(ConsentRevoked));
    revoked.await.unwrap()
}

async fn what_is_given_comes_to_what_was_given(db: &Fixture) {
    let user = ada(db).await;
    assert_eq!(db.consent(user, "spa").await.unwrap(), None);
    give(db, user, &["openid", "email"], 1).await;
    give(db, user, &["email", "profile"], 2).await;
    let kept = db.consent(user, "spa").await.unwrap().unwrap();
    assert_eq!(kept.scopes, words(&["openid", "email", "profile"]));
    assert_eq!(kept.resources, words(&["https://api.example"]));
    assert_eq!((kept.created_at, kept.updated_at), (later(1), later(2)));
    let mut other = consent(user, &[], 3);
    "other".clone_into(&mut other.client_id);
    assert!(decide(db, hash(), user, Some(other), event(ConsentGiven)).await);
    let all = db.consents_of(user).await.unwrap();
    let ids: Vec<_> = all
        .iter()
        .map(|consent| consent.client_id.as_str())
        .collect();
    assert_eq!(ids, ["other", "spa"], "latest given first");
    let nobodys = create(db, new_account("eve")).await;
    assert_eq!(db.consents_of(nobodys).await.unwrap(), []);
    assert_eq!(db.consent(nobodys, "spa").await.unwrap(), None);
    assert_eq!(db.count_audited(ConsentGiven).await, 3);
}

async fn a_question_is_answered_once_also_at_once(db: &Fixture) {
    let user = ada(db).await;
    for callers in ROUNDS {
        let question = hash();
        let answers = db.race(callers, |node, caller| async move {
            let given = (caller % 2 == 0).then(|| consent(user, &["openid"], 1));
            decide(&node, question, user, given, event(ConsentDenied)).await
        });
        assert_eq!(answers.await.iter().filter(|won| **won).count(), 1);
    }
    assert_eq!(db.count_audited(ConsentDenied).await, ROUNDS.len());
}

async fn nothing_is_given_for_somebody_who_is_not_there(db: &Fixture) {
    let nobody = UserId(id());
    let question = hash();
    let given = Some(consent(nobody, &["openid"], 1));
    assert!(!decide(db, question, nobody, given, event(ConsentGiven)).await);
    let user = ada(db).await;
    // The question stands: nothing of what was refused is left.
    let given = Some(consent(user, &["openid"], 1));
    assert!(decide(db, question, user, given, event(ConsentGiven)).await);
    assert_eq!(db.count_audited(ConsentGiven).await, 1);
}

/// A code of that client, and the family it would begin.
async fn code_of(db: &Database, user: UserId, client: &str) -> (AuthorizationCode, TokenFamily) {
    let mut code = new_code(user);
    client.clone_into(&mut code.client_id);
    db.save_code(code.clone(), event(CodeIssued)).await.unwrap();
    let family = TokenFamily {
        id: code.family,
        client_id: client.to_owned(),
        ..new_family(user)
    };
    (code, family)
}

async fn spend(db: &Database, code: &AuthorizationCode, at: i64) -> bool {
    let spent = db.consume_code(code.code, &code.client_id, later(at), event(CodeIssued));
    matches!(spent.await.unwrap(), ConsumeCode::Fresh(_))
}

async fn taking_one_back_ends_what_rests_on_it_and_nothing_else(db: &Fixture) {
    let (user, eve) = (ada(db).await, create(db, new_account("eve")).await);
    give(db, user, &["openid"], 1).await;
    give(db, eve, &["openid"], 1).await;
    let (family, _) = begin_family(db, user).await;
    let (eves, _) = begin_family(db, eve).await;
    let elsewhere = TokenFamily {
        client_id: "other".to_owned(),
        ..new_family(user)
    };
    let others = elsewhere.id;
    let begun = db.begin_family(elsewhere, new_token(), event(FamilyBegan));
    assert!(begun.await.unwrap());
    let (unspent, _) = code_of(db, user, "spa").await;
    let (spent, late) = code_of(db, user, "spa").await;
    let (others_code, _) = code_of(db, user, "other").await;
    let (eves_code, _) = code_of(db, eve, "spa").await;
    assert!(spend(db, &spent, 2).await);
    assert!(!revoke(db, user, "other").await, "no consent, nothing ends");
    assert!(revoke(db, user, "spa").await);
    assert!(!revoke(db, user, "spa").await);
    assert_eq!(db.count_audited(ConsentRevoked).await, 1);
    let is_revoked = async |id: FamilyId| {
        let family = db.family(id).await.unwrap().unwrap();
        family.revoked_at.is_some()
    };
    assert!(is_revoked(family).await);
    assert!(!is_revoked(eves).await && !is_revoked(others).await);
    assert!(!spend(db, &unspent, 50).await);
    // One that had been spent does not begin its family afterwards, whatever is given since.
    give(db, user, &["openid"], 3).await;
    let begun = db.begin_consented_family(late, new_token(), event(FamilyBegan));
    assert!(!begun.await.unwrap());
    assert!(spend(db, &others_code, 50).await && spend(db, &eves_code, 50).await);
}

async fn a_family_rests_on_a_consent_that_covers_it(db: &Fixture) {
    let user = ada(db).await;
    let begin = async |family: TokenFamily| {
        let begun = db.begin_consented_family(family, new_token(), event(FamilyBegan));
        begun.await.unwrap()
    };
    assert!(!begin(new_family(user)).await);
    give(db, user, &["email"], 1).await;
    assert!(!begin(new_family(user)).await, "openid was not given");
    give(db, user, &["openid"], 2).await;
    assert!(begin(new_family(user)).await);
    let far = TokenFamily {
        resources: words(&["https://other.example"]),
        ..new_family(user)
    };
    assert!(!begin(far).await);
    let disabled = db.disable_account(user, later(3), event(AccountDisabled));
    disabled.await.unwrap();
    assert!(!begin(new_family(user)).await);
    assert_eq!(db.count_audited(FamilyBegan).await, 1);
}

async fn a_family_that_begins_while_its_consent_is_taken_back_is_over(db: &Fixture) {
    let user = ada(db).await;
    for callers in ROUNDS {
        give(db, user, &["openid"], 1).await;
        let families: Vec<_> = (0..callers).map(|_| new_family(user)).collect();
        let all = families.clone();
        db.race(callers, |node, caller| {
            let family = families[caller].clone();
            async move {
                if caller == 0 {
                    assert!(revoke(&node, user, "spa").await);
                } else {
                    let begun =
                        node.begin_consented_family(family, new_token(), event(FamilyBegan));
                    begun.await.unwrap();
                }
            }
        })
        .await;
        for family in all {
            let kept = db.family(family.id).await.unwrap();
            assert!(kept.is_none_or(|kept| kept.revoked_at.is_some()));
        }
    }
}

async fn a_device_that_is_let_in_counts_as_consent(db: &Fixture) {
    let user = ada(db).await;
    let device = |family| DeviceAuthorization {
        device_code: hash(),
        user_code: hash(),
        family: FamilyId(family),
        client_id: "tv".to_owned(),
        scopes: words(&["openid"]),
        resources: Vec::new(),
        interval_seconds: 5,
        created_at: NOW,
        expires_at: later(600),
    };
    let (kept, denied) = (device(id()), device(id()));
    for (device, allowed) in [(&denied, false), (&kept, true)] {
        assert!(db.save_device(device.clone()).await.unwrap());
        let decision = DeviceDecision {
            user_code: device.user_code,
            user,
            allowed,
            auth_time: NOW,
            amr: Vec::new(),
            now: later(10),
        };
        let decided = db.decide_device(decision, event(DeviceAllowed));
        assert!(decided.await.unwrap());
        let given = db.consent(user, "tv").await.unwrap();
        assert_eq!(given.is_some(), allowed);
    }
    assert!(revoke(db, user, "tv").await);
    let heard = db.poll_device(kept.device_code, "tv", later(60)).await;
    assert!(matches!(heard.unwrap(), PollDevice::Expired));
}

async fn a_deleted_client_takes_its_consents_with_it(db: &Fixture) {
    let user = ada(db).await;
    let client = Client::new("spa", "Spa");
    let made = db.create_client(client, None, event(ClientCreated)).await;
    assert!(made.unwrap());
    give(db, user, &["openid"], 1).await;
    let deleted = db.delete_client("spa", later(2), event(ClientDeleted));
    assert!(deleted.await.unwrap());
    assert_eq!(db.consents_of(user).await.unwrap(), []);
}

conformance! {
    what_is_given_comes_to_what_was_given,
    a_question_is_answered_once_also_at_once,
    nothing_is_given_for_somebody_who_is_not_there,
    taking_one_back_ends_what_rests_on_it_and_nothing_else,
    a_family_rests_on_a_consent_that_covers_it,
    a_family_that_begins_while_its_consent_is_taken_back_is_over,
    a_device_that_is_let_in_counts_as_consent,
    a_deleted_client_takes_its_consents_with_it,
}
