"""Health codes: rules, hits, timelines, explanations, rehearsal. A colour is computed here and set nowhere."""
