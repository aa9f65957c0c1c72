"""How set-up stops: a sentence for a person, exit code 2."""

import sys
from typing import NoReturn


def stop(*sentences: str) -> NoReturn:
    """Print sentences to standard error, one a line, and end with exit code 2."""
    print(*sentences, sep="\n", file=sys.stderr, flush=True)
    raise SystemExit(2)
