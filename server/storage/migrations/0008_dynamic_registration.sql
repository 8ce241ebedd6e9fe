-- Applications that register themselves (RFC 7591): what they are let in with, once or several times,
-- and what each manages its own registration with (RFC 7592).

CREATE TABLE initial_access_tokens (
  token {BYTES} NOT NULL PRIMARY KEY,
  uses_left BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX initial_access_tokens_by_expiry ON initial_access_tokens (expires_at);

CREATE TABLE registration_tokens (
  client_id TEXT NOT NULL PRIMARY KEY REFERENCES clients (id) ON DELETE CASCADE,
  token {BYTES} NOT NULL UNIQUE
);
