-- OAuth clients that are managed while the server runs. What one is registered as is JSON: nothing
-- but its id and how it authenticates is ever asked for alone.

CREATE TABLE clients (
  id TEXT NOT NULL PRIMARY KEY,
  auth_method TEXT NOT NULL,
  registration TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);

CREATE TABLE client_secrets (
  secret {BYTES} NOT NULL PRIMARY KEY,
  client_id TEXT NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
  sealed {BYTES},
  created_at BIGINT NOT NULL,
  expires_at BIGINT
);
CREATE INDEX client_secrets_by_client ON client_secrets (client_id, created_at);

CREATE INDEX authorization_codes_by_client ON authorization_codes (client_id);
CREATE INDEX token_families_by_client ON token_families (client_id, id);
