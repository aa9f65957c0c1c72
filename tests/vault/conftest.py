"""A new vault's folder."""

import pytest

from fangxian.vault.folder import VaultFolder


@pytest.fixture
def folder(tmp_path) -> VaultFolder:
    return VaultFolder.make(tmp_path / "vault")
