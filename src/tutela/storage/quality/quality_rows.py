"""Rows of the quality tables as the domain knows them."""

from __future__ import annotations

from typing import Any

from tutela.casework.quality.eligibility import Training


def training_of(row: Any) -> Training:
    """Return a row as a training."""
    return Training(
        id=row.id,
        person=row.person,
        course=row.course,
        layers=frozenset(row.layers),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        withdrawn=row.withdrawn_at is not None,
    )
