"""The pages of staff: doctors, employers' contacts, those who answer appeals and sign decisions, auditors. They work without scripts."""
