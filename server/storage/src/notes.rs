//! How the demo app's notes are kept.

use std::collections::HashMap;

use async_trait::async_trait;
use portcullis_domain::{
    AuditEvent, NoteId, StorageError, Timestamp, UserId,
    notes::{Note, NoteStore},
};

use crate::{
    Database,
    change::{made, refused},
    connection::Sql,
    value::{Row, args},
};

fn note(row: &Row) -> Result<Note, StorageError> {
    Ok(Note {
        id: NoteId(row.get("id")?),
        owner: UserId(row.get("owner")?),
        owner_name: row.get("owner_name")?,
        text: row.get("text")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}

/// A `SELECT` of notes.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT n.id, n.owner, a.name AS owner_name, n.text, n.created_at, n.updated_at
                FROM notes n JOIN accounts a ON a.id = n.owner ",
            $rest
        )
    };
}

#[async_trait]
impl NoteStore for Database {
    async fn notes(&self, owner: Option<UserId>, limit: u32) -> Result<Vec<Note>, StorageError> {
        let rows = if let Some(owner) = owner {
            let sql = select!("WHERE n.owner = $1 ORDER BY n.updated_at DESC, n.id DESC LIMIT $2");
            self.read(sql, args![owner, limit]).await?
        } else {
            let sql = select!("ORDER BY n.updated_at DESC, n.id DESC LIMIT $1");
            self.read(sql, args![limit]).await?
        };
        rows.iter().map(note).collect()
    }

    async fn note_owners(&self, ids: &[NoteId]) -> Result<HashMap<NoteId, UserId>, StorageError> {
        // A list of any length in one placeholder: each database unfolds JSON in its own words.
        let sql = Sql {
            sqlite: "SELECT id, owner FROM notes
                WHERE id IN (SELECT unhex(value) FROM json_each($1))",
            postgres: "SELECT id, owner FROM notes
                WHERE id IN (SELECT value::uuid FROM json_array_elements_text($1::json))",
        };
        let ids: Vec<String> = ids.iter().map(|id| id.0.simple().to_string()).collect();
        let rows = self.read(sql, args![ids.as_slice()]).await?;
        let pair = |row: &Row| Ok((NoteId(row.get("id")?), UserId(row.get("owner")?)));
        rows.iter().map(pair).collect()
    }

    async fn create_note(&self, note: Note, audit: AuditEvent) -> Result<(), StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                let sql = "INSERT INTO notes (id, owner, text, created_at, updated_at)
                    VALUES ($1, $2, $3, $4, $5)";
                let args = args![
                    note.id,
                    note.owner,
                    note.text,
                    note.created_at,
                    note.updated_at
                ];
                db.execute(sql, args).await?;
                made((), audit)
            })
        })
        .await
    }

    async fn update_note(
        &self,
        id: NoteId,
        owner: UserId,
        text: &str,
        at: Timestamp,
        audit: AuditEvent,
    ) -> Result<Option<Note>, StorageError> {
        let text = text.to_owned();
        self.write(move |db| {
            Box::pin(async move {
                let sql =
                    "UPDATE notes SET text = $3, updated_at = $4 WHERE id = $1 AND owner = $2";
                if db.execute(sql, args![id, owner, text, at]).await? == 0 {
                    return refused(None);
                }
                let row = db.row(select!("WHERE n.id = $1"), args![id]).await?;
                made(row.as_ref().map(self::note).transpose()?, audit)
            })
        })
        .await
    }

    async fn delete_note(
        &self,
        id: NoteId,
        owner: Option<UserId>,
        audit: AuditEvent,
    ) -> Result<bool, StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                let sql = "DELETE FROM notes WHERE id = $1 AND ($2 IS NULL OR owner = $2)";
                let deleted = db.execute(sql, args![id, owner]).await?;
                if deleted == 1 {
                    made(true, audit)
                } else {
                    refused(false)
                }
            })
        })
        .await
    }
}
