"""Requests and orders of authorities, counted for a period, and how long their answers took.

What transparency reports ask for (Regulation (EU) 2022/2065, Article 15(1)(a)): the number of orders, by the State that
issued them, and the median time to give effect to them. Each figure names the events that it counts.

What was received before anybody entered such requests here is unknown, and not zero; so is a period that begins before
that, of which the figures are a lower bound.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tutela.events.catalogue.base import Payload
from tutela.events.catalogue.legal import LegalAnswered, LegalReceived, LegalRefused, LegalWithdrawn
from tutela.events.envelope import Event
from tutela.statistics.figure import Status
from tutela.statistics.redress.durations import durations
from tutela.statistics.redress.selection import Period

EVENTS: tuple[type[Payload], ...] = (LegalReceived, LegalAnswered, LegalRefused, LegalWithdrawn)
"""The events that these figures are made of."""
NOT_RECORDED = "when an authority is told that its request arrived is not recorded; the answer is"


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure: its value, or why there is none. `at_least` is there where the whole is not known."""

    status: Status
    value: int | float | None = None
    at_least: int | None = None
    reason: str = ""
    events: tuple[int, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return it for JSON."""
        found: dict[str, Any] = {"status": self.status.value, "value": self.value}
        if self.at_least is not None:
            found["at_least"] = self.at_least
        if self.reason:
            found["reason"] = self.reason
        return {**found, "events": list(self.events)}


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one part: of all, of a kind, or of a country."""

    by: str
    part: str | None
    cells: dict[str, Cell]


@dataclass(frozen=True, slots=True)
class LegalFigures:
    """The figures of a period. `since`: the first day of which everything is known, none where nobody said."""

    period: Period
    since: date | None
    up_to: int
    rows: tuple[Row, ...]

    def as_json(self) -> dict[str, Any]:
        """Return them for JSON."""
        return {
            "from": str(self.period.first),
            "to": str(self.period.last),
            "since": str(self.since) if self.since else None,
            "up_to_event": self.up_to,
            "rows": [
                {"by": row.by, "part": row.part, **{name: cell.as_json() for name, cell in row.cells.items()}}
                for row in self.rows
            ],
        }


@dataclass(slots=True)
class _Fact:
    received: LegalReceived
    entered: int
    closed: tuple[int, datetime, str] | None = None
    wrong: bool = False


def legal_figures(events: Iterable[Event], period: Period, since: date | None, now: datetime) -> LegalFigures:
    """Return the figures of requests received in a period, as the events up to now have them.

    `since` is the day from which on the operator says that everything is entered; without it, it is the day on which
    the first request was entered. What was entered wrongly counts nowhere.
    """
    facts: dict[str, _Fact] = {}
    last = 0
    first: date | None = None
    for event in events:
        last = max(last, event.sequence)
        match event.payload:
            case LegalReceived() as received:
                facts[event.subject] = _Fact(received, event.sequence)
                day = event.occurred_at.astimezone(UTC).date()
                first = day if first is None else min(first, day)
            case LegalAnswered(outcome=outcome):
                # The same answer sent again is no second one.
                facts[event.subject].closed = facts[event.subject].closed or (
                    event.sequence,
                    event.occurred_at,
                    outcome,
                )
            case LegalRefused():
                facts[event.subject].closed = (event.sequence, event.occurred_at, "refused")
            case LegalWithdrawn(reason=reason):
                fact = facts[event.subject]
                fact.wrong = reason == "entered_wrongly"
                if fact.closed is None:
                    fact.closed = (event.sequence, event.occurred_at, "withdrawn")
            case _:
                continue
    known_from = since or first
    chosen = [one for one in facts.values() if period(one.received.received_at)]
    kinds = sorted({one.received.kind for one in chosen})
    countries = sorted({one.received.country for one in chosen})
    rows = [_row("all", None, chosen, period, known_from, now)]
    rows += [_row("kind", k, [f for f in chosen if f.received.kind == k], period, known_from, now) for k in kinds]
    rows += [
        _row("country", c, [f for f in chosen if f.received.country == c], period, known_from, now) for c in countries
    ]
    return LegalFigures(period, known_from, last, tuple(rows))


def _row(by: str, part: str | None, every: list[_Fact], period: Period, since: date | None, now: datetime) -> Row:
    facts = [one for one in every if not one.wrong]
    wrong = sorted(one.closed[0] if one.closed is not None else one.entered for one in every if one.wrong)

    def count(wanted: Callable[[_Fact], bool], of: Callable[[_Fact], int]) -> Cell:
        found = [one for one in facts if wanted(one)]
        return _counted(len(found), tuple(sorted(of(one) for one in found)), period, since)

    def end(one: _Fact) -> int:
        return one.closed[0] if one.closed is not None else one.entered

    def ended(*how: str) -> Cell:
        return count(lambda one: one.closed is not None and one.closed[2] in how, end)

    answered = [one for one in facts if one.closed is not None and one.closed[2] != "withdrawn"]
    cells = {
        "received": count(lambda _: True, lambda one: one.entered),
        "handed_over": ended("handed_over", "partly"),
        "preserved": ended("preserved"),
        "nothing_held": ended("nothing_held"),
        "refused": ended("refused"),
        "withdrawn": ended("withdrawn"),
        "entered_wrongly": _counted(len(wrong), tuple(wrong), period, since),
        "waiting": count(lambda one: one.closed is None, lambda one: one.entered),
        "answered_late": count(
            lambda one: one in answered and one.closed is not None and one.closed[1] > one.received.due_at, end
        ),
        "waiting_too_long": count(
            lambda one: one.closed is None and one.received.due_at < now, lambda one: one.entered
        ),
        "median_hours_to_answer": _median(answered, period, since),
        "median_hours_to_confirm_receipt": Cell(Status.NOT_COLLECTED, reason=NOT_RECORDED),
    }
    return Row(by, part, cells)


def _counted(number: int, events: tuple[int, ...], period: Period, since: date | None) -> Cell:
    if reason := _unknown(period, since):
        return Cell(Status.UNKNOWN, at_least=number, reason=reason, events=events)
    return Cell(Status.VALUE, number, events=events)


def _median(answered: list[_Fact], period: Period, since: date | None) -> Cell:
    took = durations([_took(one) for one in answered])
    events = tuple(sorted(one.closed[0] for one in answered if one.closed is not None))
    if took is None:
        if reason := _unknown(period, since):
            return Cell(Status.UNKNOWN, reason=reason)
        return Cell(Status.NOT_APPLICABLE, reason="nothing that was received in the period was answered")
    return Cell(Status.VALUE, round(took.median.total_seconds() / 3600, 2), events=events)


def _took(one: _Fact) -> timedelta:
    assert one.closed is not None  # noqa: S101 - whoever calls looked
    return one.closed[1] - one.received.received_at


def _unknown(period: Period, since: date | None) -> str:
    if since is None:
        return "nobody entered a request here: set legal.since to the day from which on all are entered"
    if period.first < since:
        return f"what came before {since} was not entered here"
    return ""
