"""The coverage-guided fuzzer of everything that is read: `make fuzz ARGS="-max_total_time=3600"`.

Arguments are libFuzzer's. What reaches something new is kept in the first folder named among them, and is where the next run
begins. What breaks a promise is written to a file; it belongs into `found/`, where every run of the tests tries it.
"""

import sys
import tempfile
from pathlib import Path

import atheris

READERS = ["fangxian.signed", "fangxian.exchange.message", "fangxian.exchange.statement", "fangxian.web.gate.sent"]
BOUNDS = ["-max_len=4096", "-timeout=10", "-rss_limit_mb=768"]
"""Bytes of an input; seconds and megabytes after which a run fails: the program itself and its libraries take some 250 MB."""

with atheris.instrument_imports(include=READERS):
    from fuzz.targets import one_input, seeds

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(seeds()):
            (Path(folder) / f"seed{number}").write_bytes(seed)
        atheris.Setup([sys.argv[0], *BOUNDS, *sys.argv[1:], folder], one_input)
        atheris.Fuzz()
