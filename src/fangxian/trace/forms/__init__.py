"""Cases and contacts in the forms of other systems: FHIR R4, Go.Data, SORMAS; people by pseudonym, nobody by name."""
