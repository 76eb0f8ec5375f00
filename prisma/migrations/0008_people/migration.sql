-- How people come to a tenant by themselves, and how they are forgotten.

-- An owner's invitation, or somebody's wish to join that an owner decides. Known by a code that is said once; whoever
-- asks to join is named here only until the decision.
CREATE TABLE tenant_invitation (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenant,
  kind text NOT NULL CHECK (kind IN ('invitation', 'request')),
  code_hash bytea NOT NULL UNIQUE,
  role text CHECK (role IN ('owner', 'finance', 'viewer')),
  invited_by uuid REFERENCES person,
  platform text,
  app_id text,
  external_id text,
  applicant_name text,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  closed_at timestamptz,
  CONSTRAINT tenant_invitation_complete CHECK (kind = 'request' OR (role IS NOT NULL AND invited_by IS NOT NULL))
);
CREATE INDEX tenant_invitation_tenant ON tenant_invitation (tenant_id) WHERE closed_at IS NULL;

-- The chats of somebody forgotten, until what was said in them is gone: the last answer has to leave first.
CREATE TABLE erasure (
  id uuid PRIMARY KEY,
  person_id uuid NOT NULL REFERENCES person,
  platform text NOT NULL,
  app_id text NOT NULL,
  external_id text NOT NULL,
  requested_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (platform, app_id, external_id)
);
