"""Passwords cost little in tests: argon2 takes its time on purpose, a tenth of a second and more each.

What the real cost is, and that older hashes are made again, `tests/access/test_credentials.py` and
`tests/storage/access/test_sign_ins.py` show with `full_cost`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from tutela.access import credentials

__all__ = ["_cheap", "full_cost"]
_real = credentials.hasher


@pytest.fixture(scope="session", autouse=True)
def _cheap() -> Iterator[None]:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(credentials, "hasher", lambda: cheap)
        yield


@pytest.fixture(scope="module")
def full_cost() -> Iterator[None]:
    """Hash as the product does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(credentials, "hasher", _real)
        yield
