//! Notes: whose they are, limits what a statement touches.

use portcullis_domain::{
    NoteId, UserId,
    audit::AuditKind::{NoteCreated, NoteDeleted, NoteUpdated},
    notes::{Note, NoteStore},
};

use crate::support::*;

fn new_note(owner: UserId, text: &str, at: i64) -> Note {
    Note {
        id: NoteId(id()),
        owner,
        owner_name: String::new(),
        text: text.to_owned(),
        created_at: later(at),
        updated_at: later(at),
    }
}

/// Two people, and a note of each.
async fn two_notes(db: &Fixture) -> [Note; 2] {
    let ada = ada(db).await;
    let bob = create(db, new_account("bob")).await;
    let notes = [
        new_note(ada, "of Ada", 0),
        new_note(bob, "of Bob \u{1f511}", 1),
    ];
    for note in &notes {
        db.create_note(note.clone(), event(NoteCreated))
            .await
            .unwrap();
    }
    notes
}

async fn notes_are_listed_by_last_change(db: &Fixture) {
    let [of_ada, of_bob] = two_notes(db).await;
    let texts = |notes: Vec<Note>| -> Vec<String> { notes.into_iter().map(|n| n.text).collect() };
    assert_eq!(
        texts(db.notes(None, 10).await.unwrap()),
        ["of Bob \u{1f511}", "of Ada"]
    );
    assert_eq!(
        texts(db.notes(None, 1).await.unwrap()),
        ["of Bob \u{1f511}"]
    );
    assert_eq!(
        texts(db.notes(Some(of_ada.owner), 10).await.unwrap()),
        ["of Ada"]
    );
    assert!(db.notes(Some(UserId(id())), 10).await.unwrap().is_empty());
    db.update_note(
        of_ada.id,
        of_ada.owner,
        "newest",
        later(2),
        event(NoteUpdated),
    )
    .await
    .unwrap();
    let notes = db.notes(None, 10).await.unwrap();
    assert_eq!(
        (notes[0].text.as_str(), notes[0].owner_name.as_str()),
        ("newest", "ada")
    );
    assert_eq!((notes[0].created_at, notes[0].updated_at), (NOW, later(2)));
    assert_eq!(
        (notes[1].id, notes[1].owner_name.as_str()),
        (of_bob.id, "bob")
    );
}

async fn a_note_is_changed_by_its_owner_only(db: &Fixture) {
    let [of_ada, of_bob] = two_notes(db).await;
    let changed = db
        .update_note(
            of_ada.id,
            of_ada.owner,
            "changed",
            later(2),
            event(NoteUpdated),
        )
        .await;
    let changed = changed.unwrap().unwrap();
    assert_eq!(
        (changed.text.as_str(), changed.owner_name.as_str()),
        ("changed", "ada")
    );
    assert_eq!(changed.updated_at, later(2));
    for (note, owner) in [(of_bob.id, of_ada.owner), (NoteId(id()), of_ada.owner)] {
        let refused = db
            .update_note(note, owner, "taken over", later(3), event(NoteUpdated))
            .await;
        assert!(refused.unwrap().is_none());
    }
    assert_eq!(
        db.notes(Some(of_bob.owner), 1).await.unwrap()[0].text,
        of_bob.text
    );
    assert_eq!(db.count_audited(NoteUpdated).await, 1);
}

async fn a_note_is_deleted_within_the_limits_given(db: &Fixture) {
    let [of_ada, of_bob] = two_notes(db).await;
    let delete = |note, owner| db.delete_note(note, owner, event(NoteDeleted));
    assert!(!delete(of_bob.id, Some(of_ada.owner)).await.unwrap());
    assert!(!delete(NoteId(id()), None).await.unwrap());
    assert_eq!(db.count_audited(NoteDeleted).await, 0);
    assert!(delete(of_ada.id, Some(of_ada.owner)).await.unwrap());
    assert!(delete(of_bob.id, None).await.unwrap());
    assert!(!delete(of_bob.id, None).await.unwrap());
    assert!(db.notes(None, 10).await.unwrap().is_empty());
    assert_eq!(
        db.audited().await[2..],
        [
            "note.created",
            "note.created",
            "note.deleted",
            "note.deleted"
        ]
    );
}

async fn owners_of_many_notes_are_found_at_once(db: &Fixture) {
    let [of_ada, of_bob] = two_notes(db).await;
    let asked = [of_bob.id, NoteId(id()), of_ada.id, of_bob.id];
    let owners = db.note_owners(&asked).await.unwrap();
    assert_eq!(owners.len(), 2);
    assert_eq!(owners[&of_ada.id], of_ada.owner);
    assert_eq!(owners[&of_bob.id], of_bob.owner);
    assert!(db.note_owners(&[]).await.unwrap().is_empty());
    let strangers: Vec<NoteId> = (0..200).map(|_| NoteId(id())).collect();
    assert!(db.note_owners(&strangers).await.unwrap().is_empty());
}

async fn a_note_of_nobody_is_refused(db: &Fixture) {
    db.create_note(new_note(UserId(id()), "?", 0), event(NoteCreated))
        .await
        .unwrap_err();
    assert!(db.audited().await.is_empty());
}

conformance!(
    notes_are_listed_by_last_change,
    a_note_is_changed_by_its_owner_only,
    a_note_is_deleted_within_the_limits_given,
    owners_of_many_notes_are_found_at_once,
    a_note_of_nobody_is_refused,
);
