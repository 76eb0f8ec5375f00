-- Papers: bills, receipts, letters and statements as PDF, the files themselves, and e-mail as a way to send them.

-- Files that we keep and send: a bill as PDF, a list as XLSX. Encrypted, because they hold names and account numbers.
CREATE TABLE document_file (
  id uuid PRIMARY KEY,
  file_name text NOT NULL,
  media_type text NOT NULL,
  sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  content_cipher bytea NOT NULL,
  content_key_id text NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX document_file_key ON document_file (content_key_id);

-- What a link names: the bill, not one printing of it. Opening it shows the bill as it stands on that day.
CREATE TABLE document (
  id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('bill', 'receipt', 'dunning-letter', 'statement', 'settlement')),
  entity_id uuid NOT NULL REFERENCES legal_entity,
  tenant_id uuid NOT NULL REFERENCES tenant,
  subject jsonb NOT NULL,
  subject_key text NOT NULL UNIQUE,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX document_tenant ON document (tenant_id);

-- What was printed: one row for each different content. The short code on the paper finds it.
CREATE TABLE document_version (
  id uuid PRIMARY KEY,
  document_id uuid NOT NULL REFERENCES document,
  as_of date NOT NULL,
  content_hash text NOT NULL UNIQUE CHECK (content_hash ~ '^[0-9a-f]{64}$'),
  short_code text NOT NULL UNIQUE,
  file_id uuid NOT NULL REFERENCES document_file,
  pages integer NOT NULL CHECK (pages > 0),
  printed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX document_version_document ON document_version (document_id);
CREATE TRIGGER document_version_append_only BEFORE UPDATE OR DELETE ON document_version FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER document_version_no_truncate BEFORE TRUNCATE ON document_version FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Documents that are to be printed and sent by themselves. A claim that has run out is taken up again.
CREATE TABLE document_posting (
  document_id uuid PRIMARY KEY REFERENCES document,
  state text NOT NULL CHECK (state IN ('waiting', 'claimed', 'done', 'failed')),
  attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  claimed_until timestamptz,
  failure text,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX document_posting_open ON document_posting (created_at) WHERE state IN ('waiting', 'claimed');

-- What WeChat gave for the QR code on a paper bill: asked once, because an account has 100,000 of them.
CREATE TABLE bill_scene_code (
  bill_id uuid PRIMARY KEY REFERENCES bill,
  content text NOT NULL,
  expires_on date NOT NULL
);

ALTER TABLE outbox DROP CONSTRAINT outbox_channel_check;
ALTER TABLE outbox ADD CONSTRAINT outbox_channel_check
  CHECK (channel IN ('official-account', 'wecom', 'dingtalk', 'sms', 'email'));
