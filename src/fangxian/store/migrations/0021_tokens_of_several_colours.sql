-- A token is shared by all that is signed for a person on a day, on every phone that shows them: what it last said is not all it says.
-- Where it says more than one colour, some of it needs correcting, whatever the colour is now.

ALTER TABLE code.token ADD COLUMN several_colours boolean NOT NULL DEFAULT false;
GRANT UPDATE (several_colours) ON code.token TO fangxian_service;

DROP INDEX code.token_not_green;
CREATE INDEX token_not_green ON code.token (person_id) WHERE colour <> 'green' OR several_colours;
