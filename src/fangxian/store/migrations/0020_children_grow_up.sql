-- Until when a child is in the care of a phone's own person: its eighteenth birthday, which its document shows. Missing for children who
-- were entered before this, until they are entered again, which keeps them for another year.

ALTER TABLE account.member ADD COLUMN in_care_until timestamp(6) CHECK (in_care OR in_care_until IS NULL);
GRANT UPDATE (in_care_until) ON account.member TO fangxian_service;
