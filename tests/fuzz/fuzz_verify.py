"""The coverage-guided fuzzer of the signed code: `PYTHONPATH=src:tests python -m fuzz.fuzz_verify -max_total_time=3600`.

It needs atheris, which is not in the lock: `pip install atheris` into an environment of its own, beside this project's
libraries. Arguments are libFuzzer's; a folder named among them keeps what was found from run to run.
"""

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["fangxian.signed"]):
    from fuzz.targets import one_input, seeds

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(seeds()):
            (Path(folder) / f"seed{number}").write_bytes(seed)
        atheris.Setup([*sys.argv, folder], one_input)
        atheris.Fuzz()
