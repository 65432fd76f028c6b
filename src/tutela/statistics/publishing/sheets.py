"""XLSX: sheets of texts and numbers, the same bytes for the same cells, and no formulas."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

Cell = str | int | Decimal | None
LONGEST_TEXT = 32_767
"""Characters of a cell, by the format."""
LARGEST_NUMBER = 10**15
"""What is larger a spreadsheet would round; it is written as text."""
_NAME = re.compile(r"[^\[\]:*?/\\]{1,31}")
_FIRST_TIME = (1980, 1, 1, 0, 0, 0)
"""The earliest that a ZIP archive can say of its entries."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. `header` are its first lines, each as wide as the rows; `widths` of columns are in characters.

    A Decimal or an int is a number, a str is a text whatever it looks like, None an empty cell. Raises ValueError for
    a name that the format does not have.
    """

    name: str
    header: Sequence[Sequence[str]]
    rows: Sequence[Sequence[Cell]]
    widths: Sequence[int] = ()

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"{self.name!r} is no name of a sheet: at most 31 characters, none of []:*?/\\")


def workbook(sheets: Sequence[Sheet], *, title: str, made: datetime | None = None) -> bytes:
    """Return an XLSX file. Needs the extra `statistics`.

    Characters that the format cannot hold become U+FFFD. Raises ValueError for two sheets of one name and for a text
    of more than 32 767 characters, which the format would cut.
    """
    from openpyxl import Workbook
    from openpyxl.writer.excel import ExcelWriter

    if len({sheet.name.lower() for sheet in sheets}) != len(sheets) or not sheets:
        raise ValueError("a workbook has sheets, each with a name of its own")
    book = Workbook()
    book.remove(book.active)
    for sheet in sheets:
        _fill(book.create_sheet(sheet.name), sheet)
    # The format wants a time; where none is given, it is the one of the archive's entries, and says nothing.
    at = made.astimezone(UTC).replace(tzinfo=None) if made else datetime(*_FIRST_TIME)  # noqa: DTZ001
    book.properties.title, book.properties.creator = title, "Tutela"
    book.properties.created = book.properties.modified = at
    stream = io.BytesIO()
    with _Timeless(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        ExcelWriter(book, archive).save()
    return stream.getvalue()


def _fill(page: Worksheet, sheet: Sheet) -> None:
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    top, bold = Alignment(wrap_text=True, vertical="top"), Font(bold=True)
    for number, row in enumerate([*sheet.header, *sheet.rows], start=1):
        for column, value in enumerate(row, start=1):
            if value is None:
                continue
            one = page.cell(number, column)
            if isinstance(value, str) or not -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
                text = ILLEGAL_CHARACTERS_RE.sub("\ufffd", str(value))
                if len(text) > LONGEST_TEXT:
                    raise ValueError(f"sheet {sheet.name}, row {number}: a text of {len(text)} characters")
                one.value = text
                # Set after the value, which openpyxl would otherwise take for a formula or an error by its look.
                one.data_type = "s"
                one.quotePrefix = text[:1] in {"=", "+", "-", "@"} and len(text) > 1
            else:
                one.value = value
            one.alignment = top
            if number <= len(sheet.header):
                one.font = bold
    for column, width in enumerate(sheet.widths, start=1):
        page.column_dimensions[get_column_letter(column)].width = width
    page.freeze_panes = page.cell(len(sheet.header) + 1, 1)


class _Timeless(zipfile.ZipFile):
    """An archive whose entries say no time."""

    def writestr(self, zinfo_or_arcname: str | zipfile.ZipInfo, data: Any, *_: Any, **__: Any) -> None:
        name = zinfo_or_arcname if isinstance(zinfo_or_arcname, str) else zinfo_or_arcname.filename
        entry = zipfile.ZipInfo(name, _FIRST_TIME)
        entry.compress_type = zipfile.ZIP_DEFLATED
        super().writestr(entry, data)

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:
        with open(filename, "rb") as stream:  # noqa: PTH123 - the file's name is what openpyxl gives
            self.writestr(str(arcname or filename), stream.read())
