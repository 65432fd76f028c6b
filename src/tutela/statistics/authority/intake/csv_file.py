"""CSV files of the register: UTF-8 with a header, commas or semicolons; read as a whole, refused as a whole."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tutela.statistics.authority.intake.cells import BadCell, Column
from tutela.statistics.authority.intake.incoming import MOST_BYTES, MOST_REPORTS, Problem, RefusedFile

_LONGEST_FIELD = 1_000_000


def header_of(content: bytes) -> tuple[str, ...]:
    """Return the names of the columns; raises RefusedFile."""
    return tuple(next(_rows(content)))


def read(content: bytes, columns: Sequence[Column]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield each row's number, from 1 with the header, and its values by column.

    Empty rows are passed over. Raises RefusedFile once all is read, with every problem that there is.
    """
    rows = _rows(content)
    header = next(rows)
    by_name = {one.name: one for one in columns}
    problems = _of_header(header, by_name)
    if problems:
        raise RefusedFile(problems)
    found = 0
    for line, cells in enumerate(rows, 2):
        if not any(cells):
            continue
        found += 1
        if found > MOST_REPORTS:
            raise RefusedFile([Problem(line, "", f"there are more than {MOST_REPORTS} rows: split the file")])
        if len(cells) != len(header):
            problems.append(
                Problem(
                    line, "", f"it has {len(cells)} cells, the header {len(header)}: quote a cell with a comma in it"
                )
            )
            continue
        values = {one.name: one.empty for one in columns}
        for name, cell in zip(header, cells, strict=True):
            try:
                values[name] = by_name[name].value(cell)
            except BadCell as error:
                problems.append(Problem(line, name, str(error)))
        if not problems:
            yield line, values
    if problems:
        raise RefusedFile(problems)


def _of_header(header: Sequence[str], columns: Mapping[str, Column]) -> list[Problem]:
    problems = [
        Problem(1, name, f"there is no such column: there are {', '.join(columns)}")
        for name in header
        if name not in columns
    ]
    problems += [
        Problem(1, name, "the column stands twice") for name in dict.fromkeys(header) if header.count(name) > 1
    ]
    problems += [
        Problem(1, one.name, f"the column is missing: {one.says}")
        for one in columns.values()
        if one.needed and one.name not in header
    ]
    return problems


def _rows(content: bytes) -> Iterator[list[str]]:
    if len(content) > MOST_BYTES:
        raise RefusedFile([Problem(1, "", f"the file has {len(content)} bytes, more than {MOST_BYTES}: split it")])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise RefusedFile([Problem(line, "", "it is not UTF-8: save the file as CSV in UTF-8")]) from error
    first = text.partition("\n")[0]
    if not first.strip():
        raise RefusedFile([Problem(1, "", "there is no header: the first row names the columns")])
    delimiter = ";" if first.count(";") > first.count(",") else ","
    csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 0
    try:
        for line, cells in enumerate(reader, 1):  # noqa: B007
            yield [cell.strip() for cell in cells]
    except csv.Error as error:
        raise RefusedFile([Problem(line + 1, "", f"it is no CSV: {error}")]) from error
