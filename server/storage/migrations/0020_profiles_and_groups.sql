-- What people say of themselves, as JSON, and groups: named sets of users that carry roles and may
-- sit in a parent, whose roles their members have as well.

ALTER TABLE accounts ADD COLUMN profile TEXT NOT NULL DEFAULT '{}';
ALTER TABLE accounts ADD COLUMN profile_changed_at BIGINT;

CREATE TABLE user_groups (
  name TEXT NOT NULL PRIMARY KEY,
  description TEXT NOT NULL,
  parent TEXT REFERENCES user_groups (name),
  created_at BIGINT NOT NULL
);
CREATE INDEX user_groups_by_parent ON user_groups (parent);

CREATE TABLE group_roles (
  group_name TEXT NOT NULL REFERENCES user_groups (name) ON DELETE CASCADE,
  role TEXT NOT NULL REFERENCES roles (name),
  PRIMARY KEY (group_name, role)
);
CREATE INDEX group_roles_by_role ON group_roles (role);

CREATE TABLE group_members (
  group_name TEXT NOT NULL REFERENCES user_groups (name) ON DELETE CASCADE,
  user_id {ID} NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  PRIMARY KEY (group_name, user_id)
);
CREATE INDEX group_members_by_user ON group_members (user_id);
