//! The audit log: as written, newest first.

use portcullis_domain::{
    FamilyId, SessionId, UserId,
    audit::{
        AuditEvent,
        AuditKind::{Denied, SignInFailed},
        AuditStore,
    },
};

use crate::support::*;

async fn events_come_back_as_written_and_newest_first(db: &Fixture) {
    let (actor, subject) = (UserId(id()), UserId(id()));
    let detail = serde_json::json!({ "permission": "notes:delete", "agent": "a\r\nb\u{0}\"'" });
    db.record(event(SignInFailed)).await.unwrap();
    let full = AuditEvent {
        actor: Some(actor),
        subject: Some(subject),
        session: Some(SessionId(id())),
        family: Some(FamilyId(id())),
        detail: detail.clone(),
        ..event(Denied)
    };
    db.record(full).await.unwrap();
    let rows = db.audit_rows(10).await.unwrap();
    let [denied, failed] = rows.as_slice() else {
        panic!("{rows:?}")
    };
    assert_eq!(
        (denied.kind.as_str(), failed.kind.as_str()),
        (Denied.as_str(), SignInFailed.as_str())
    );
    assert!(denied.sequence > failed.sequence);
    assert_eq!(
        (denied.actor, denied.subject, denied.at),
        (Some(actor), Some(subject), NOW)
    );
    assert_eq!(denied.detail, detail);
    assert_eq!((failed.actor, failed.subject), (None, None));
    assert_eq!(db.audit_rows(1).await.unwrap().len(), 1);
    assert!(db.audit_rows(0).await.unwrap().is_empty());
}

async fn no_event_of_many_at_once_is_lost(db: &Fixture) {
    let results = db
        .race(50, |node, _| async move {
            node.record(event(SignInFailed)).await.is_ok()
        })
        .await;
    assert!(results.into_iter().all(|kept| kept));
    let rows = db.audit_rows(100).await.unwrap();
    assert_eq!(rows.len(), 50);
    assert!(rows.is_sorted_by(|a, b| a.sequence > b.sequence));
}

conformance!(
    events_come_back_as_written_and_newest_first,
    no_event_of_many_at_once_is_lost
);
