"""One lake of all spec cases, decided once on each engine; each case is then a test of its own."""

from collections.abc import Callable

import pyarrow as pa
import pytest
from lakes import lake_with
from spec_tables import cells, rows_as_text, tidied

from fangxian.engine.opening import ENGINES, open_engine
from spec import all_cases
from spec.case import LATER, Case
from spec.packing import answers, packed

Answers = dict[tuple[int, str], pa.Table]


@pytest.fixture(scope="session", params=[pytest.param(name, marks=[pytest.mark.spark] if name == "spark" else []) for name in ENGINES])
def decided(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """Give what an engine concludes in every case; on Spark, where each query costs seconds, of one known time."""
    on_spark = request.param == "spark"
    master, asked = (request.getfixturevalue("spark_master"), LATER) if on_spark else (None, None)
    lake = lake_with(tmp_path_factory.mktemp("spec") / "lake", packed(all_cases(), asked=asked))
    with open_engine(lake, request.param, master=master) as engine:
        return answers(engine, all_cases(), asked=asked)


@pytest.fixture
def rule_spec(decided: Answers) -> Callable[[Case], None]:
    """Give a function that compares what an engine concludes in a case, in each of its policies, with what is expected."""

    def rule_spec(case: Case) -> None:
        number = all_cases().index(case)
        expected, columns = tidied(case.expect), cells(case.expect)[0]
        for name in case.policies:
            assert rows_as_text(decided[number, name], columns) == expected, f"under {name}"

    return rule_spec


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for a `case` once for each of its module's cases."""
    if "case" in metafunc.fixturenames:
        cases = metafunc.module.CASES
        metafunc.parametrize("case", cases, ids=[case.name for case in cases])
