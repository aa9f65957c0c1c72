"""Gates online: scans verified again, decided from memory and recorded in groups; the files and the page of the devices."""
