//! How roles are kept, and who has them.

use async_trait::async_trait;
use portcullis_domain::{
    AuditEvent, StorageError, UserId,
    roles::{ADMIN, ChangeRole, Role, RoleStore},
};

use crate::{
    Database,
    change::{made, made_with, refused},
    connection::{Connection, locking},
    value::{Row, args},
};

/// Held while roles are defined: "PCROLE" as a number. Two nodes that start with different lists
/// would lock roles and accounts in different orders.
const DEFINING: i64 = 0x50_43_52_4f_4c_45;

/// Gives an account a role. False: it had it already.
pub(crate) async fn give(
    db: &mut Connection<'_>,
    user: UserId,
    role: &str,
) -> Result<bool, StorageError> {
    let sql = "INSERT INTO account_roles (user_id, role) VALUES ($1, $2)
        ON CONFLICT (user_id, role) DO NOTHING";
    Ok(db.execute(sql, args![user, role]).await? == 1)
}

/// Whether the account has the role.
pub(crate) async fn has(
    db: &mut Connection<'_>,
    user: UserId,
    role: &str,
) -> Result<bool, StorageError> {
    let sql = "SELECT role FROM account_roles WHERE user_id = $1 AND role = $2";
    Ok(db.row(sql, args![user, role]).await?.is_some())
}

/// Waits for, and holds up, everybody else who would leave fewer admins. Comes before the account
/// is locked. Giving the role to somebody goes on meanwhile.
pub(crate) async fn hold_admins(db: &mut Connection<'_>) -> Result<(), StorageError> {
    let sql = locking!("SELECT name FROM roles WHERE name = $1");
    db.row(sql, args![ADMIN]).await.map(drop)
}

/// Whether an account that may sign in has the role `admin`, what this transaction has changed
/// included. To be relied on after [`hold_admins`] only.
pub(crate) async fn enabled_admin_exists(db: &mut Connection<'_>) -> Result<bool, StorageError> {
    let sql = "SELECT a.id FROM account_roles ar JOIN accounts a ON a.id = ar.user_id
        WHERE ar.role = $1 AND a.enabled = $2 LIMIT 1";
    Ok(db.row(sql, args![ADMIN, true]).await?.is_some())
}

/// Makes a role what is said here. Where that changes what its holders may do, their accounts'
/// versions count up, so that open clients notice, and there is an event to write down.
async fn define(
    db: &mut Connection<'_>,
    role: Role,
    audit: &AuditEvent,
) -> Result<Option<AuditEvent>, StorageError> {
    let sql = locking!("SELECT permissions FROM roles WHERE name = $1");
    let before = db.row(sql, args![&role.name]).await?;
    let sql = "INSERT INTO roles (name, description, permissions) VALUES ($1, $2, $3)
        ON CONFLICT (name) DO UPDATE
        SET description = excluded.description, permissions = excluded.permissions";
    let args = args![&role.name, role.description, role.permissions.as_slice()];
    db.execute(sql, args).await?;
    let before = before.map(|row| row.words("permissions")).transpose()?;
    // Nobody has one that is new.
    let Some(before) = before.filter(|before| *before != role.permissions) else {
        return Ok(None);
    };
    let sql = "UPDATE accounts SET version = version + 1
        WHERE id IN (
            WITH RECURSIVE carrying (name) AS (
                SELECT group_name FROM group_roles WHERE role = $1
                UNION
                SELECT g.name FROM user_groups g JOIN carrying c ON g.parent = c.name)
            SELECT m.user_id FROM group_members m JOIN carrying c ON c.name = m.group_name
            UNION
            SELECT user_id FROM account_roles WHERE role = $1)";
    db.execute(sql, args![&role.name]).await?;
    let (name, after) = (role.name, role.permissions);
    Ok(Some(AuditEvent {
        detail: serde_json::json!({ "role": name, "before": before, "after": after }),
        ..audit.clone()
    }))
}

pub(crate) async fn exists(db: &mut Connection<'_>, role: &str) -> Result<bool, StorageError> {
    let sql = "SELECT name FROM roles WHERE name = $1";
    Ok(db.row(sql, args![role]).await?.is_some())
}

pub(crate) async fn count_up(db: &mut Connection<'_>, user: UserId) -> Result<(), StorageError> {
    let sql = "UPDATE accounts SET version = version + 1 WHERE id = $1";
    db.execute(sql, args![user]).await.map(drop)
}

#[async_trait]
impl RoleStore for Database {
    async fn define_roles(&self, roles: &[Role], audit: AuditEvent) -> Result<(), StorageError> {
        let mut roles = roles.to_vec();
        roles.sort_by(|a, b| a.name.cmp(&b.name));
        self.write(move |db| {
            Box::pin(async move {
                db.lock_name(DEFINING).await?;
                let mut changed = Vec::new();
                for role in roles {
                    changed.extend(define(db, role, &audit).await?);
                }
                made_with((), changed)
            })
        })
        .await
    }

    async fn roles(&self) -> Result<Vec<Role>, StorageError> {
        let sql = "SELECT name, description, permissions FROM roles";
        let rows = self.read(sql, args![]).await?;
        let role = |row: &Row| {
            Ok(Role {
                name: row.get("name")?,
                description: row.get("description")?,
                permissions: row.words("permissions")?,
            })
        };
        let mut roles = rows
            .iter()
            .map(role)
            .collect::<Result<Vec<_>, StorageError>>()?;
        // Here and not in SQL, where the order would depend on the database's locale.
        roles.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(roles)
    }

    async fn assign_role(
        &self,
        user: UserId,
        role: &str,
        audit: AuditEvent,
    ) -> Result<ChangeRole, StorageError> {
        let role = role.to_owned();
        self.write(move |db| {
            Box::pin(async move {
                if db.lock_account(user).await?.is_none() {
                    return refused(ChangeRole::NoUser);
                }
                if !exists(db, &role).await? {
                    return refused(ChangeRole::NoRole);
                }
                if !give(db, user, &role).await? {
                    return refused(ChangeRole::Unchanged);
                }
                count_up(db, user).await?;
                made(ChangeRole::Changed, audit)
            })
        })
        .await
    }

    async fn unassign_role(
        &self,
        user: UserId,
        role: &str,
        audit: AuditEvent,
    ) -> Result<ChangeRole, StorageError> {
        let role = role.to_owned();
        self.write(move |db| {
            Box::pin(async move {
                if role == ADMIN {
                    hold_admins(db).await?;
                }
                let Some(enabled) = db.lock_account(user).await? else {
                    return refused(ChangeRole::NoUser);
                };
                if !exists(db, &role).await? {
                    return refused(ChangeRole::NoRole);
                }
                let sql = "DELETE FROM account_roles WHERE user_id = $1 AND role = $2";
                if db.execute(sql, args![user, &role]).await? == 0 {
                    return refused(ChangeRole::Unchanged);
                }
                if role == ADMIN && enabled && !enabled_admin_exists(db).await? {
                    return refused(ChangeRole::LastAdmin);
                }
                count_up(db, user).await?;
                made(ChangeRole::Changed, audit)
            })
        })
        .await
    }
}
