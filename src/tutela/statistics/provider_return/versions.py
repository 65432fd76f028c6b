"""Versions of a return: what is kept of one, and what differs between two."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tutela.events.catalogue.returns import KeptFigure, ReturnCause
from tutela.statistics.figure import Figure
from tutela.statistics.provider_return.compilation import YearlyReturn


@dataclass(frozen=True, slots=True)
class KeptReturn:
    """A version that was kept; `sequence` is that of its event."""

    sequence: int
    year: int
    version: int
    cause: ReturnCause
    at: datetime
    by: str
    up_to: int
    digest: str
    figures: tuple[KeptFigure, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A figure that is another one now, or was not there, or is gone."""

    id: str
    before: KeptFigure | None
    after: KeptFigure | None

    def __str__(self) -> str:
        return f"{self.id}: {_shown(self.before)} -> {_shown(self.after)}"


def kept_figures(compiled: YearlyReturn) -> tuple[KeptFigure, ...]:
    """Return the figures of a return as a version keeps them."""
    return tuple(_kept(figure) for figure in compiled.every_figure)


def digest_of(figures: Iterable[KeptFigure]) -> str:
    """Return the digest of figures (SHA-256, hexadecimal)."""
    written = json.dumps([figure.model_dump(mode="json") for figure in figures], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


def changes(before: Iterable[KeptFigure], after: Iterable[KeptFigure]) -> list[Change]:
    """Return the figures that differ, in the order of the later version; how many events one counts is none of it."""
    old = {figure.id: figure for figure in before}
    new = {figure.id: figure for figure in after}
    found = [Change(id_, old.get(id_), one) for id_, one in new.items() if _told(old.get(id_)) != _told(one)]
    return [*found, *(Change(id_, one, None) for id_, one in old.items() if id_ not in new)]


def _kept(figure: Figure) -> KeptFigure:
    value = figure.value
    words = value if isinstance(value, str) else figure.reason or None
    return KeptFigure(
        id=figure.id,
        status=figure.status.value,
        value=None if isinstance(value, str) else value,
        at_most=figure.at_most,
        text=hashlib.sha256(words.encode()).hexdigest() if words else None,
        event_count=len(figure.events),
    )


def _told(figure: KeptFigure | None) -> tuple[object, ...] | None:
    return None if figure is None else (figure.status, figure.value, figure.at_most, figure.text)


def _shown(figure: KeptFigure | None) -> str:
    if figure is None:
        return "none"
    if figure.value is None:
        return (
            f"text {figure.text[:8]}" if figure.status == "value" and figure.text else figure.status.replace("_", " ")
        )
    return f"{figure.value:g}" + (f" to {figure.at_most}" if figure.at_most is not None else "")
