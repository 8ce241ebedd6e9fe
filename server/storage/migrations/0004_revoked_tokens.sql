-- Access tokens of clients themselves that were given back before they expired (RFC 7009): the hashes
-- of their ids. Those of users end with their families.

CREATE TABLE revoked_tokens (
  token {BYTES} NOT NULL PRIMARY KEY,
  expires_at BIGINT NOT NULL
);
CREATE INDEX revoked_tokens_by_expiry ON revoked_tokens (expires_at);
