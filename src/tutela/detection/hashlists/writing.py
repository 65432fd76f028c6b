"""Entries to files, in forms that `reading` reads again."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator

from tutela.detection.hashlists.hashlist import Entry
from tutela.detection.hashlists.rows import Format

COLUMNS = ("kind", "value", "classification", "verified_by", "reference", "added_at", "enabled")


def write_entries(entries: Iterable[Entry], format_: Format) -> Iterator[str]:
    """Yield the lines of a file, each with its end; JSON is written as one list, an entry a line."""
    match format_:
        case Format.CSV:
            yield ",".join(COLUMNS) + "\n"
            for entry in entries:
                buffer = io.StringIO()
                row = _as_dict(entry)
                row["verified_by"] = ";".join(entry.verified_by)
                row["enabled"] = "true" if entry.enabled else "false"
                # With "\r\n" at the end the writer quotes a cell that holds either of them.
                csv.DictWriter(buffer, COLUMNS, lineterminator="\r\n").writerow(row)
                yield buffer.getvalue().removesuffix("\r\n") + "\n"
        case Format.JSON:
            yield "["
            separator = "\n"
            for entry in entries:
                yield separator + json.dumps(_as_dict(entry), ensure_ascii=False)
                separator = ",\n"
            yield "\n]\n"
        case Format.JSONL:
            for entry in entries:
                yield json.dumps(_as_dict(entry), ensure_ascii=False) + "\n"
        case Format.LINES:
            for entry in entries:
                yield f"{entry.kind}:{entry.value.hex()}\n"


def _as_dict(entry: Entry) -> dict[str, object]:
    return {
        "kind": entry.kind,
        "value": entry.value.hex(),
        "classification": entry.classification,
        "verified_by": list(entry.verified_by),
        "reference": entry.reference,
        "added_at": entry.added_at.isoformat(),
        "enabled": entry.enabled,
    }
