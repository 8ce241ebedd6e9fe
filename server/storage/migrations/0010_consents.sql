-- What people let applications do. And the browser session in which a code was given, and a family
-- began whose client is to be told when that ends.

CREATE TABLE consents (
  user_id {ID} NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  client_id TEXT NOT NULL,
  scopes TEXT NOT NULL,
  resources TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (user_id, client_id)
);
CREATE INDEX consents_by_client ON consents (client_id, user_id);

ALTER TABLE authorization_codes ADD COLUMN session_id {ID};
ALTER TABLE token_families ADD COLUMN session_id {ID};
CREATE INDEX token_families_by_session ON token_families (session_id);
