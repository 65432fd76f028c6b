"""The counts by day that the overview is made of, and their names. Planted cases are in none of them."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum


class Counted(StrEnum):
    """What is counted on the day on which it happened (UTC)."""

    CASES_OPENED = "cases_opened"
    CASES_CONFIRMED = "cases_confirmed"
    CASES_DISMISSED = "cases_dismissed"
    CASES_REOPENED = "cases_reopened"
    ITEMS_FLAGGED = "items_flagged"
    ITEMS_REPEATED = "items_repeated"
    DECIDED_KNOWN = "decided_known"
    DECIDED_NEW = "decided_new"
    DECIDED_ERROR = "decided_error"
    DECIDED_LAWFUL = "decided_lawful"
    COMPLAINTS_LODGED = "complaints_lodged"
    COMPLAINTS_UPHELD = "complaints_upheld"
    COMPLAINTS_REJECTED = "complaints_rejected"
    REPORTS_FILED = "reports_filed"


WITHIN: tuple[tuple[str, timedelta | None], ...] = (
    ("within_1h", timedelta(hours=1)),
    ("within_4h", timedelta(hours=4)),
    ("within_12h", timedelta(hours=12)),
    ("within_1d", timedelta(days=1)),
    ("within_3d", timedelta(days=3)),
    ("within_7d", timedelta(days=7)),
    ("later", None),
)
"""Buckets of the time from an item's flag to its decision: each begins where the one before ends."""


def bucket(waited: timedelta) -> str:
    """Return the name of the bucket into which a time falls; a negative one falls into the first."""
    return next(name for name, limit in WITHIN if limit is None or waited <= limit)


def decision_count(verdict: str, ground: str | None) -> Counted:
    """Return what a decision counts as. A "not" without a ground was recorded before grounds were: an error."""
    if verdict == "known":
        return Counted.DECIDED_KNOWN
    if verdict == "new":
        return Counted.DECIDED_NEW
    return Counted.DECIDED_LAWFUL if ground == "lawful_here" else Counted.DECIDED_ERROR
