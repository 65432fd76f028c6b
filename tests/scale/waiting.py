"""What people wait for, in a large installation: every page of the console with real things in its path.

Each is asked for many times, with other things each time, so that a 95th percentile means something.
"""

from __future__ import annotations

import math
import random
import re
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, func, select

from tests.web.client import TestClient
from tests.web.console_pages import NO_PAGE, console_routes
from tutela.storage import schema
from tutela.storage.workplace import Workplace

_PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")
Answer = Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Waited:
    """How long something took, in seconds, each time; and the codes that it ended with."""

    name: str
    seconds: tuple[float, ...]
    codes: frozenset[int]

    @property
    def median(self) -> float:
        """The time that half of them stay under."""
        return statistics.median(self.seconds)

    @property
    def p95(self) -> float:
        """The time that 95 of 100 stay under."""
        return sorted(self.seconds)[math.ceil(0.95 * len(self.seconds)) - 1]


class Samples:
    """Things that stand in paths, drawn from all over the tables without reading them whole."""

    def __init__(self, place: Workplace, seed: int = 3) -> None:
        self._place = place
        self._rng = random.Random(seed)
        self._fixed = {
            "year": "2025",
            "figure_id": "4.known.images",
            "reporter_kind": "state",
            "reporter_code": "PL",
            "person_id": "olof",
        }
        with place.database.read() as connection:
            entry = connection.execute(
                select(schema.hash_entries.c.hashlist, schema.hash_entries.c.id).order_by(schema.hash_entries.c.id)
            ).first()
        assert entry is not None
        self._fixed |= {"hashlist": entry.hashlist, "list_id": entry.hashlist, "entry": str(entry.id)}
        self._fixed |= {"entry_id": str(entry.id), "name": entry.hashlist, "number": str(entry.id)}
        self._drawn: dict[str, list[Any]] = {}

    def path(self, template: str) -> str | None:
        """Return a path with things in it, or None where this installation has none such."""
        values = dict(self._fixed)
        names = set(_PARAMETER.findall(template))
        if names & {"case_id", "item_id"}:
            row = self._draw(schema.case_items)
            values |= {"case_id": row.case_id, "item_id": row.id}
        for name, table in (("action", "actions"), ("complaint_id", "complaints"), ("call", "calls")):
            if name in names:
                row = self._draw(schema.metadata.tables[table])
                values[name] = row.id
                if table == "complaints":
                    values["case_id"] = row.case_id
        if not names <= set(values):
            return None
        return _PARAMETER.sub(lambda found: values[found[1]], template)

    def _draw(self, table: Table) -> Any:
        if table.name not in self._drawn:
            self._drawn[table.name] = self._some(table)
        return self._rng.choice(self._drawn[table.name])

    def _some(self, table: Table) -> list[Any]:
        # Identifiers sort by their time: a place between the first and the last is found by the key alone.
        with self._place.database.read() as connection:
            first, last = connection.execute(select(func.min(table.c.id), func.max(table.c.id))).one()
            low, high = int(first[:8], 16), int(last[:8], 16)
            found = []
            for _ in range(200):
                beyond = f"{self._rng.randint(low, high):08x}"
                row = connection.execute(
                    select(table).where(table.c.id >= beyond).order_by(table.c.id).limit(1)
                ).first()
                found.append(
                    row if row is not None else connection.execute(select(table).where(table.c.id == last)).one()
                )
        return found


def waits(client: TestClient, samples: Samples, times: int) -> Iterator[Waited]:
    """Ask for every page that many times."""
    templates = sorted({r.path for r in console_routes() if "GET" in (r.methods or set()) and r.path not in NO_PAGE})
    queries = {"/overview": ["", "?days=30", "?days=365", "?service=chat"], "/queue": ["", "?order=severity"]}
    for template in templates:
        if samples.path(template) is None:
            continue
        for query in queries.get(template, [""]):
            yield measured(f"GET {template}{query}", times, _getting(client, samples, template, query))


def _getting(client: TestClient, samples: Samples, template: str, query: str) -> Answer:
    return lambda: client.get(f"{samples.path(template)}{query}")


def measured(name: str, times: int, ask: Answer) -> Waited:
    """Return how long an answer took, after one that warms up."""
    ask()
    seconds, codes = [], set()
    for _ in range(times):
        began = time.perf_counter()
        answer = ask()
        seconds.append(time.perf_counter() - began)
        codes.add(answer.status_code)
    return Waited(name, tuple(seconds), frozenset(codes))
