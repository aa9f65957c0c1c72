-- Plans of triggers live as long as their session. One that was made while a month had few events reads the whole month for each
-- row from then on, until its statistics are renewed: these never read a table from end to end.

ALTER FUNCTION audit.expect_event_of_person() SET enable_seqscan = off;
ALTER FUNCTION audit.expect_event() SET enable_seqscan = off;
