-- Whether staff saw the document: then a phone neither takes the person over by the number alone, nor types over the name.

ALTER TABLE identities.identity ADD COLUMN at_desk boolean NOT NULL DEFAULT false;

-- What stood before keeps the event that brought it: this is no change of who somebody is.
ALTER TABLE identities.identity DISABLE TRIGGER replaced_by_an_event;
UPDATE identities.identity SET at_desk = true
FROM audit.event WHERE event.event_id = identity.event_id AND event.action = 'enrolled_without_phone';
ALTER TABLE identities.identity ENABLE TRIGGER replaced_by_an_event;
