"""Faults to order: how the platform shall fail, and how often."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What goes wrong. `status`: it answers with one. `drop`: it breaks the connection, `drop_after` having received.

    `redirect`: it points elsewhere. `endless`: it answers 200 and never ends its body. `slow`: it answers late.
    """

    STATUS = "status"
    DROP = "drop"
    DROP_AFTER = "drop_after"
    REDIRECT = "redirect"
    ENDLESS = "endless"
    SLOW = "slow"


@dataclass(frozen=True, slots=True)
class Fault:
    """One order: it strikes `count` calls, None for no end. `seconds` is of `slow`. Raises ValueError."""

    kind: Kind
    count: int | None = 1
    status: int = 500
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if self.count is not None and self.count < 1:
            raise ValueError("count must be at least 1, or null for no end")
        if not 200 <= self.status <= 599:
            raise ValueError("status must be from 200 to 599")
        if not 0 <= self.seconds <= 3600:
            raise ValueError("seconds must be from 0 to 3600")


class Faults:
    """The orders in force; the oldest one strikes first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._orders: list[tuple[Fault, int | None]] = []

    def order(self, fault: Fault) -> None:
        """Take an order."""
        with self._lock:
            self._orders.append((fault, fault.count))

    def clear(self) -> None:
        """Withdraw all orders."""
        with self._lock:
            self._orders.clear()

    def draw(self) -> Fault | None:
        """Return the fault that strikes this call, if one does."""
        with self._lock:
            if not self._orders:
                return None
            fault, left = self._orders[0]
            if left == 1:
                self._orders.pop(0)
            else:
                self._orders[0] = (fault, None if left is None else left - 1)
            return fault

    def pending(self) -> list[dict[str, Any]]:
        """Return the orders in force, for JSON."""
        with self._lock:
            return [{**asdict(fault), "left": left} for fault, left in self._orders]


def parse_fault(order: object) -> Fault:
    """Return the fault of an order in JSON; raises ValueError."""
    if not isinstance(order, dict) or not set(order) <= {"kind", "count", "status", "seconds"} or "kind" not in order:
        raise ValueError("an order has a kind and may have count, status and seconds")
    numbers = {name: order[name] for name in ("count", "status", "seconds") if name in order}
    if any(isinstance(n, bool) or not isinstance(n, int | float | None) for n in numbers.values()):
        raise ValueError("count, status and seconds are numbers")
    return Fault(Kind(order["kind"]), **numbers)
