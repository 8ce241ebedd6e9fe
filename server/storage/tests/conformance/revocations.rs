//! What services are told of that was taken back.

use portcullis_domain::{
    FamilyId, SecretHash, Store, Timestamp,
    audit::{
        AuditEvent,
        AuditKind::{self, ClientCreated, ClientDeleted, FamilyRevoked, TokenRevoked},
    },
    clients::ClientStore,
    oauth::OAuthStore,
    revocations::RevocationStore,
};
use portcullis_types::client::Client;
use uuid::Uuid;

use crate::support::*;

fn at(seconds: i64, kind: AuditKind) -> AuditEvent {
    AuditEvent {
        at: later(seconds),
        ..event(kind)
    }
}

async fn tokens_are_told_by_when_and_page_by_page(db: &Fixture) {
    let mut made = Vec::new();
    // Three of one moment, and one of the next.
    for seconds in [1, 1, 1, 2] {
        let token = hash();
        let revoked = db.revoke_token(token, later(600), at(seconds, TokenRevoked));
        assert!(revoked.await.unwrap());
        made.push((later(seconds), token));
    }
    made.sort();
    let mut told = Vec::new();
    let mut after = (Timestamp(0), SecretHash([0; 32]));
    loop {
        let page = db.revoked_tokens(after, 2).await.unwrap();
        let Some(last) = page.last() else {
            break;
        };
        after = *last;
        told.extend(page);
    }
    assert_eq!(told, made);
    let later_ones = db.revoked_tokens((later(2), SecretHash([0; 32])), 10).await;
    assert_eq!(later_ones.unwrap(), [made[3]]);
}

async fn a_client_that_is_deleted_is_told_with_its_last_end_until_no_token_is_left(db: &Fixture) {
    for seconds in [1, 5] {
        let created = db.create_client(Client::new("shop", "Shop"), None, event(ClientCreated));
        assert!(created.await.unwrap());
        let deleted = db.delete_client("shop", later(seconds), event(ClientDeleted));
        assert!(deleted.await.unwrap());
    }
    let told = [(later(5), "shop".to_owned())];
    assert_eq!(db.ended_clients(Timestamp(0)).await.unwrap(), told);
    assert_eq!(db.ended_clients(later(5)).await.unwrap(), told);
    assert_eq!(db.ended_clients(later(6)).await.unwrap(), []);
    let day_and_hour = 25 * 3600;
    db.purge_expired(later(5 + day_and_hour - 1)).await.unwrap();
    assert_eq!(db.ended_clients(Timestamp(0)).await.unwrap(), told);
    db.purge_expired(later(5 + day_and_hour)).await.unwrap();
    assert_eq!(db.ended_clients(Timestamp(0)).await.unwrap(), []);
}

async fn families_are_told_from_when_they_are_revoked(db: &Fixture) {
    let nobody = (Timestamp(0), FamilyId(Uuid::nil()));
    let user = ada(db).await;
    let (family, token) = begin_family(db, user).await;
    begin_family(db, user).await;
    assert_eq!(db.revoked_families(nobody, 10).await.unwrap(), []);
    let revoked = db.revoke_family_of(token, "spa", later(3), event(FamilyRevoked));
    assert_eq!(revoked.await.unwrap(), Some(family));
    let told = [(later(3), family)];
    assert_eq!(db.revoked_families(nobody, 10).await.unwrap(), told);
    assert_eq!(db.revoked_families(told[0], 10).await.unwrap(), []);
}

conformance!(
    tokens_are_told_by_when_and_page_by_page,
    a_client_that_is_deleted_is_told_with_its_last_end_until_no_token_is_left,
    families_are_told_from_when_they_are_revoked,
);
