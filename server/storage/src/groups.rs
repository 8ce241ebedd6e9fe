//! How groups are kept, and who is in them.

use async_trait::async_trait;
use portcullis_domain::{
    AuditEvent, StorageError, UserId,
    groups::{ChangedGroup, DEEPEST, Group, GroupChange, GroupStore, Member, NewGroup},
};
use uuid::Uuid;

use crate::{
    Database,
    change::{made, refused},
    connection::{Connection, locking},
    roles,
    value::{Row, args},
};

/// Held while groups change: "PCGRUP" as a number. Two callers who move groups would otherwise each
/// see a tree without cycles and make one together.
const CHANGING: i64 = 0x50_43_47_52_55_50;

async fn exists(db: &mut Connection<'_>, group: &str) -> Result<bool, StorageError> {
    let sql = "SELECT name FROM user_groups WHERE name = $1";
    Ok(db.row(sql, args![group]).await?.is_some())
}

/// A group and those above it, from below.
async fn upwards(db: &mut Connection<'_>, group: &str) -> Result<Vec<String>, StorageError> {
    let mut path = Vec::new();
    let mut next = Some(group.to_owned());
    while let Some(name) = next {
        let sql = "SELECT parent FROM user_groups WHERE name = $1";
        let Some(row) = db.row(sql, args![&name]).await? else {
            break;
        };
        next = row.get("parent")?;
        path.push(name);
        if path.len() > DEEPEST {
            break;
        }
    }
    Ok(path)
}

/// How many levels of groups there are, counted from this one downwards.
async fn height(db: &mut Connection<'_>, group: &str) -> Result<usize, StorageError> {
    let sql = "WITH RECURSIVE below (name, level) AS (
            SELECT name, 1 FROM user_groups WHERE name = $1
            UNION ALL
            SELECT g.name, b.level + 1 FROM user_groups g JOIN below b ON g.parent = b.name)
        SELECT COUNT(DISTINCT level) AS levels FROM below";
    let row = db.row(sql, args![group]).await?;
    let levels = row.map(|row| row.count("levels")).transpose()?;
    Ok(levels.unwrap_or_default() as usize)
}

/// Everybody in a group or in one below it, held until the end of the transaction, with their
/// versions counted up.
async fn touch_members(db: &mut Connection<'_>, group: &str) -> Result<Vec<UserId>, StorageError> {
    let sql = locking!(
        "SELECT a.id FROM accounts a WHERE a.id IN (
            WITH RECURSIVE below (name) AS (
                SELECT name FROM user_groups WHERE name = $1
                UNION
                SELECT g.name FROM user_groups g JOIN below b ON g.parent = b.name)
            SELECT m.user_id FROM group_members m JOIN below b ON b.name = m.group_name)
        ORDER BY a.id"
    );
    let rows = db.rows(sql, args![group]).await?;
    let users = rows.iter().map(|row| Ok(UserId(row.get("id")?)));
    let users = users.collect::<Result<Vec<_>, StorageError>>()?;
    for user in &users {
        roles::count_up(db, *user).await?;
    }
    Ok(users)
}

/// What one of several changes came to: who is touched by it, or why none of them is made.
type Made = Result<Vec<UserId>, ChangedGroup>;

async fn change(
    db: &mut Connection<'_>,
    name: &str,
    change: GroupChange,
) -> Result<Made, StorageError> {
    match change {
        GroupChange::Describe(text) => {
            let sql = "UPDATE user_groups SET description = $2 WHERE name = $1";
            db.execute(sql, args![name, text]).await?;
            Ok(Ok(Vec::new()))
        }
        GroupChange::Move(parent) => move_to(db, name, parent).await,
        GroupChange::GiveRole(role) => {
            if !roles::exists(db, &role).await? {
                return Ok(Err(ChangedGroup::NoRole));
            }
            let sql = "INSERT INTO group_roles (group_name, role) VALUES ($1, $2)
                ON CONFLICT (group_name, role) DO NOTHING";
            if db.execute(sql, args![name, role]).await? == 0 {
                return Ok(Err(ChangedGroup::Unchanged));
            }
            Ok(Ok(touch_members(db, name).await?))
        }
        GroupChange::TakeRole(role) => {
            let sql = "DELETE FROM group_roles WHERE group_name = $1 AND role = $2";
            if db.execute(sql, args![name, role]).await? == 0 {
                return Ok(Err(ChangedGroup::Unchanged));
            }
            Ok(Ok(touch_members(db, name).await?))
        }
        GroupChange::Add(user) => {
            if db.lock_account(user).await?.is_none() {
                return Ok(Err(ChangedGroup::NoUser));
            }
            let sql = "INSERT INTO group_members (group_name, user_id) VALUES ($1, $2)
                ON CONFLICT (group_name, user_id) DO NOTHING";
            if db.execute(sql, args![name, user]).await? == 0 {
                return Ok(Err(ChangedGroup::Unchanged));
            }
            roles::count_up(db, user).await?;
            Ok(Ok(vec![user]))
        }
        GroupChange::Remove(user) => {
            if db.lock_account(user).await?.is_none() {
                return Ok(Err(ChangedGroup::NoUser));
            }
            let sql = "DELETE FROM group_members WHERE group_name = $1 AND user_id = $2";
            if db.execute(sql, args![name, user]).await? == 0 {
                return Ok(Err(ChangedGroup::Unchanged));
            }
            roles::count_up(db, user).await?;
            Ok(Ok(vec![user]))
        }
        GroupChange::Delete => {
            let sql = "SELECT name FROM user_groups WHERE parent = $1 LIMIT 1";
            if db.row(sql, args![name]).await?.is_some() {
                return Ok(Err(ChangedGroup::HasGroups));
            }
            let users = touch_members(db, name).await?;
            let sql = "DELETE FROM user_groups WHERE name = $1";
            db.execute(sql, args![name]).await?;
            Ok(Ok(users))
        }
    }
}

async fn move_to(
    db: &mut Connection<'_>,
    name: &str,
    parent: Option<String>,
) -> Result<Made, StorageError> {
    if let Some(parent) = &parent {
        let above = upwards(db, parent).await?;
        if above.is_empty() {
            return Ok(Err(ChangedGroup::NoParent));
        }
        if above.iter().any(|it| it == name) {
            return Ok(Err(ChangedGroup::Cycle));
        }
        if above.len() + height(db, name).await? > DEEPEST {
            return Ok(Err(ChangedGroup::TooDeep));
        }
    }
    let sql = "UPDATE user_groups SET parent = $2
        WHERE name = $1 AND parent IS DISTINCT FROM $2";
    if db.execute(sql, args![name, parent]).await? == 0 {
        return Ok(Ok(Vec::new()));
    }
    Ok(Ok(touch_members(db, name).await?))
}

#[async_trait]
impl GroupStore for Database {
    async fn create_group(
        &self,
        group: NewGroup,
        audit: AuditEvent,
    ) -> Result<ChangedGroup, StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                db.lock_name(CHANGING).await?;
                if let Some(parent) = &group.parent {
                    match upwards(db, parent).await?.len() {
                        0 => return refused(ChangedGroup::NoParent),
                        DEEPEST.. => return refused(ChangedGroup::TooDeep),
                        _ => {}
                    }
                }
                let sql = "INSERT INTO user_groups (name, description, parent, created_at)
                    VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO NOTHING";
                let args = args![
                    group.name,
                    group.description,
                    group.parent,
                    group.created_at
                ];
                if db.execute(sql, args).await? == 0 {
                    return refused(ChangedGroup::Taken);
                }
                made(ChangedGroup::Changed(Vec::new()), audit)
            })
        })
        .await
    }

    async fn groups(&self) -> Result<Vec<Group>, StorageError> {
        let sql = "SELECT g.name, g.description, g.parent, g.created_at, r.role,
                (SELECT COUNT(*) FROM group_members m WHERE m.group_name = g.name) AS members
            FROM user_groups g LEFT JOIN group_roles r ON r.group_name = g.name
            ORDER BY g.name";
        let mut groups = Vec::<Group>::new();
        for row in &self.read(sql, args![]).await? {
            let name: String = row.get("name")?;
            if groups.last().is_none_or(|last| last.name != name) {
                groups.push(Group {
                    name,
                    description: row.get("description")?,
                    parent: row.get("parent")?,
                    roles: Vec::new(),
                    members: row.count("members")?,
                    created_at: row.time("created_at")?,
                });
            }
            if let (Some(last), Some(role)) = (groups.last_mut(), row.get("role")?) {
                last.roles.push(role);
                last.roles.sort();
            }
        }
        // Here and not in SQL, where the order would depend on the database's locale.
        groups.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(groups)
    }

    async fn group_members(
        &self,
        group: &str,
        after: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<Member>, StorageError> {
        let sql = "SELECT a.id, a.email, a.name
            FROM group_members m JOIN accounts a ON a.id = m.user_id
            WHERE m.group_name = $1 AND m.user_id > $2 ORDER BY m.user_id LIMIT $3";
        let after = after.map_or(Uuid::nil(), |id| id.0);
        let member = |row: &Row| {
            Ok(Member {
                id: UserId(row.get("id")?),
                email: row.get("email")?,
                name: row.get("name")?,
            })
        };
        let rows = self.read(sql, args![group, after, limit]).await?;
        rows.iter().map(member).collect()
    }

    async fn change_group(
        &self,
        name: &str,
        changes: Vec<GroupChange>,
        audit: AuditEvent,
    ) -> Result<ChangedGroup, StorageError> {
        let name = name.to_owned();
        self.write(move |db| {
            Box::pin(async move {
                db.lock_name(CHANGING).await?;
                if !exists(db, &name).await? {
                    return refused(ChangedGroup::NoGroup);
                }
                let mut touched = Vec::new();
                for one in changes {
                    match change(db, &name, one).await? {
                        Ok(users) => touched.extend(users),
                        Err(why) => return refused(why),
                    }
                }
                made(ChangedGroup::Changed(touched), audit)
            })
        })
        .await
    }
}
