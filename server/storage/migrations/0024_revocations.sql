-- What services are told of that was taken back: when a token was, and which clients are no more. Of
-- what was taken back before it is not known when, so it is told as of the beginning.

ALTER TABLE revoked_tokens ADD COLUMN revoked_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX revoked_tokens_by_time ON revoked_tokens (revoked_at, token);
DROP INDEX token_families_by_revocation;
CREATE INDEX token_families_by_revocation ON token_families (revoked_at, id);

CREATE TABLE ended_clients (
  client_id TEXT NOT NULL PRIMARY KEY,
  ended_at BIGINT NOT NULL
);
CREATE INDEX ended_clients_by_time ON ended_clients (ended_at);
