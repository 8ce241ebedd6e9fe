-- Devices that wait for somebody to let them in (RFC 8628). Codes to type are short, so they are kept
-- as what a key that is not in the database makes of them.

CREATE TABLE device_authorizations (
  device_code {BYTES} NOT NULL PRIMARY KEY,
  user_code {BYTES} NOT NULL UNIQUE,
  family_id {ID} NOT NULL,
  client_id TEXT NOT NULL,
  scopes TEXT NOT NULL,
  resources TEXT NOT NULL,
  interval_seconds BIGINT NOT NULL,
  polled_at BIGINT,
  user_id {ID} REFERENCES accounts (id) ON DELETE CASCADE,
  auth_time BIGINT,
  amr TEXT,
  decided_at BIGINT,
  allowed BOOLEAN NOT NULL,
  spent_at BIGINT,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX device_authorizations_by_expiry ON device_authorizations (expires_at);
CREATE INDEX device_authorizations_by_user ON device_authorizations (user_id);
CREATE INDEX device_authorizations_by_client ON device_authorizations (client_id);
