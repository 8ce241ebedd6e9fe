//! How accounts are kept, with what their roles allow.

use std::sync::Arc;

use async_trait::async_trait;
use portcullis_domain::{
    Account, AccountStatus, AuditEvent, Email, NewAccount, Principal, StorageError, Timestamp,
    UserId,
    accounts::{AccountQuery, AccountStore, AccountSummary, CreateAccount, DisableAccount},
    passwords::PasswordHash,
    roles::ADMIN,
    sessions::FirstSession,
};
use portcullis_policy::{Pattern, PermissionSet};
use portcullis_types::profile::Profile;
use uuid::Uuid;

use crate::{
    Database,
    change::{Change, made, made_with, refused},
    connection::{Connection, locking},
    passkeys, roles, sessions,
    value::{Row, args, containing, json, unreadable},
};

/// The columns of an [`Account`].
macro_rules! columns {
    () => {
        "a.id, a.email, a.name, a.enabled, a.password_hash IS NOT NULL AS has_password, a.version,
            a.created_at, a.profile, a.profile_changed_at, a.email_verified_at, a.language"
    };
}

fn account(row: &Row) -> Result<Account, StorageError> {
    let email: String = row.get("email")?;
    let status = if row.get("enabled")? {
        AccountStatus::Enabled
    } else {
        AccountStatus::Disabled
    };
    Ok(Account {
        id: UserId(row.get("id")?),
        email: Email::parse(&email).map_err(|_| unreadable("email"))?,
        name: row.get("name")?,
        profile: row.json("profile")?,
        profile_changed_at: row.time_if_any("profile_changed_at")?,
        status,
        email_verified: row.time_if_any("email_verified_at")?.is_some(),
        language: row.get("language")?,
        has_password: row.get("has_password")?,
        version: row.get("version")?,
        created_at: row.time("created_at")?,
    })
}

/// Creates the account and all that comes with it.
async fn create(
    db: &mut Connection<'_>,
    account: NewAccount,
    session: Option<FirstSession>,
    audit: AuditEvent,
) -> Result<Change<CreateAccount>, StorageError> {
    let sql = "INSERT INTO accounts
            (id, email, name, search, enabled, password_hash, version, created_at,
            email_verified_at, language)
        VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8, $9)
        ON CONFLICT (email) DO NOTHING";
    let search = searched(account.email.as_str(), &account.name);
    let args = args![
        account.id,
        account.email.as_str(),
        account.name,
        search,
        true,
        account.password.map(|hash| hash.0),
        account.created_at,
        account.email_verified.then_some(account.created_at),
        account.language,
    ];
    if db.execute(sql, args).await? == 0 {
        return refused(CreateAccount::Taken);
    }
    if let Some(passkey) = account.passkey
        && !passkeys::insert(db, account.id, passkey).await?
    {
        return refused(CreateAccount::Taken);
    }
    for role in &account.roles {
        roles::give(db, account.id, role).await?;
    }
    let mut ended = None;
    if let Some(FirstSession { session, replaces }) = session {
        if let Some(old) = replaces {
            ended = sessions::replace(db, old, account.id, None, &audit).await?;
        }
        sessions::insert(db, session).await?;
    }
    let audit = [audit].into_iter().chain(ended).collect();
    made_with(CreateAccount::Created, audit)
}

/// What a search in the list of accounts looks at.
fn searched(email: &str, name: &str) -> String {
    format!("{email}\n{name}").to_lowercase()
}

/// Sets whether an account is enabled. False: it was so already.
async fn set_enabled(
    db: &mut Connection<'_>,
    id: UserId,
    enabled: bool,
) -> Result<bool, StorageError> {
    let sql = "UPDATE accounts SET enabled = $2, version = version + 1
        WHERE id = $1 AND enabled <> $2";
    Ok(db.execute(sql, args![id, enabled]).await? == 1)
}

#[async_trait]
impl AccountStore for Database {
    async fn create_account(
        &self,
        account: NewAccount,
        session: Option<FirstSession>,
        audit: AuditEvent,
    ) -> Result<CreateAccount, StorageError> {
        self.write(move |db| Box::pin(create(db, account, session, audit)))
            .await
    }

    async fn create_first_admin(
        &self,
        account: NewAccount,
        session: Option<FirstSession>,
        audit: AuditEvent,
    ) -> Result<CreateAccount, StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                // This strength also waits for, and holds up, everybody who is giving the role to
                // somebody: their foreign key needs the row.
                let sql = locking!("SELECT name FROM roles WHERE name = $1", " FOR UPDATE");
                db.row(sql, args![ADMIN]).await?;
                let sql = "SELECT user_id FROM account_roles WHERE role = $1 LIMIT 1";
                if db.row(sql, args![ADMIN]).await?.is_some() {
                    return refused(CreateAccount::AdminExists);
                }
                create(db, account, session, audit).await
            })
        })
        .await
    }

    async fn admin_exists(&self) -> Result<bool, StorageError> {
        let sql = "SELECT user_id FROM account_roles WHERE role = $1 LIMIT 1";
        Ok(self.read_one(sql, args![ADMIN]).await?.is_some())
    }

    async fn account(&self, id: UserId) -> Result<Option<Account>, StorageError> {
        let sql = concat!("SELECT ", columns!(), " FROM accounts a WHERE a.id = $1");
        self.read_one(sql, args![id])
            .await?
            .as_ref()
            .map(self::account)
            .transpose()
    }

    async fn account_by_email(
        &self,
        email: &Email,
    ) -> Result<Option<(Account, Option<PasswordHash>)>, StorageError> {
        let sql = concat!(
            "SELECT ",
            columns!(),
            ", a.password_hash FROM accounts a WHERE a.email = $1"
        );
        let Some(row) = self.read_one(sql, args![email.as_str()]).await? else {
            return Ok(None);
        };
        let hash = row
            .get::<Option<String>>("password_hash")?
            .map(PasswordHash);
        Ok(Some((self::account(&row)?, hash)))
    }

    async fn principal(&self, id: UserId) -> Result<Option<Principal>, StorageError> {
        // One row for each role and each group.
        let sql = concat!(
            "WITH RECURSIVE mine (name, parent) AS (
                SELECT g.name, g.parent FROM group_members m
                    JOIN user_groups g ON g.name = m.group_name WHERE m.user_id = $1
                UNION
                SELECT g.name, g.parent FROM user_groups g JOIN mine ON g.name = mine.parent),
            held (role, in_group) AS (
                SELECT role, CAST(NULL AS TEXT) FROM account_roles WHERE user_id = $1
                UNION
                SELECT gr.role, CAST(NULL AS TEXT)
                    FROM group_roles gr JOIN mine ON mine.name = gr.group_name
                UNION
                SELECT CAST(NULL AS TEXT), name FROM mine)
            SELECT ",
            columns!(),
            ", held.in_group, r.name AS role, r.permissions FROM accounts a
                LEFT JOIN held ON 1 = 1
                LEFT JOIN roles r ON r.name = held.role
                WHERE a.id = $1"
        );
        let rows = self.read(sql, args![id]).await?;
        let Some(first) = rows.first() else {
            return Ok(None);
        };
        let mut groups = Vec::new();
        let mut roles = Vec::new();
        let mut granted = Vec::new();
        for row in &rows {
            groups.extend(row.get::<Option<String>>("in_group")?);
            let Some(role) = row.get::<Option<String>>("role")? else {
                continue;
            };
            let patterns = row.words("permissions")?;
            let patterns = patterns.iter().map(|pattern| Pattern::parse(pattern));
            let patterns = patterns
                .collect::<Result<Vec<_>, _>>()
                .map_err(|_| unreadable("permissions"))?;
            granted.push((Arc::from(role.as_str()), patterns));
            roles.push(role);
        }
        roles.sort();
        groups.sort();
        let permissions = PermissionSet::from_roles(granted);
        Ok(Some(Principal {
            account: self::account(first)?,
            roles,
            groups,
            permissions,
        }))
    }

    async fn accounts(&self, query: AccountQuery) -> Result<Vec<AccountSummary>, StorageError> {
        // One row per account and role. Ids sort by time, and none is larger than the largest.
        let sql = concat!(
            "SELECT ",
            columns!(),
            ", ar.role,
                (SELECT COUNT(*) FROM passkeys p WHERE p.user_id = a.id) AS passkeys,
                (SELECT COUNT(*) FROM sessions s WHERE s.user_id = a.id AND s.expires_at > $4
                    AND s.last_seen_at + s.idle_seconds * 1000 > $4) AS sessions
            FROM (SELECT * FROM accounts WHERE id < $1 AND search LIKE $2 ESCAPE '!'
                ORDER BY id DESC LIMIT $3) a
            LEFT JOIN account_roles ar ON ar.user_id = a.id
            ORDER BY a.id DESC"
        );
        let after = query.after.map_or(Uuid::max(), |id| id.0);
        let search = containing(&query.search.as_deref().unwrap_or_default().to_lowercase());
        let mut page = Vec::<AccountSummary>::new();
        for row in &self
            .read(sql, args![after, search, query.limit, query.now])
            .await?
        {
            let account = self::account(row)?;
            if page.last().is_none_or(|last| last.account.id != account.id) {
                let (passkeys, sessions) = (row.count("passkeys")?, row.count("sessions")?);
                page.push(AccountSummary {
                    account,
                    roles: Vec::new(),
                    passkeys,
                    sessions,
                });
            }
            if let (Some(last), Some(role)) = (page.last_mut(), row.get("role")?) {
                last.roles.push(role);
                last.roles.sort();
            }
        }
        Ok(page)
    }

    async fn replace_profile(
        &self,
        id: UserId,
        name: &str,
        profile: Profile,
        audit: AuditEvent,
    ) -> Result<bool, StorageError> {
        let name = name.to_owned();
        self.write(move |db| {
            Box::pin(async move {
                let sql = locking!("SELECT email FROM accounts WHERE id = $1");
                let Some(row) = db.row(sql, args![id]).await? else {
                    return refused(false);
                };
                let email: String = row.get("email")?;
                let sql = "UPDATE accounts SET name = $2, search = $3, profile = $4,
                        profile_changed_at = $5, version = version + 1 WHERE id = $1";
                let search = searched(&email, &name);
                let profile = json(&profile)?;
                db.execute(sql, args![id, name, search, profile, audit.at])
                    .await?;
                made(true, audit)
            })
        })
        .await
    }

    async fn enable_account(&self, id: UserId, audit: AuditEvent) -> Result<bool, StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                let found = db.lock_account(id).await?.is_some();
                if found && set_enabled(db, id, true).await? {
                    return made(true, audit);
                }
                refused(found)
            })
        })
        .await
    }

    async fn disable_account(
        &self,
        id: UserId,
        now: Timestamp,
        audit: AuditEvent,
    ) -> Result<DisableAccount, StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                roles::hold_admins(db).await?;
                if db.lock_account(id).await?.is_none() {
                    return refused(DisableAccount::NoUser);
                }
                if !set_enabled(db, id, false).await? {
                    return refused(DisableAccount::Disabled(Vec::new()));
                }
                if roles::has(db, id, ADMIN).await? && !roles::enabled_admin_exists(db).await? {
                    return refused(DisableAccount::LastAdmin);
                }
                let ended = sessions::end_all(db, id, None, now).await?;
                made(DisableAccount::Disabled(ended.sessions), audit)
            })
        })
        .await
    }
}
