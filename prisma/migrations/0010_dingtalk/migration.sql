-- Groups of DingTalk in which our robot is or was: DingTalk has no list of them, so they are learnt when the robot comes in
-- or is spoken to. `staff_group` says which of them is a project's.
CREATE TABLE dingtalk_group (
  app_id text NOT NULL,
  external_id text NOT NULL,
  title text NOT NULL DEFAULT '',
  has_robot boolean NOT NULL,
  seen_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (app_id, external_id)
);
