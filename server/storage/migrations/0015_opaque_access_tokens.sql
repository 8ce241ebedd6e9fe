-- Access tokens that say nothing themselves: what they stand for, as JSON. No foreign key to
-- clients: those of the file are not there.

CREATE TABLE access_tokens (
  token {BYTES} NOT NULL PRIMARY KEY,
  client_id TEXT NOT NULL,
  claims TEXT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX access_tokens_by_expiry ON access_tokens (expires_at);
CREATE INDEX access_tokens_by_client ON access_tokens (client_id);
