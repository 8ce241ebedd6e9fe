-- Mails that wait to be sent, and what the links and codes in them are good for.

CREATE TABLE outbox (
  id {ID} NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  user_id {ID},
  -- Whom it goes to and what it says: nobody who reads the database follows a link of it.
  sealed {BYTES} NOT NULL,
  tries BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX outbox_by_time ON outbox (due_at);

CREATE TABLE mail_tokens (
  token {BYTES} NOT NULL PRIMARY KEY,
  purpose TEXT NOT NULL,
  user_id {ID} NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  email TEXT NOT NULL,
  about {ID},
  code {BYTES},
  code_expires_at BIGINT,
  tries BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX mail_tokens_by_user ON mail_tokens (user_id, purpose);
CREATE INDEX mail_tokens_by_expiry ON mail_tokens (expires_at);

ALTER TABLE accounts ADD COLUMN email_verified_at BIGINT;
ALTER TABLE accounts ADD COLUMN language TEXT;

-- Browsers that somebody has signed in with.
CREATE TABLE known_devices (
  user_id {ID} NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  device {BYTES} NOT NULL,
  last_seen_at BIGINT NOT NULL,
  PRIMARY KEY (user_id, device)
);
CREATE INDEX known_devices_by_time ON known_devices (last_seen_at);
