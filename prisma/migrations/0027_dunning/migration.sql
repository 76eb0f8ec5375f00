-- Every way of a step has failed for sure: the follow-up need not look at it again, the list of the unreached shows it.
ALTER TABLE dunning_step ADD COLUMN given_up_at timestamptz;
ALTER TABLE dunning_step ADD CONSTRAINT dunning_step_given_up_or_recalled CHECK (given_up_at IS NULL OR recalled_at IS NULL);

-- Since when the try is under way that may have arrived (wire clock): a repeat of it is the same request, signed for the same
-- moment, so that a provider of short messages refuses it as used or as too old instead of sending it twice.
ALTER TABLE outbox ADD COLUMN tried_since timestamptz;
