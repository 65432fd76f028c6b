"""PDF by Typst: a template of the package and data; what is told never becomes markup.

A template is a file under `tutela/statistics`, which is the root of its imports; `/publishing/sheet.typ` has the page,
the tables and the figures that all reports share. It gets one JSON text and sets strings of it as strings.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import resources
from typing import Any

LARGEST = 32 * 1024 * 1024
"""Bytes of data; 2.4 MB of table cells take Typst 12 seconds, and a report has a hundredth of it."""


def typeset(
    template: str, data: Mapping[str, Any], *, title: str, language: str, made: datetime | None = None
) -> bytes:
    """Return a PDF for people and machines (PDF/UA-1; with the time at which it was made, PDF/A-2a as well).

    `template` is a path as in `union/templates/article9.typ`; `data` is what JSON holds, and stands in the template as
    `told.data`, beside `told.title` and `told.language` (BCP 47). The fonts are those inside Typst, so the same data
    gives the same bytes on every machine. Needs the extra `statistics`. Raises ValueError for a time without a zone
    and for more than 32 MiB of data.
    """
    import typst

    if made is not None and made.tzinfo is None:
        raise ValueError("a time in a document has its zone")
    told = json.dumps(
        {"title": title, "language": language, "dated": made is not None, "data": data}, ensure_ascii=False
    )
    if len(told.encode()) > LARGEST:
        raise ValueError(f"a document of more than {LARGEST} bytes of data is not set; write CSV")
    with resources.as_file(resources.files("tutela.statistics")) as root:
        return typst.compile(
            root / template,
            root=root,
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"told": told},
            pdf_standards=["ua-1"] if made is None else ["a-2a", "ua-1"],
            timestamp=None if made is None else made.astimezone(UTC).replace(microsecond=0),
        )
