"""Which findings explain a cell that is printed otherwise than its figures give."""

from __future__ import annotations

from collections.abc import Iterable

from tutela.statistics.union.dataset import Dataset, Erratum
from tutela.statistics.union.findings.finding import Finding, Severity
from tutela.statistics.union.tables.labels import TOTAL
from tutela.statistics.union.tables.period_column import Periods
from tutela.statistics.union.tables.report import tables_of
from tutela.statistics.union.tables.reporter_column import Reporters


def explaining(data: Dataset, erratum: Erratum, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that have a place in the cell, or in its row if the cell is a label or a period.

    Where one of them is a contradiction, contradictions alone are returned.
    """
    table = tables_of(data)[erratum.table - 1]
    column = table.columns[erratum.column - 1]
    codes = [r.code for r in table.reporters(data)] + ([TOTAL] if table.has_total else [])
    # A row too many at the end is what the last row left behind.
    code = codes[min(erratum.row, len(codes)) - 1]
    row = f"{erratum.table}.{code}"
    place = row if isinstance(column, Reporters | Periods) else f"{row}.{column.key}"
    found = tuple(f for f in findings if any(p == place or p.startswith(f"{place}.") for p in f.places))
    return tuple(f for f in found if f.severity is Severity.CONTRADICTION) or found
