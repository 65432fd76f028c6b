"""CSV: RFC 4180, UTF-8, and no cell that a spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

_FORMULA = frozenset("=+-@\t\r")


def as_csv(rows: Iterable[Sequence[str]]) -> str:
    """Return rows as text, the header among them; a cell that begins like a formula gets an apostrophe before it."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\r\n").writerows([_harmless(cell) for cell in row] for row in rows)
    return stream.getvalue()


def _harmless(cell: str) -> str:
    """A dash alone, which says that there is nothing, is no formula."""
    return f"'{cell}" if len(cell) > 1 and cell[0] in _FORMULA else cell


def unguarded(cell: str) -> str:
    """Return a cell as it was before it was written."""
    return cell[1:] if len(cell) > 2 and cell[0] == "'" and cell[1] in _FORMULA else cell
