"""Tables and observations as CSV (RFC 4180, UTF-8)."""

from __future__ import annotations

from tutela.statistics.publishing.delimited import as_csv
from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.observation import Missing, Observation
from tutela.statistics.union.tables.table import Compiled

_HEAD = (
    "id", "reporter", "measure", "unit", "first_day", "last_day", "breakdown", "status", "precision", "low", "high",
    "stated", "caveats", "prose",
)  # fmt: skip


def table_as_csv(table: Compiled) -> str:
    """Return a table as it is printed; a header of several lines is one, with a slash between them."""
    lines = [[text for text, span in table.groups(n) for _ in range(span)] for n in range(len(table.header))]
    header = [" / ".join(filter(None, cells)) for cells in zip(*lines, strict=True)]
    return as_csv([header, *([" ".join(cell.split()) for cell in row] for row in table.rows)])


def observations_as_csv(data: Dataset) -> str:
    """Return one line for each observation; an end that nobody knows is empty; what is suppressed may have ends."""
    return as_csv([_HEAD, *(_line(o) for o in data.observations)])


def _line(one: Observation) -> list[str]:
    # Of what is suppressed and of which nothing is told, no ends are either.
    told = one.amount or (one.value.within if isinstance(one.value, Missing) else None)
    ends = [told.low, told.high, told.stated] if told else [None] * 3
    return [
        one.id,
        str(one.reporter),
        one.measure.value,
        one.unit.value,
        str(one.period.first) if one.period else "",
        str(one.period.last) if one.period else "",
        ";".join(f"{k.value}={v}" for k, v in one.breakdown),
        one.status.value,
        told.precision.value if told else "",
        *("" if n is None else format(n.normalize(), "f") for n in ends),
        ";".join(c.value for c in one.caveats),
        "yes" if one.prose else "no",
    ]
