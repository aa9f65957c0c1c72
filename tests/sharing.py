"""How the processes of a run share its tests: what is dear to make is made in one of them, and a module's tests stay together."""

from xdist.scheduler import LoadScopeScheduling

DEAR = {
    "spark": (
        "tests/spec/",
        "tests/engine/test_spark",
        "tests/generative/test_rules_agree",
        "tests/tracing/test_oracle.py::test_spark",
        "[spark",
        "-spark",
    ),
    "demonstration": ("tests/browser/",),
}
"""What is dear, and how the names of the tests that ask for it are known. The specification is answered at once on each engine."""


class Sharing(LoadScopeScheduling):
    """Deals out what belongs together as one piece, the largest piece first."""

    def _split_scope(self, nodeid: str) -> str:
        return next((name for name, parts in DEAR.items() if any(part in nodeid for part in parts)), nodeid.partition("::")[0])
