-- From which backups this store was brought back. What was recorded after a backup is lost here, and may stand in the lake: the
-- transactions from `backed_up_until` on may be missing, those from `continues_from` on are new.

CREATE TABLE store.restoration (
    backup_sha256 bytea NOT NULL CHECK (length(backup_sha256) = 32),
    restored_at timestamp(6) NOT NULL,
    backed_up_at timestamp(6) NOT NULL,
    backed_up_until xid8 NOT NULL,
    continues_from xid8 NOT NULL CHECK (continues_from > backed_up_until),
    event_id uuid NOT NULL,
    PRIMARY KEY (backup_sha256, restored_at)
);

CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON store.restoration
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER brought_by_an_event AFTER INSERT ON store.restoration
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION audit.expect_event();

GRANT SELECT, INSERT ON store.restoration TO fangxian_service;
