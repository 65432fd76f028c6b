"""What the owner of a list is told about its entries: the owner's reference, an opinion and counts; no content."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from enum import StrEnum


class Opinion(StrEnum):
    """What is said of an entry."""

    CONFIRMED = "confirmed"
    """People found the listed material in what it matched."""
    REJECTED = "rejected"
    """People found that what it matched is no such material."""
    WRONG = "wrong"
    """The entry itself was found wrong, and matches nothing here any more."""


class FeedbackFormat(StrEnum):
    """How feedback is written."""

    CSV = "csv"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class FeedbackRow:
    """One opinion on one entry.

    `reference` is the owner's own number for it, None where none came with it. `items` is the number of items behind
    the opinion as decisions stand now, `change` by how much it differs from what was handed over last (below 0 where
    decisions were taken anew). `reason` is a code, for an entry that is wrong.
    """

    list: str
    entry: int
    reference: str | None
    kind: str
    opinion: Opinion
    items: int
    change: int
    reason: str | None
    as_of: datetime


COLUMNS = tuple(field.name for field in fields(FeedbackRow))


def write_feedback(rows: Iterable[FeedbackRow], format_: FeedbackFormat) -> Iterator[str]:
    """Yield the lines of a file, each with its end: CSV with a head, or JSON Lines."""
    if format_ is FeedbackFormat.CSV:
        yield ",".join(COLUMNS) + "\n"
    for row in rows:
        written = {**asdict(row), "opinion": row.opinion.value, "as_of": row.as_of.isoformat(timespec="seconds")}
        if format_ is FeedbackFormat.JSON:
            yield json.dumps(written, ensure_ascii=False) + "\n"
        else:
            buffer = io.StringIO()
            csv.DictWriter(buffer, COLUMNS, lineterminator="\n").writerow(written)
            yield buffer.getvalue()
