-- Who owns, who rents, what stands where, what is measured, what was agreed.
-- Ids are UUIDv7 made by the client; no column of a unique key is nullable; ranges of days are half-open in PostgreSQL
-- ('[from, to]' is stored as '[from, to+1)') and mean both ends included everywhere else.

CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% rows are append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TABLE operator (
  id uuid PRIMARY KEY,
  code text NOT NULL UNIQUE,
  name text NOT NULL
);

CREATE TABLE legal_entity (
  id uuid PRIMARY KEY,
  code text NOT NULL UNIQUE,
  name text NOT NULL,
  tax_no text,
  taxpayer text NOT NULL CHECK (taxpayer IN ('general', 'small')),
  defer_advance boolean NOT NULL DEFAULT false
);

CREATE TABLE tax_rate (
  id uuid PRIMARY KEY,
  entity_id uuid NOT NULL REFERENCES legal_entity,
  kind text NOT NULL,
  valid_from date NOT NULL,
  rate numeric NOT NULL CHECK (rate >= 0 AND rate < 1),
  approved_by text,
  UNIQUE (entity_id, kind, valid_from)
);

CREATE TABLE merchant_account (
  id uuid PRIMARY KEY,
  entity_id uuid NOT NULL REFERENCES legal_entity,
  code text NOT NULL UNIQUE,
  channel text NOT NULL CHECK (channel IN ('wechat')),
  mch_id text NOT NULL,
  UNIQUE (channel, mch_id)
);

CREATE TABLE bank_account (
  id uuid PRIMARY KEY,
  entity_id uuid NOT NULL REFERENCES legal_entity,
  code text NOT NULL UNIQUE,
  bank text NOT NULL,
  account_no_cipher bytea NOT NULL,
  account_no_key_id text NOT NULL,
  account_no_hash bytea NOT NULL UNIQUE,
  opening_date date,
  opening_balance_fen bigint
);

CREATE TABLE project (
  id uuid PRIMARY KEY,
  entity_id uuid NOT NULL REFERENCES legal_entity,
  code text NOT NULL UNIQUE,
  name text NOT NULL,
  region text,
  mode text NOT NULL CHECK (mode IN ('off', 'shadow', 'live')),
  late_fee jsonb,
  allocation_order text[] NOT NULL
);

CREATE TABLE building (
  id uuid PRIMARY KEY,
  project_id uuid NOT NULL REFERENCES project,
  code text NOT NULL UNIQUE,
  name text NOT NULL
);

CREATE TABLE unit (
  id uuid PRIMARY KEY,
  building_id uuid NOT NULL REFERENCES building,
  code text NOT NULL UNIQUE,
  floor text
);

CREATE TABLE unit_area (
  id uuid PRIMARY KEY,
  unit_id uuid NOT NULL REFERENCES unit,
  kind text NOT NULL, -- '' is areaSqm, anything else a named entry of `areas`
  area_sqm numeric NOT NULL CHECK (area_sqm >= 0),
  valid daterange NOT NULL CHECK (NOT isempty(valid)),
  EXCLUDE USING gist (unit_id WITH =, kind WITH =, valid WITH &&)
);

CREATE TABLE tenant (
  id uuid PRIMARY KEY,
  code text NOT NULL UNIQUE,
  name text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('company', 'person')),
  tax_no text
);

-- The lock row of every allocation: whoever moves this tenant's money at this entity holds it first.
CREATE TABLE tenant_account (
  tenant_id uuid NOT NULL REFERENCES tenant,
  entity_id uuid NOT NULL REFERENCES legal_entity,
  PRIMARY KEY (tenant_id, entity_id)
);

CREATE TABLE virtual_account (
  id uuid PRIMARY KEY,
  entity_id uuid NOT NULL REFERENCES legal_entity,
  bank_account_id uuid NOT NULL REFERENCES bank_account,
  tenant_id uuid NOT NULL REFERENCES tenant,
  number text NOT NULL,
  valid daterange NOT NULL CHECK (NOT isempty(valid)),
  EXCLUDE USING gist (number WITH =, valid WITH &&)
);

CREATE TABLE person (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  email text,
  forgotten_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE person_phone (
  phone_hash bytea PRIMARY KEY, -- keyed hash of the number: finds, never shows
  person_id uuid NOT NULL REFERENCES person,
  phone_cipher bytea NOT NULL,
  phone_key_id text NOT NULL
);

CREATE TABLE channel_identity (
  id uuid PRIMARY KEY,
  person_id uuid NOT NULL REFERENCES person,
  platform text NOT NULL CHECK (platform IN ('official-account', 'wecom', 'dingtalk')),
  app_id text NOT NULL,
  external_id text NOT NULL,
  reachable boolean NOT NULL DEFAULT true,
  bound_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (platform, app_id, external_id)
);

CREATE TABLE tenant_member (
  id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenant,
  person_id uuid NOT NULL REFERENCES person,
  role text NOT NULL CHECK (role IN ('owner', 'finance', 'viewer')),
  invited_by uuid REFERENCES person,
  created_at timestamptz NOT NULL DEFAULT now(),
  revoked_at timestamptz
);
CREATE UNIQUE INDEX tenant_member_active ON tenant_member (tenant_id, person_id) WHERE revoked_at IS NULL;

CREATE TABLE staff (
  id uuid PRIMARY KEY,
  person_id uuid NOT NULL REFERENCES person,
  code text NOT NULL UNIQUE,
  name text NOT NULL,
  left_at timestamptz
);
CREATE TABLE staff_role (
  staff_id uuid NOT NULL REFERENCES staff,
  role text NOT NULL CHECK (role IN ('steward', 'cashier', 'area-manager', 'finance-manager', 'cfo', 'auditor', 'admin')),
  PRIMARY KEY (staff_id, role)
);
CREATE TABLE staff_project (
  staff_id uuid NOT NULL REFERENCES staff,
  project_id uuid NOT NULL REFERENCES project,
  PRIMARY KEY (staff_id, project_id)
);
CREATE TABLE staff_building (
  staff_id uuid NOT NULL REFERENCES staff,
  building_id uuid NOT NULL REFERENCES building,
  PRIMARY KEY (staff_id, building_id)
);

CREATE TABLE tariff (
  id uuid PRIMARY KEY,
  code text NOT NULL UNIQUE,
  kind text NOT NULL CHECK (kind IN ('flat', 'tou', 'tiered')),
  basis text NOT NULL CHECK (basis IN ('month', 'year'))
);
CREATE TABLE tariff_price (
  id uuid PRIMARY KEY,
  tariff_id uuid NOT NULL REFERENCES tariff,
  valid_from date NOT NULL,
  price jsonb NOT NULL, -- a TariffPrice of src/domain/world/property.ts
  approved_by text,
  UNIQUE (tariff_id, valid_from)
);

CREATE TABLE meter (
  id uuid PRIMARY KEY,
  code text NOT NULL UNIQUE,
  utility text NOT NULL CHECK (utility IN ('electricity', 'water', 'gas')),
  building_id uuid REFERENCES building,
  registers text[] NOT NULL,
  multiplier numeric NOT NULL CHECK (multiplier > 0),
  digits integer NOT NULL CHECK (digits BETWEEN 1 AND 12)
);
CREATE TABLE meter_assignment (
  id uuid PRIMARY KEY,
  meter_id uuid NOT NULL REFERENCES meter,
  unit_id uuid NOT NULL REFERENCES unit,
  held daterange NOT NULL CHECK (NOT isempty(held)),
  EXCLUDE USING gist (meter_id WITH =, held WITH &&)
);

CREATE TABLE reading (
  id uuid PRIMARY KEY,
  meter_id uuid NOT NULL REFERENCES meter,
  stands_on date NOT NULL,
  revision integer NOT NULL CHECK (revision >= 0),
  reading_date date NOT NULL,
  at_time text NOT NULL CHECK (at_time IN ('end', 'start')),
  kind text NOT NULL CHECK (kind IN ('periodic', 'estimated', 'replacement')),
  value jsonb NOT NULL, -- a Reading of src/domain/world/property.ts
  source text NOT NULL,
  superseded_by uuid REFERENCES reading,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (meter_id, stands_on, revision)
);

CREATE TABLE pool (
  id uuid PRIMARY KEY,
  code text NOT NULL UNIQUE,
  terms jsonb NOT NULL -- a Pool of src/domain/world/property.ts, without its costs
);
CREATE TABLE pool_cost (
  id uuid PRIMARY KEY,
  pool_id uuid NOT NULL REFERENCES pool,
  month text NOT NULL CHECK (month ~ '^\d{4}-\d{2}$'),
  revision integer NOT NULL CHECK (revision >= 0),
  cost_fen bigint NOT NULL,
  UNIQUE (pool_id, month, revision)
);

CREATE TABLE lease (
  id uuid PRIMARY KEY,
  entity_id uuid NOT NULL REFERENCES legal_entity,
  project_id uuid NOT NULL REFERENCES project,
  tenant_id uuid NOT NULL REFERENCES tenant,
  code text NOT NULL UNIQUE,
  start_date date NOT NULL,
  end_date date NOT NULL, -- after the amendments in force
  CHECK (end_date >= start_date)
);
CREATE INDEX lease_project ON lease (project_id);
CREATE INDEX lease_tenant ON lease (tenant_id);

-- Version 1 holds the terms as signed, each later one an amendment; a bill names the version it was computed from.
CREATE TABLE lease_version (
  id uuid PRIMARY KEY,
  lease_id uuid NOT NULL REFERENCES lease,
  version integer NOT NULL CHECK (version >= 1),
  effective_from date NOT NULL,
  reason text NOT NULL,
  approved_by text,
  terms jsonb NOT NULL, -- LeaseTerms without amendments (version 1) or an Amendment
  recorded_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (lease_id, version)
);

CREATE TABLE lease_unit (
  id uuid PRIMARY KEY,
  lease_id uuid NOT NULL REFERENCES lease,
  unit_id uuid NOT NULL REFERENCES unit,
  held daterange NOT NULL CHECK (NOT isempty(held)),
  CONSTRAINT lease_unit_no_overlap EXCLUDE USING gist (unit_id WITH =, held WITH &&)
);
CREATE INDEX lease_unit_lease ON lease_unit (lease_id);

CREATE TABLE lease_charge (
  id uuid PRIMARY KEY,
  lease_id uuid NOT NULL REFERENCES lease,
  entity_id uuid NOT NULL REFERENCES legal_entity,
  code text NOT NULL,
  kind text NOT NULL,
  period_anchor text NOT NULL CHECK (period_anchor IN ('calendar', 'lease')),
  rule jsonb NOT NULL,
  valid daterange NOT NULL CHECK (NOT isempty(valid)),
  EXCLUDE USING gist (lease_id WITH =, code WITH =, valid WITH &&)
);

-- Every accepted import, as received.
CREATE TABLE import_batch (
  id uuid PRIMARY KEY,
  sha256 text NOT NULL,
  actor text NOT NULL,
  business_date date NOT NULL,
  result jsonb NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now()
);
