-- Clients that have to be told that a session has ended (OpenID Connect Back-Channel Logout 1.0): one
-- row for each family that began in it, until its client has been told.

CREATE TABLE backchannel_logouts (
  family_id {ID} NOT NULL PRIMARY KEY,
  user_id {ID} NOT NULL,
  client_id TEXT NOT NULL,
  tries BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX backchannel_logouts_by_time ON backchannel_logouts (due_at);

CREATE INDEX authorization_codes_by_session ON authorization_codes (session_id);
