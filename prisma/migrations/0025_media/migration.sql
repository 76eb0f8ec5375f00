-- Photos as evidence: slips of transfers, visits, meters. A platform keeps what people send for three days; here each photo
-- waits until it is fetched and kept with our other files.
CREATE TABLE evidence_photo (
  id uuid PRIMARY KEY,
  subject_kind text NOT NULL CHECK (subject_kind IN ('transfer-claim', 'task-note')),
  subject_id uuid NOT NULL,
  person_id uuid REFERENCES person,   -- who sent it
  platform text NOT NULL CHECK (platform IN ('official-account', 'wecom', 'dingtalk')),
  app_id text NOT NULL,
  media_id text,                      -- the platform's name for it; null when the person was forgotten
  sender text,                        -- the person's address there, to ask for the photo again
  sent_at timestamptz NOT NULL,       -- the platform's time: its three days count from here
  state text NOT NULL CHECK (state IN ('waiting', 'kept', 'lost', 'replaced', 'erased')),
  attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  next_try_at timestamptz NOT NULL,   -- wire clock; while it is being fetched: when the claim runs out
  failure text,                       -- of the last try: a code, never what the platform said
  file_id uuid REFERENCES document_file,
  size_bytes integer CHECK (size_bytes > 0),
  recorded_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT evidence_photo_kept CHECK ((state = 'kept') = (file_id IS NOT NULL)),
  CONSTRAINT evidence_photo_size CHECK (file_id IS NULL OR size_bytes IS NOT NULL),
  CONSTRAINT evidence_photo_source CHECK (state NOT IN ('waiting', 'lost') OR (media_id IS NOT NULL AND sender IS NOT NULL))
);
CREATE UNIQUE INDEX evidence_photo_once ON evidence_photo (platform, app_id, media_id, subject_kind, subject_id)
  WHERE media_id IS NOT NULL;
CREATE INDEX evidence_photo_waiting ON evidence_photo (next_try_at) WHERE state = 'waiting';
CREATE INDEX evidence_photo_subject ON evidence_photo (subject_kind, subject_id);
CREATE INDEX evidence_photo_person ON evidence_photo (person_id) WHERE person_id IS NOT NULL;
CREATE UNIQUE INDEX evidence_photo_file ON evidence_photo (file_id) WHERE file_id IS NOT NULL;

-- What was sent in the last three days can still be fetched.
INSERT INTO evidence_photo (id, subject_kind, subject_id, person_id, platform, app_id, media_id, sender, sent_at, state, next_try_at)
SELECT gen_random_uuid(), 'transfer-claim', c.id, c.person_id, i.platform, i.app_id, c.slip_media_id, i.external_id,
    c.recorded_at, 'waiting', now()
  FROM transfer_claim c
  JOIN LATERAL (SELECT platform, app_id, external_id FROM channel_identity n
    WHERE n.person_id = c.person_id AND n.platform = 'official-account' ORDER BY app_id LIMIT 1) i ON true
  WHERE c.slip_media_id IS NOT NULL AND c.recorded_at > now() - interval '3 days';
INSERT INTO evidence_photo (id, subject_kind, subject_id, person_id, platform, app_id, media_id, sender, sent_at, state, next_try_at)
SELECT gen_random_uuid(), 'task-note', n.id, s.person_id, i.platform, i.app_id, n.photo_media_id, i.external_id,
    n.recorded_at, 'waiting', now()
  FROM task_note n JOIN staff s ON n.noted_by = 'staff:' || s.code
  JOIN LATERAL (SELECT platform, app_id, external_id FROM channel_identity c
    WHERE c.person_id = s.person_id AND c.platform = 'wecom' ORDER BY app_id LIMIT 1) i ON true
  WHERE n.photo_media_id IS NOT NULL AND n.recorded_at > now() - interval '3 days';
