//! Mails that wait, and what their links and codes are good for.

use portcullis_domain::{
    SecretHash, UserId,
    accounts::AccountStore,
    audit::{
        AuditKind::{
            Disowned, EmailVerificationFailed, EmailVerified, MailGivenUp, PasswordReset,
            PasswordResetAsked, SessionsEnded,
        },
        AuditStore,
    },
    known_devices::KnownDeviceStore,
    mail::{MailId, MailStore, NewMail},
    mail_tokens::{MailProof, MailPurpose, MailToken, MailTokenStore, ResetEvents},
};
use portcullis_storage::Database;

use crate::support::*;

fn mail() -> NewMail {
    NewMail {
        id: MailId(id()),
        kind: "reset",
        user: None,
        sealed: vec![1, 2, 3],
        created_at: NOW,
        expires_at: later(1800),
    }
}

async fn queued(db: &Database) -> MailId {
    let mail = mail();
    let mut audit = event(PasswordResetAsked);
    audit.mails.push(mail.clone());
    // A copy of the event queues it no second time.
    db.record(audit.clone()).await.unwrap();
    db.record(audit).await.unwrap();
    mail.id
}

async fn due(db: &Database, at: i64) -> Vec<MailId> {
    let taken = db.take_due_mails(later(at), later(at + 60), 100).await;
    let mut ids: Vec<_> = taken.unwrap().into_iter().map(|mail| mail.id).collect();
    ids.sort();
    ids
}

async fn a_mail_waits_until_it_is_sent(db: &Fixture) {
    let (first, second) = (queued(db).await, queued(db).await);
    assert_eq!(due(db, 0).await, [first, second]);
    assert_eq!(due(db, 59).await, [], "they are lent out");
    db.put_off_mail(first, later(100)).await.unwrap();
    db.finish_mail(second).await.unwrap();
    assert_eq!(due(db, 99).await, []);
    let again = db.take_due_mails(later(100), later(160), 9).await.unwrap();
    assert_eq!((again[0].tries, &again[0].sealed[..]), (2, &[1, 2, 3][..]));
    let given_up = db.give_up_mail(first, event(MailGivenUp));
    given_up.await.unwrap();
    db.give_up_mail(first, event(MailGivenUp)).await.unwrap();
    assert_eq!(db.count_audited(MailGivenUp).await, 1);
    assert_eq!(db.mails(9).await.unwrap(), []);
}

async fn no_mail_is_taken_by_two(db: &Fixture) {
    for callers in ROUNDS {
        for _ in 0..5 {
            queued(db).await;
        }
        let taken = db.race(callers, |db, _| async move { due(&db, 0).await });
        let taken: usize = taken.await.into_iter().map(|mails| mails.len()).sum();
        assert_eq!(taken, 5);
        for mail in db.mails(9).await.unwrap() {
            db.finish_mail(mail.id).await.unwrap();
        }
    }
}

async fn token(
    db: &Database,
    user: UserId,
    purpose: MailPurpose,
    code: Option<SecretHash>,
) -> SecretHash {
    let token = hash();
    keep(db, token, user, purpose, code).await;
    token
}

/// Has a mail make that token good.
async fn keep(
    db: &Database,
    token: SecretHash,
    user: UserId,
    purpose: MailPurpose,
    code: Option<SecretHash>,
) {
    let account = db.account(user).await.unwrap().unwrap();
    let token = MailToken {
        token,
        purpose,
        user,
        email: account.email,
        code: code.map(|code| (code, later(600))),
        about: None,
        created_at: NOW,
        expires_at: later(1800),
    };
    db.keep_mail_token(token, None).await.unwrap();
}

async fn shows(db: &Database, user: UserId, proof: MailProof, at: i64) -> bool {
    let (verified, failed) = (event(EmailVerified), event(EmailVerificationFailed));
    let shown = db.verify_email(user, proof, later(at), verified, failed);
    shown.await.unwrap()
}

async fn an_address_is_shown_once_and_in_time(db: &Fixture) {
    let (user, eve) = (ada(db).await, create(db, new_account("eve")).await);
    let code = hash();
    let old = token(db, user, MailPurpose::Verify, None).await;
    let link = token(db, user, MailPurpose::Verify, Some(code)).await;
    assert!(
        !shows(db, user, MailProof::Link(old), 0).await,
        "the latest"
    );
    assert!(!shows(db, eve, MailProof::Link(link), 0).await, "her own");
    assert!(
        !shows(db, user, MailProof::Link(link), 1800).await,
        "in time"
    );
    assert!(
        !shows(db, user, MailProof::Code(code, 5), 600).await,
        "in time"
    );
    assert!(
        !shows(db, eve, MailProof::Code(code, 5), 0).await,
        "her own"
    );
    assert!(shows(db, user, MailProof::Code(code, 5), 599).await);
    assert!(db.account(user).await.unwrap().unwrap().email_verified);
    assert!(!shows(db, user, MailProof::Link(link), 0).await, "spent");
}

async fn five_codes_are_looked_at(db: &Fixture) {
    let user = ada(db).await;
    for callers in ROUNDS {
        let code = hash();
        token(db, user, MailPurpose::Verify, Some(code)).await;
        for _ in 0..4 {
            assert!(!shows(db, user, MailProof::Code(hash(), 5), 0).await);
        }
        // Whoever comes fifth decides; all the others are not looked at.
        let tries = db.race(callers, move |db, caller| async move {
            let typed = if caller == 0 { code } else { hash() };
            shows(&db, user, MailProof::Code(typed, 5), 0).await
        });
        assert!(tries.await.into_iter().filter(|shown| *shown).count() <= 1);
        assert!(!shows(db, user, MailProof::Code(code, 5), 0).await);
    }
}

async fn a_link_sets_one_password(db: &Fixture) {
    let user = ada(db).await;
    for callers in ROUNDS {
        let link = token(db, user, MailPurpose::Reset, None).await;
        let other = token(db, user, MailPurpose::Reset, None).await;
        let found = db.mail_token_user(link, MailPurpose::Reset, NOW);
        assert_eq!(found.await.unwrap(), Some(user));
        let set = db.race(callers, move |db, _| async move {
            let events = ResetEvents {
                reset: event(PasswordReset),
                ended: event(SessionsEnded),
            };
            let reset = db.reset_password(link, password("new"), NOW, events);
            reset.await.unwrap().is_some()
        });
        assert_eq!(set.await.into_iter().filter(|set| *set).count(), 1);
        for token in [link, other] {
            // Nor when the mail is sent once more.
            keep(db, token, user, MailPurpose::Reset, None).await;
            let found = db.mail_token_user(token, MailPurpose::Reset, NOW);
            assert_eq!(found.await.unwrap(), None);
        }
    }
    assert_eq!(db.count_audited(PasswordReset).await, ROUNDS.len());
}

async fn a_link_for_one_thing_is_none_for_another(db: &Fixture) {
    let user = ada(db).await;
    let link = token(db, user, MailPurpose::NotMe, None).await;
    let found = db.mail_token_user(link, MailPurpose::Reset, NOW);
    assert_eq!(found.await.unwrap(), None);
    let reset = hash();
    let disowned = db.disown(link, reset, later(1800), event(Disowned));
    let (whose, _) = disowned.await.unwrap().unwrap();
    assert_eq!(whose, user);
    let found = db.mail_token_user(reset, MailPurpose::Reset, NOW);
    assert_eq!(found.await.unwrap(), Some(user));
    let again = db.disown(link, hash(), later(1800), event(Disowned));
    assert!(again.await.unwrap().is_none());
}

async fn a_browser_is_known_to_its_user(db: &Fixture) {
    let (user, eve) = (ada(db).await, create(db, new_account("eve")).await);
    let device = hash();
    assert!(!db.is_known_device(user, device).await.unwrap());
    for _ in 0..2 {
        db.know_device(user, device, NOW).await.unwrap();
    }
    assert!(db.is_known_device(user, device).await.unwrap());
    assert!(!db.is_known_device(eve, device).await.unwrap());
}

conformance! {
    a_mail_waits_until_it_is_sent,
    no_mail_is_taken_by_two,
    an_address_is_shown_once_and_in_time,
    five_codes_are_looked_at,
    a_link_sets_one_password,
    a_link_for_one_thing_is_none_for_another,
    a_browser_is_known_to_its_user,
}
