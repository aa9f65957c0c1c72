"""The fuzzer itself is no test: it needs atheris, which is not in the lock."""

collect_ignore = ["fuzz_verify.py"]
