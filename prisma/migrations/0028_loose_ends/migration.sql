-- Photos of dials: of a tenant's proposal (reading_quarantine) or of a colleague's reading (reading).
ALTER TABLE evidence_photo DROP CONSTRAINT evidence_photo_subject_kind_check;
ALTER TABLE evidence_photo ADD CONSTRAINT evidence_photo_subject_kind_check
  CHECK (subject_kind IN ('transfer-claim', 'task-note', 'reading'));

-- What was sent in the last three days can still be fetched.
INSERT INTO evidence_photo (id, subject_kind, subject_id, person_id, platform, app_id, media_id, sender, sent_at, state, next_try_at)
SELECT gen_random_uuid(), 'reading', q.id, q.reported_by, i.platform, i.app_id, q.photo, i.external_id, q.recorded_at, 'waiting', now()
  FROM reading_quarantine q
  JOIN LATERAL (SELECT platform, app_id, external_id FROM channel_identity n
    WHERE n.person_id = q.reported_by AND n.platform = 'official-account' ORDER BY app_id LIMIT 1) i ON true
  WHERE q.photo IS NOT NULL AND q.recorded_at > now() - interval '3 days';
