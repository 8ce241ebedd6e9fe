//! A look into the database past the server: every row of every table, as text.

use std::collections::BTreeMap;

use sqlx::{PgPool, Row, SqlitePool, sqlite::SqliteConnectOptions};

/// Every table's rows, sorted.
pub type Tables = BTreeMap<String, Vec<String>>;

/// All rows of a SQLite database.
pub async fn of_sqlite(path: &std::path::Path) -> Tables {
    let options = SqliteConnectOptions::new().filename(path).read_only(true);
    let pool = SqlitePool::connect_with(options).await.unwrap();
    let names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%sqlite%'";
    let mut tables = Tables::new();
    for table in sqlx::query(names).fetch_all(&pool).await.unwrap() {
        let table: String = table.get(0);
        let columns = format!("SELECT name FROM pragma_table_info('{table}')");
        let columns = sqlx::query(sqlx::AssertSqlSafe(columns)).fetch_all(&pool);
        let columns: Vec<String> = columns
            .await
            .unwrap()
            .iter()
            .map(|row| format!("quote({})", row.get::<String, _>(0)))
            .collect();
        let rows = format!("SELECT {} FROM {table}", columns.join(" || ' ' || "));
        let rows = sqlx::query(sqlx::AssertSqlSafe(rows)).fetch_all(&pool);
        let mut rows: Vec<String> = rows.await.unwrap().iter().map(|row| row.get(0)).collect();
        rows.sort();
        tables.insert(table, rows);
    }
    pool.close().await;
    tables
}

/// All rows of a PostgreSQL database.
pub async fn of_postgres(url: &str) -> Tables {
    let pool = PgPool::connect(url).await.unwrap();
    let names = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'";
    let mut tables = Tables::new();
    for table in sqlx::query(names).fetch_all(&pool).await.unwrap() {
        let table: String = table.get(0);
        let rows = format!("SELECT t::text FROM {table} AS t");
        let rows = sqlx::query(sqlx::AssertSqlSafe(rows)).fetch_all(&pool);
        let mut rows: Vec<String> = rows.await.unwrap().iter().map(|row| row.get(0)).collect();
        rows.sort();
        tables.insert(table, rows);
    }
    pool.close().await;
    tables
}

/// The tables that differ, except the audit log, which may grow.
pub fn changed(before: &Tables, after: &Tables) -> Vec<String> {
    let names = before.keys().chain(after.keys());
    let mut names: Vec<String> = names
        .filter(|name| *name != "audit_log" && before.get(*name) != after.get(*name))
        .cloned()
        .collect();
    names.sort();
    names.dedup();
    names
}
