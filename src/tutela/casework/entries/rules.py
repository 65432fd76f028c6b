"""When entries are verified, suspended and held: the operator's configuration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

VERIFICATIONS = 2
"""How many people verify an own entry before it matches."""
WINDOWS_BEFORE = 7
"""With how many windows of the past the present one is compared."""


@dataclass(frozen=True, slots=True)
class EntryRules:
    """The rules for entries.

    `adder_verifies`: who adds an own entry counts as the first of the two who verify it, if they looked at the item.
    An entry is suspended once the upper bound of its precision (0 to 1, Clopper-Pearson, 95 %) lies under
    `minimum_precision`, with at least `minimum_decisions` decisions. It is a cluster once it flags `cluster_items`
    items within `cluster_hours`, and `cluster_times` as many as it usually does in that time.
    """

    adder_verifies: bool = False
    minimum_precision: float = 0.8
    minimum_decisions: int = 5
    cluster_items: int = 50
    cluster_hours: int = 24
    cluster_times: float = 3.0

    def __post_init__(self) -> None:
        """Refuse what cannot be meant; the message names the setting."""
        if not 0 <= self.minimum_precision <= 1:
            raise ValueError(f"entries.minimum_precision is 0 to 1, not {self.minimum_precision}")
        if self.minimum_decisions < 1:
            raise ValueError("entries.minimum_decisions is at least 1")
        if self.cluster_items < 1 or self.cluster_hours < 1 or self.cluster_times < 0:
            raise ValueError(
                "entries.cluster_items and entries.cluster_hours are at least 1, entries.cluster_times at least 0"
            )

    @property
    def window(self) -> timedelta:
        """The span in which an entry's items are counted."""
        return timedelta(hours=self.cluster_hours)

    def is_unusual(self, items: int, usual: float) -> bool:
        """Return whether so many items in a window are a cluster, for an entry that usually has `usual`."""
        return items >= self.cluster_items and items >= self.cluster_times * usual
