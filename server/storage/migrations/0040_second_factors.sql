-- Authenticator apps, recovery codes, and sign-ins that wait for one of them.

CREATE TABLE totp_devices (
  id {ID} NOT NULL PRIMARY KEY,
  user_id {ID} NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  sealed {BYTES} NOT NULL,
  last_step BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT
);
CREATE INDEX totp_devices_by_user ON totp_devices (user_id, id);

-- What a key that is not in the database makes of each code.
CREATE TABLE recovery_codes (
  user_id {ID} NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  code {BYTES} NOT NULL,
  used_at BIGINT,
  PRIMARY KEY (user_id, code)
);

CREATE TABLE sign_ins (
  token {BYTES} NOT NULL PRIMARY KEY,
  user_id {ID} NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  proofs TEXT NOT NULL,
  remember BOOLEAN NOT NULL,
  tries BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX sign_ins_by_user ON sign_ins (user_id);
CREATE INDEX sign_ins_by_expiry ON sign_ins (expires_at);
