"""Labelled and recent scores from CSV and JSON Lines."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tutela.detection.classifiers.calibration.labelled import F64, I64, Flags, LabelledScores

LARGEST_FILE = 512 * 1024 * 1024
"""Bytes."""
MOST_ITEMS = 5_000_000
LONGEST_FIELD = 10_000
_POSITIVE = {"1": True, "true": True, "0": False, "false": False}


class BadScoreFile(ValueError):
    """A file cannot be read as scores; the message says which line and why. Nothing of it was used."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns (or keys) are read besides `score` and `label`; None for those that are not there."""

    weight: str | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True)
class ScoreFile:
    """What a file holds, arrays (n,), and its SHA-256 in hexadecimal. `positive` is None where it has no labels.

    Groups are numbers in order of first sight: what they are called is not kept.
    """

    sha256: str
    score: F64
    positive: Flags | None
    weight: F64 | None
    group: I64 | None

    @property
    def labelled(self) -> LabelledScores:
        """The same with labels; raises BadScoreFile where there are none."""
        if self.positive is None:
            raise BadScoreFile("there is no column label (1 or true for what is sought, 0 or false for what is not)")
        return LabelledScores(self.score, self.positive, self.weight, self.group)


def read_scores(file: Path, columns: Columns) -> ScoreFile:
    """Read a file whose name ends in .csv (with a header), .jsonl or .ndjson; raises BadScoreFile.

    Every row has a score, and all of them a label or none. Other columns are passed over.
    """
    try:
        with file.open("rb") as stream:
            data = stream.read(LARGEST_FILE + 1)
    except OSError as error:
        raise BadScoreFile(f"{file}: {error.strerror}") from error
    if len(data) > LARGEST_FILE:
        raise BadScoreFile(f"{file} is longer than {LARGEST_FILE:,} bytes: take a part of it, drawn at random")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadScoreFile(f"{file} is not UTF-8 (byte {error.start:,})") from error
    kinds = {".csv": _csv_rows, ".jsonl": _json_rows, ".ndjson": _json_rows}
    if file.suffix.lower() not in kinds:
        raise BadScoreFile(f"{file}: the name ends in .csv, .jsonl or .ndjson")
    gathered = _Gathered(columns)
    try:
        for line, row in kinds[file.suffix.lower()](text):
            gathered.add(line, row)
    except _BadRow as error:
        raise BadScoreFile(f"{file}:{error.line or gathered.line}: {error}") from error
    if not gathered.score:
        raise BadScoreFile(f"{file} holds no rows")
    return gathered.file(hashlib.sha256(data).hexdigest())


class _BadRow(ValueError):
    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


class _Gathered:
    def __init__(self, columns: Columns) -> None:
        self.line = 0
        self.score: list[float] = []
        self._columns = columns
        self._positive: list[bool] = []
        self._weight: list[float] = []
        self._group: list[int] = []
        self._names: dict[str, int] = {}

    def add(self, line: int, row: Mapping[str, object]) -> None:
        self.line = line
        if len(self.score) == MOST_ITEMS:
            raise _BadRow(f"there are more than {MOST_ITEMS:,} rows: take a part of them, drawn at random")
        score = _number(row, "score")
        if not 0 <= score <= 1:
            raise _BadRow(f"score is {score:g}, and not between 0 and 1")
        if ("label" in row) != (len(self._positive) == len(self.score)) and self.score:
            raise _BadRow("some rows have a label and others none")
        if "label" in row:
            self._positive.append(_label(row["label"]))
        self.score.append(score)
        if self._columns.weight is not None:
            weight = _number(row, self._columns.weight)
            if not 0 < weight < math.inf:
                raise _BadRow(f"{self._columns.weight} is {weight:g}, and no weight: a number above 0")
            self._weight.append(weight)
        if self._columns.group is not None:
            name = row.get(self._columns.group)
            if not isinstance(name, str | int) or isinstance(name, bool) or name == "":
                raise _BadRow(f"{self._columns.group} is missing: each row names its group")
            self._group.append(self._names.setdefault(str(name), len(self._names)))

    def file(self, sha256: str) -> ScoreFile:
        return ScoreFile(
            sha256,
            np.array(self.score, np.float64),
            np.array(self._positive, np.bool_) if self._positive else None,
            np.array(self._weight, np.float64) if self._columns.weight is not None else None,
            np.array(self._group, np.int64) if self._columns.group is not None else None,
        )


def _number(row: Mapping[str, object], column: str) -> float:
    value = row.get(column)
    if value is None:
        raise _BadRow(f"there is no {column}")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _BadRow(f"{column} is no number")
    try:
        number = float(value)
    except (ValueError, OverflowError):
        raise _BadRow(f"{column} is no number: {str(value)[:40]!r}") from None
    if math.isnan(number):
        raise _BadRow(f"{column} is not a number (NaN)")
    return number


def _label(value: object) -> bool:
    if isinstance(value, str) and value.strip().lower() in _POSITIVE:
        return _POSITIVE[value.strip().lower()]
    if isinstance(value, bool | int) and value in (0, 1):
        return bool(value)
    raise _BadRow(f"label is {str(value)[:40]!r}: write 1 or true for what is sought, 0 or false for what is not")


def _csv_rows(text: str) -> Iterator[tuple[int, dict[str, object]]]:
    before = csv.field_size_limit(LONGEST_FIELD)
    try:
        rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        try:
            names = list(rows.fieldnames or ())
            if "score" not in names or len(set(names)) != len(names):
                raise _BadRow("the first line names the columns, each once, and among them score", 1)
            for row in rows:
                if None in row or None in row.values():
                    raise _BadRow("the row has another number of columns than the first line", rows.line_num)
                yield rows.line_num, dict(row)
        except csv.Error as error:
            raise _BadRow(f"not CSV: {error}", rows.line_num + 1) from error
    finally:
        csv.field_size_limit(before)


def _json_rows(text: str) -> Iterator[tuple[int, dict[str, object]]]:
    for number, line in enumerate(io.StringIO(text), 1):
        if not line.strip():
            continue
        if len(line) > LONGEST_FIELD:
            raise _BadRow(f"the line is longer than {LONGEST_FIELD:,} characters", number)
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise _BadRow("the line is no JSON", number) from error
        if not isinstance(row, dict):
            raise _BadRow("the line is no JSON object", number)
        yield number, row
