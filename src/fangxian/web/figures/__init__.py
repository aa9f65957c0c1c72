"""The page's figures: small JSON answers, computed once beside a decision and read by every request."""
