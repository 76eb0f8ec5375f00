-- Readings from outside: what was not believed, how far a night's collection has come, and charges that people raise.

-- A reading that was refused entry: a person looks at it. The same reading again is the same row.
CREATE TABLE reading_quarantine (
  id uuid PRIMARY KEY,
  fingerprint text NOT NULL UNIQUE,
  meter_code text NOT NULL,           -- as it came; perhaps of no meter of ours
  meter_id uuid REFERENCES meter,
  stands_on date NOT NULL,
  readings jsonb NOT NULL,            -- a Reading of src/domain/world/property.ts, without its revision
  source text NOT NULL,
  code text NOT NULL,
  message text NOT NULL,
  tenant_id uuid REFERENCES tenant,   -- who reported it, where a tenant did
  reported_by uuid REFERENCES person,
  photo text,                         -- how its platform names the picture
  state text NOT NULL CHECK (state IN ('open', 'accepted', 'refused')),
  decided_by text,
  decided_on date,
  note text,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  CHECK ((state = 'open') = (decided_on IS NULL)),
  CHECK (state <> 'accepted' OR meter_id IS NOT NULL)
);
CREATE INDEX reading_quarantine_open ON reading_quarantine (meter_id) WHERE state = 'open';

-- How far the readings of a day have been fetched from a source: a killed night goes on at its next page.
CREATE TABLE reading_collection (
  source text NOT NULL,
  reading_date date NOT NULL,
  state text NOT NULL CHECK (state IN ('running', 'done')),
  cursor text,                        -- of the next page; null: the first, or none is left
  pages integer NOT NULL DEFAULT 0,
  taken integer NOT NULL DEFAULT 0,
  known integer NOT NULL DEFAULT 0,
  quarantined integer NOT NULL DEFAULT 0,
  missing integer NOT NULL DEFAULT 0, -- devices that had no reading of that day yet
  finished_at timestamptz,
  PRIMARY KEY (source, reading_date)
);

-- Files of readings as they were imported.
CREATE TABLE reading_file (
  sha256 text PRIMARY KEY,
  name text NOT NULL,
  template text NOT NULL,
  rows integer NOT NULL,
  imported_by text NOT NULL,
  imported_on date NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now()
);

-- A charge that a person raised and another approved; its line has the role one-off.
CREATE TABLE one_off_charge (
  id uuid PRIMARY KEY,
  number text NOT NULL UNIQUE,        -- the charge code of its line: "one-off-00001"
  lease_id uuid NOT NULL REFERENCES lease,
  kind text NOT NULL,
  amount_fen bigint NOT NULL CHECK (amount_fen > 0),
  reason text NOT NULL CHECK (length(btrim(reason)) > 0),
  requested_by text NOT NULL,
  approved_by text NOT NULL,
  bill_id uuid NOT NULL REFERENCES bill,
  business_date date NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  CHECK (requested_by <> approved_by)
);
