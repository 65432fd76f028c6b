"""What tests are given: made-up labelled conversations."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from tutela.content.item import Limits
from tutela.detection.conversations.labelled import Labelled, read_labelled
from tutela.detection.conversations.stand_in.generator import stand_in


def read(rows: Iterable[dict[str, Any]]) -> list[Labelled]:
    return list(read_labelled((json.dumps(row).encode() for row in rows), Limits()))


def labelled(count: int, seed: int = 1) -> list[Labelled]:
    return read(stand_in(count, 0.3, seed))
