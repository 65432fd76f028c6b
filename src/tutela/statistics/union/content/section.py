"""A section of the report: sentences, listings, drawings."""

from __future__ import annotations

from dataclasses import dataclass

from tutela.statistics.union.content.drawings import Drawing


@dataclass(frozen=True, slots=True)
class Listing:
    """A table that is no table of the published report; `widths` are in parts of the page, `numbers` columns from 0."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A section in one language; `id` is the same in all."""

    id: str
    title: str
    sentences: tuple[str, ...] = ()
    listings: tuple[Listing, ...] = ()
    drawings: tuple[Drawing, ...] = ()
