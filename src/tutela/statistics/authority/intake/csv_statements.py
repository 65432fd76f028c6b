"""Investigations, children identified and convictions from CSV files: what each row states."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tutela.events.catalogue import authority as said
from tutela.events.catalogue.base import Payload
from tutela.statistics.authority import rules
from tutela.statistics.authority.intake import cells
from tutela.statistics.authority.intake.cells import Column
from tutela.statistics.authority.intake.csv_file import read
from tutela.statistics.authority.marks import Marks
from tutela.statistics.authority.tally import literal_values

Form = Literal["investigations", "victims", "convictions"]
Reports = Callable[[str], tuple[str, ...]]
"""Finds the reports of a number; raises BadStatement."""


def _words(name: str, values: object, says: str, empty: str) -> Column:
    return Column(name, cells.one_of(literal_values(values)), says, empty=empty)


COLUMNS: Mapping[Form, tuple[Column, ...]] = {
    "investigations": (
        Column("number", cells.number, "its number", needed=True),
        Column("opened", cells.day, "the day on which it began", needed=True),
        Column("reports", cells.numbers, "numbers of the reports that it began with, apart by spaces", empty=()),
        Column("merged", cells.day, "the day on which it became part of another"),
        Column("into", cells.number, "the number of that other one, which stands in a row above or in the register"),
        Column("closed", cells.day, "the day on which it ended"),
        Column("reason", cells.one_of(literal_values(said.ClosingReason)), "why it ended"),
    ),
    "victims": (
        Column("identified", cells.day, "the day on which the child was identified", needed=True),
        Column("investigation", cells.number, "the number of the investigation"),
        _words("gender", said.Gender, "gender", "not_stated"),
        _words("age", said.AgeBand, "age in years on that day", "not_stated"),
        _words("self_generated", said.SelfGenerated, "whether the child made the material", "not_stated"),
        _words("path", said.Path, "what led to the child", "not_stated"),
        _words("setting", said.Setting, "where the abuse took place", "not_stated"),
    ),
    "convictions": (
        Column("convicted", cells.day, "the day of the judgment", needed=True),
        Column("person", cells.number, "a number that tells the person from others; a mark is made of it"),
        Column("investigation", cells.number, "the number of the investigation"),
        _words("setting", said.Setting, "where the offences took place", "not_stated"),
        _words("referral", said.Referral, "what the investigation began with", "not_recorded"),
        _words("finality", said.Finality, "whether a court can still change it", "not_stated"),
    ),
}
"""The columns of each form, in any order."""


@dataclass(frozen=True, slots=True)
class Row:
    """What a row states, in the order in which it is to be recorded: subjects and payloads. A subject that is a bare
    kind, such as `victim`, is new."""

    row: int
    said: Callable[[Reports], Iterator[tuple[str, Payload]]]


def rows(form: Form, content: bytes, marks: Marks) -> tuple[Row, ...]:
    """Return what a file states; raises RefusedFile."""
    return tuple(Row(row, _STATES[form](values, marks)) for row, values in read(content, COLUMNS[form]))


def _investigation(values: Mapping[str, Any], _marks: Marks) -> Callable[[Reports], Iterator[tuple[str, Payload]]]:
    def states(reports: Reports) -> Iterator[tuple[str, Payload]]:
        subject = rules.investigation(values["number"])
        of = tuple(dict.fromkeys(one for number in values["reports"] for one in reports(number)))
        yield subject, said.InvestigationOpened(on=values["opened"], reports=of)
        if (values["merged"] is None) != (values["into"] is None):
            raise rules.BadStatement("merged and into go together: write both or none")
        if (values["closed"] is None) != (values["reason"] is None):
            raise rules.BadStatement("closed and reason go together: write both or none")
        if values["merged"] is not None:
            yield subject, said.InvestigationMerged(on=values["merged"], into=rules.investigation(values["into"]))
        if values["closed"] is not None:
            yield subject, said.InvestigationClosed(on=values["closed"], reason=values["reason"])

    return states


def _victim(values: Mapping[str, Any], _marks: Marks) -> Callable[[Reports], Iterator[tuple[str, Payload]]]:
    def states(_reports: Reports) -> Iterator[tuple[str, Payload]]:
        yield (
            "victim",
            said.VictimIdentified(
                on=values["identified"],
                investigation=_of(values["investigation"]),
                **{name: values[name] for name in ("gender", "age", "self_generated", "path", "setting")},
            ),
        )

    return states


def _conviction(values: Mapping[str, Any], marks: Marks) -> Callable[[Reports], Iterator[tuple[str, Payload]]]:
    def states(_reports: Reports) -> Iterator[tuple[str, Payload]]:
        yield (
            "conviction",
            said.PersonConvicted(
                on=values["convicted"],
                person=marks.person(values["person"]) if values["person"] else None,
                investigation=_of(values["investigation"]),
                **{name: values[name] for name in ("setting", "referral", "finality")},
            ),
        )

    return states


def _of(number: str | None) -> str | None:
    return None if number is None else rules.investigation(number)


_STATES: Mapping[Form, Callable[[Mapping[str, Any], Marks], Callable[[Reports], Iterator[tuple[str, Payload]]]]] = {
    "investigations": _investigation,
    "victims": _victim,
    "convictions": _conviction,
}
