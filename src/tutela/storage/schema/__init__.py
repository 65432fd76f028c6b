"""The tables. The event table is the record; projections follow from it; the rest is what no event carries."""

from __future__ import annotations

from tutela.storage.schema import (
    approvals,
    authority,
    casework,
    entries,
    governance,
    intake,
    legal,
    notices,
    overview,
    platform,
    quality,
    referral,
    retention,
    review,
)
from tutela.storage.schema.access import api_keys, installation, people, sessions
from tutela.storage.schema.base import metadata
from tutela.storage.schema.casework import actions, case_items, cases, complaints, detections, views
from tutela.storage.schema.intake import batch_counts, batches, ledger, refusals, services, tallies
from tutela.storage.schema.lists import (
    hash_changes,
    hash_entries,
    hash_list_counts,
    hash_lists,
    hash_long_values,
    hash_revision,
)
from tutela.storage.schema.record import events
from tutela.storage.schema.referral import leases, referral_items, referrals

PROJECTIONS = (
    *intake.PROJECTIONS,
    *casework.PROJECTIONS,
    *referral.PROJECTIONS,
    *approvals.PROJECTIONS,
    *review.PROJECTIONS,
    *platform.PROJECTIONS,
    *quality.PROJECTIONS,
    *entries.PROJECTIONS,
    *notices.PROJECTIONS,
    *retention.PROJECTIONS,
    *governance.PROJECTIONS,
    *legal.PROJECTIONS,
    *authority.PROJECTIONS,
    *overview.PROJECTIONS,
)
"""Each row follows from events, and `tutela events rebuild` makes it again. In an order in which they can be filled;
emptied in the opposite one."""

__all__ = [
    "PROJECTIONS",
    "actions",
    "api_keys",
    "batch_counts",
    "batches",
    "case_items",
    "cases",
    "complaints",
    "detections",
    "events",
    "hash_changes",
    "hash_entries",
    "hash_list_counts",
    "hash_lists",
    "hash_long_values",
    "hash_revision",
    "installation",
    "leases",
    "ledger",
    "metadata",
    "people",
    "referral_items",
    "referrals",
    "refusals",
    "services",
    "sessions",
    "tallies",
    "views",
]
