"""Entries to files, in forms that `reading` reads again."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping

from tutela.detection.fingerprints.fingerprint import FingerprintKind, LongValued
from tutela.detection.hashlists.hashlist import Entry
from tutela.detection.hashlists.rows import Format

COLUMNS = ("kind", "value", "classification", "verified_by", "reference", "added_at", "enabled")


def write_entries(
    entries: Iterable[Entry], format_: Format, kinds: Mapping[str, FingerprintKind] | None = None
) -> Iterator[str]:
    """Yield the lines of a file, each with its end; JSON is written as one list, an entry a line.

    `kinds` write the values that are long; of one that is not among them, the value is its digest.
    """
    known = kinds or {}
    match format_:
        case Format.CSV:
            yield ",".join(COLUMNS) + "\n"
            for entry in entries:
                buffer = io.StringIO()
                row = _as_dict(entry, known)
                row["verified_by"] = ";".join(entry.verified_by)
                row["enabled"] = "true" if entry.enabled else "false"
                # With "\r\n" at the end the writer quotes a cell that holds either of them.
                csv.DictWriter(buffer, COLUMNS, lineterminator="\r\n").writerow(row)
                yield buffer.getvalue().removesuffix("\r\n") + "\n"
        case Format.JSON:
            yield "["
            separator = "\n"
            for entry in entries:
                yield separator + json.dumps(_as_dict(entry, known), ensure_ascii=False)
                separator = ",\n"
            yield "\n]\n"
        case Format.JSONL:
            for entry in entries:
                yield json.dumps(_as_dict(entry, known), ensure_ascii=False) + "\n"
        case Format.LINES:
            for entry in entries:
                # Of a list in JSON, or base64, nothing holds a colon or ends a line.
                yield f"{entry.kind}:{_value(entry, known)}\n"


def _value(entry: Entry, kinds: Mapping[str, FingerprintKind]) -> str:
    kind = kinds.get(entry.kind)
    return kind.written(entry.long) if entry.long and isinstance(kind, LongValued) else entry.value.hex()


def _as_dict(entry: Entry, kinds: Mapping[str, FingerprintKind]) -> dict[str, object]:
    return {
        "kind": entry.kind,
        "value": _value(entry, kinds),
        "classification": entry.classification,
        "verified_by": list(entry.verified_by),
        "reference": entry.reference,
        "added_at": entry.added_at.isoformat(),
        "enabled": entry.enabled,
    }
