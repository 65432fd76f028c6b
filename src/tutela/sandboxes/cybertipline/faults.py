"""Faults to order: what shall go wrong, where, and how often."""

import random
import threading
from dataclasses import dataclass
from enum import StrEnum

ENDPOINTS = frozenset({"status", "xsd", "submit", "upload", "fileinfo", "finish", "retract"})


class Kind(StrEnum):
    """What goes wrong. "Before" and "after" refer to the effect on the sandbox's records.

    ``latency`` makes the answer late, after the effect; ``latency_before`` makes the effect late, so that a
    client which gives up meanwhile prevents it. ``wrong_report`` and ``wrong_files`` are lies: the answer names a
    report that there is not, and a receipt leaves out a file.
    """

    LATENCY = "latency"
    LATENCY_BEFORE = "latency_before"
    DROP_BEFORE = "drop_before"
    DROP_AFTER = "drop_after"
    ERROR_BEFORE = "error_before"
    ERROR_AFTER = "error_after"
    WRONG_CODE = "wrong_code"
    WRONG_HASH = "wrong_hash"
    WRONG_REPORT = "wrong_report"
    WRONG_FILES = "wrong_files"
    EXPIRE = "expire"


# At most one of these strikes a request, so that none is used up without being seen.
_ENDINGS = frozenset({Kind.DROP_BEFORE, Kind.DROP_AFTER, Kind.ERROR_BEFORE, Kind.ERROR_AFTER})


class Body(StrEnum):
    """What an ``error_before`` or ``error_after`` says: the service's XML, a proxy's HTML, or nothing."""

    XML = "xml"
    HTML = "html"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Fault:
    """One order.

    ``endpoints``: the last parts of the paths that it applies to; empty for all.
    ``count``: how many requests it strikes, then it is spent; None for no end.
    ``probability``: from 0 to 1, drawn for each request from a generator with ``seed``; None
    to strike always.
    ``seconds``: the delay of ``latency`` and ``latency_before``.
    ``status``: the HTTP status of ``error_*`` and ``wrong_code``.
    ``code``: the response code of ``error_*`` and ``wrong_code``.
    ``body``: the form of the answer of ``error_*``.

    ``expire`` deletes the report that the request names just before the request takes effect, or, on
    submit, the report that the request has opened.

    Raises ValueError for a value out of range.
    """

    kind: Kind
    endpoints: frozenset[str] = frozenset()
    count: int | None = 1
    probability: float | None = None
    seed: int = 0
    seconds: float = 0.0
    status: int | None = None
    code: int = 1000
    body: Body = Body.XML

    def __post_init__(self) -> None:
        unknown = self.endpoints - ENDPOINTS
        if unknown:
            raise ValueError(f"Unknown endpoints {sorted(unknown)}; there are {sorted(ENDPOINTS)}")
        if self.count is not None and self.count < 1:
            raise ValueError("count must be at least 1, or null for no end")
        if self.probability is not None and not 0 < self.probability <= 1:
            raise ValueError("probability must be above 0 and at most 1")
        if not 0 <= self.seconds <= 3600:
            raise ValueError("seconds must be from 0 to 3600")
        if self.status is not None and not 200 <= self.status <= 599:
            raise ValueError("status must be from 200 to 599")
        if not 0 <= self.code <= 9999:
            raise ValueError("code must be from 0 to 9999")

    @property
    def http_status(self) -> int:
        """The HTTP status to answer with: 500 for an error, 200 for a wrong code, unless ordered."""
        if self.status is not None:
            return self.status
        return 200 if self.kind is Kind.WRONG_CODE else 500


@dataclass(slots=True)
class _Order:
    fault: Fault
    left: int | None
    generator: random.Random


class Faults:
    """The orders in force. May be used from several threads."""

    def __init__(self, *faults: Fault) -> None:
        self._lock = threading.Lock()
        self._orders: list[_Order] = []
        for fault in faults:
            self.order(fault)

    def order(self, fault: Fault) -> None:
        """Add an order; several may strike one request, in the order in which they were given."""
        with self._lock:
            self._orders.append(_Order(fault, fault.count, random.Random(fault.seed)))

    def clear(self) -> None:
        """Withdraw all orders."""
        with self._lock:
            self._orders.clear()

    def pending(self) -> list[tuple[Fault, int | None]]:
        """Return the orders in force, each with how many strikes are left (None for no end)."""
        with self._lock:
            return [(order.fault, order.left) for order in self._orders]

    def draw(self, endpoint: str) -> tuple[Fault, ...]:
        """Return the faults that strike this request, and count them down.

        Of drops and errors, only the first strikes.
        """
        struck: list[Fault] = []
        ended = False
        with self._lock:
            for order in self._orders:
                fault = order.fault
                if fault.endpoints and endpoint not in fault.endpoints:
                    continue
                if ended and fault.kind in _ENDINGS:
                    continue
                if fault.probability is not None and order.generator.random() >= fault.probability:
                    continue
                if order.left is not None:
                    order.left -= 1
                struck.append(fault)
                ended = ended or fault.kind in _ENDINGS
            self._orders = [order for order in self._orders if order.left != 0]
        return tuple(struck)
