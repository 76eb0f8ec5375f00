-- An operator may put a given-up message back in line. Attempts go on counting, because deliveries are numbered by them;
-- the tries of the new round are those after these.
ALTER TABLE outbox ADD COLUMN earlier_attempts integer NOT NULL DEFAULT 0 CHECK (earlier_attempts BETWEEN 0 AND attempts);
