"""Cells of the form from counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from tutela.statistics.figure import Figure, Participants, Rate, Status
from tutela.statistics.provider_return.form import FormRow, form_rows
from tutela.statistics.provider_return.telling import NOTHING, Told


@cache
def _rows() -> dict[str, FormRow]:
    return {row.id: row for row in form_rows()}


@dataclass(frozen=True, slots=True)
class Cell:
    """The place of a figure: a row of the form, for one service or the total, for one technology or all.

    `participants`: those of the row's accounts that are counted apart.
    """

    row: FormRow
    service: str | None = None
    technology: str | None = None
    participants: Participants | None = None

    @property
    def id(self) -> str:
        """The figure's id, such as `6.known.A1@chat~pdq-1`; safe in a URL."""
        service = f"@{self.service}" if self.service else ""
        part = self.technology or self.participants
        return (
            f"{self.row.id if self.row.section else f'technology.{self.row.key}'}{service}{f'~{part}' if part else ''}"
        )

    def value(
        self,
        value: int | float | str,
        events: Sequence[int] = (),
        *,
        at_most: int | None = None,
        rate: Rate | None = None,
        weighted: Rate | None = None,
        note: Told = NOTHING,
    ) -> Figure:
        """Return the figure with a value and its events; an upper end that is no higher than the value is none."""
        interval = at_most if at_most is not None and isinstance(value, int) and at_most > value else None
        return self._figure(value=value, at_most=interval, rate=rate, weighted=weighted, note=note, events=events)

    def without(self, status: Status, reason: Told) -> Figure:
        """Return the figure without a value, for a reason."""
        return self._figure(status=status, reason=reason)

    def _figure(self, **values: object) -> Figure:
        return Figure(
            id=self.id,
            section=self.row.section,
            case_class=self.row.case_class,
            key=self.row.key,
            meaning=self.row.meaning,
            unit=self.row.unit,
            service=self.service,
            technology=self.technology,
            participants=self.participants,
            **values,  # type: ignore[arg-type]
        )


def rounded(numerator: int, denominator: int, places: int) -> float:
    """Return a quotient of whole numbers, none of them negative, with so many decimal places; halves go up."""
    scale: int = 10**places
    halves_up: int = (2 * numerator * scale + denominator) // (2 * denominator)
    return halves_up / scale


def cell(
    row_id: str,
    service: str | None = None,
    technology: str | None = None,
    participants: Participants | None = None,
) -> Cell:
    """Return the cell of a row; raises KeyError for a row that the form does not have."""
    return Cell(_rows()[row_id], service, technology, participants)
