"""The ways of other regions, the page on which a person lets a code of another region be recognised, and GB/T 38963."""
