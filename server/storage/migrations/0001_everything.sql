-- The first schema. {ID}, {BYTES} and {SEQUENCE} become the database's own types (see migrate.rs).
-- Times are milliseconds since 1970-01-01T00:00:00Z; lists of words are JSON.

CREATE TABLE accounts (
  id {ID} NOT NULL PRIMARY KEY,
  email TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  -- Address and name in lower case, made by us: SQLite's lower() knows ASCII only.
  search TEXT NOT NULL,
  enabled BOOLEAN NOT NULL,
  password_hash TEXT,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE passkeys (
  id {ID} NOT NULL PRIMARY KEY,
  user_id {ID} NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  credential_id {BYTES} NOT NULL UNIQUE,
  name TEXT NOT NULL,
  data {BYTES} NOT NULL,
  synced BOOLEAN NOT NULL,
  revision BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT
);
CREATE INDEX passkeys_by_user ON passkeys (user_id, id);

CREATE TABLE roles (
  name TEXT NOT NULL PRIMARY KEY,
  description TEXT NOT NULL,
  permissions TEXT NOT NULL
);
INSERT INTO roles (name, description, permissions)
VALUES ('admin', 'May do everything', '["*"]');

CREATE TABLE account_roles (
  user_id {ID} NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  role TEXT NOT NULL REFERENCES roles (name),
  PRIMARY KEY (user_id, role)
);
CREATE INDEX account_roles_by_role ON account_roles (role, user_id);

CREATE TABLE sessions (
  id {ID} NOT NULL PRIMARY KEY,
  token {BYTES} NOT NULL UNIQUE,
  user_id {ID} NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  amr TEXT NOT NULL,
  auth_time BIGINT NOT NULL,
  idle_seconds BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  ip TEXT NOT NULL,
  user_agent TEXT NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id, id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
CREATE INDEX sessions_by_idle_expiry ON sessions ((last_seen_at + idle_seconds * 1000));

CREATE TABLE spent_ceremonies (
  ceremony {BYTES} NOT NULL PRIMARY KEY,
  expires_at BIGINT NOT NULL
);
CREATE INDEX spent_ceremonies_by_expiry ON spent_ceremonies (expires_at);

CREATE TABLE authorization_codes (
  code {BYTES} NOT NULL PRIMARY KEY,
  family_id {ID} NOT NULL UNIQUE,
  client_id TEXT NOT NULL,
  user_id {ID} NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  redirect_uri TEXT NOT NULL,
  scopes TEXT NOT NULL,
  code_challenge TEXT NOT NULL,
  nonce TEXT,
  auth_time BIGINT NOT NULL,
  amr TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  spent_at BIGINT,
  reused_at BIGINT
);
CREATE INDEX authorization_codes_by_expiry ON authorization_codes (expires_at);

CREATE TABLE token_families (
  id {ID} NOT NULL PRIMARY KEY,
  user_id {ID} NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  client_id TEXT NOT NULL,
  scopes TEXT NOT NULL,
  auth_time BIGINT NOT NULL,
  amr TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  revoked_at BIGINT
);
CREATE INDEX token_families_by_user ON token_families (user_id, id);
CREATE INDEX token_families_by_expiry ON token_families (expires_at);
CREATE INDEX token_families_by_revocation ON token_families (revoked_at);

CREATE TABLE refresh_tokens (
  token {BYTES} NOT NULL PRIMARY KEY,
  family_id {ID} NOT NULL REFERENCES token_families (id) ON DELETE CASCADE,
  expires_at BIGINT NOT NULL,
  used_at BIGINT,
  successor {BYTES},
  sealed_successor {BYTES}
);
CREATE INDEX refresh_tokens_by_family ON refresh_tokens (family_id);
CREATE INDEX refresh_tokens_by_expiry ON refresh_tokens (expires_at);

CREATE TABLE signing_keys (
  kid TEXT NOT NULL PRIMARY KEY,
  algorithm TEXT NOT NULL,
  sealed {BYTES} NOT NULL,
  public_jwk TEXT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE notes (
  id {ID} NOT NULL PRIMARY KEY,
  owner {ID} NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  text TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX notes_by_owner ON notes (owner, updated_at, id);
CREATE INDEX notes_by_update ON notes (updated_at, id);

-- No foreign keys: the log outlives what it is about.
CREATE TABLE audit_log (
  sequence {SEQUENCE},
  kind TEXT NOT NULL,
  at BIGINT NOT NULL,
  actor {ID},
  subject {ID},
  session_id {ID},
  family_id {ID},
  ip TEXT NOT NULL,
  request_id {ID},
  detail TEXT NOT NULL
);
