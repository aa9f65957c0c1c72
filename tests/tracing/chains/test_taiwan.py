"""The first cases of Taiwan, 27 of which name their infector: read where they lie, beside the project, and never copied."""

import pytest

from bench.chain_truth import figures_of
from bench.taiwan import FOLDER, taiwan_chains


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the data set of Taiwan's first cases is not here")
def test_most_of_the_infectors_that_are_named_are_the_likeliest_candidates():
    chains, true = taiwan_chains()
    figures = figures_of("Taiwan", chains, true, every_case_known=False)
    assert (figures.cases, figures.named, figures.infector_is_case) == (578, 27, 27)
    assert figures.among_candidates >= 24
    assert figures.likeliest >= 23
    assert figures.right >= 11
