-- Who stands in for whom: one person per role and day, and who took it back.

ALTER TABLE approval_delegation ADD COLUMN revoked_by text;
-- Of those that overlap the latest one was meant.
UPDATE approval_delegation d SET revoked_on = lower(d.valid), revoked_by = 'migration:0022'
  WHERE d.revoked_on IS NULL AND EXISTS (SELECT 1 FROM approval_delegation x WHERE x.delegator_id = d.delegator_id AND x.role = d.role
    AND x.revoked_on IS NULL AND x.valid && d.valid AND (x.recorded_at, x.id) > (d.recorded_at, d.id));
ALTER TABLE approval_delegation
  ADD CONSTRAINT approval_delegation_one_stand_in EXCLUDE USING gist (delegator_id WITH =, role WITH =, valid WITH &&)
    WHERE (revoked_on IS NULL);
