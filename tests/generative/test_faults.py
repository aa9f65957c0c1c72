"""The list of planted faults stays usable: docs/parity.md is made from it."""

import pytest

from generative.faults import FAULTS, planted


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.meaning)
def test_the_fault_can_still_be_planted(fault):
    with planted(fault) as copy:
        assert fault.faulty in (copy / "fangxian" / fault.module).read_text("utf-8")
