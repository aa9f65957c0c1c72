"""A town for each test."""

import pytest

from .kit import Town


@pytest.fixture
def town() -> Town:
    """Give a town with new keys and a gate that has seen nothing."""
    return Town()
