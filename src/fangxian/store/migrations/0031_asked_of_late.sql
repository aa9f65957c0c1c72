-- How often somebody who asks about documents did so of late: an organisation's desk, or a gate. The count is beside any one process's
-- memory, and of whoever asks: nothing here says whose document it was.

CREATE TABLE account.asked_of_late (
    who varchar PRIMARY KEY CHECK (who <> ''),
    since timestamp(6) NOT NULL,
    times int NOT NULL CHECK (times > 0)
);

GRANT SELECT, INSERT, UPDATE ON account.asked_of_late TO fangxian_service;
