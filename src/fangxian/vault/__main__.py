"""`python -m fangxian.vault`: the vault's process."""

import argparse
import sys
from pathlib import Path

from fangxian.errors import FangxianError
from fangxian.vault.server import serve


def main() -> int:
    """Serve until asked to end; exit 2 with a sentence where that cannot be."""
    options = argparse.ArgumentParser(prog="fangxian.vault", description=__doc__)
    options.add_argument("--dir", type=Path, required=True)
    options.add_argument("--socket", type=Path, required=True)
    options.add_argument("--master", type=Path)
    given = options.parse_args()
    try:
        serve(given.dir, given.socket, master=given.master)
    except FangxianError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
