"""What may be stated, and what is refused with what to do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.statistics.authority.registers import Scribe, day
from tutela.access.roles import NotAllowed, Person, Role
from tutela.events.catalogue import authority as said
from tutela.events.catalogue.base import Payload
from tutela.statistics.authority import rules
from tutela.statistics.authority.marks import Marks
from tutela.statistics.authority.register import Register
from tutela.statistics.authority.rules import BadStatement
from tutela.statistics.authority.statement import Statement

NOW = datetime(2022, 6, 1, 12, tzinfo=UTC)
ROSA = Person("rosa", "Rosa", frozenset({Role.REGISTRAR}))


class Standing:
    def __init__(self, scribe: Scribe) -> None:
        self._standing = Register(scribe.statements, day("2030-01-01")).standing

    def standing(self, subject: str) -> Sequence[Statement]:
        return [s for s in self._standing if s.subject == subject]


@pytest.fixture
def scribe() -> Scribe:
    made = Scribe()
    made.report("a", "2021-03-01", number="71")  # s1
    made.investigation("K-1", "2021-03-10", "a")  # s2
    made.investigation("K-2", "2021-03-11")  # s3
    made.investigation("K-3", "2021-03-12")  # s4
    made.merged("K-3", "2021-04-01", "K-2")  # s5
    made.closed("K-1", "2021-05-01", "no_crime")  # s6
    made.convicted("c", "2021-06-01", "K-1")  # s7
    return made


def state(scribe: Scribe, subject: str, payload: Payload, person: Person = ROSA) -> Any:
    return rules.state(person, Standing(scribe), subject, payload, NOW).payload


REFUSED = [
    ("collection:victims", said.CollectionDeclared(kind="victims", since=None, age_limit=19), "a child is under 18"),
    ("investigation:K-1", said.InvestigationOpened(on=day("2021-03-10")), "in the register already"),
    ("investigation:K-9", said.InvestigationClosed(on=day("2021-03-10"), reason="other"), "not in the register"),
    ("investigation:K-2", said.InvestigationClosed(on=day("2021-03-01"), reason="other"), "is before 2021-03-11"),
    ("investigation:K-1", said.InvestigationClosed(on=day("2021-05-02"), reason="other"), "ended on 2021-05-01"),
    ("investigation:K-2", said.InvestigationMerged(on=day("2021-05-02"), into="investigation:K-3"), "other way round"),
    ("investigation:K-2", said.InvestigationMerged(on=day("2021-05-02"), into="investigation:K-2"), "other way round"),
    ("investigation:K-2", said.InvestigationMerged(on=day("2021-05-02"), into="investigation:K-8"), "not in the reg"),
    ("investigation:K-2", said.ReportsJoined(on=day("2021-05-02"), reports=()), "name the reports"),
    ("investigation:K-2", said.ReportsJoined(on=day("2021-05-02"), reports=("report:z",)), "report:z is not in"),
    ("investigation:anna", said.InvestigationOpened(on=day("2021-05-02")), "with a digit"),
    ("investigation:K 4", said.InvestigationOpened(on=day("2021-05-02")), "no spaces|letters, digits"),
    ("investigation:K-4", said.InvestigationOpened(on=day("2022-06-02")), "not a day between"),
    ("investigation:K-4", said.InvestigationOpened(on=day("1989-06-02")), "not a day between"),
    ("report:b", said.InvestigationOpened(on=day("2021-05-02")), "is no investigation"),
    ("conviction:c", said.ConvictionChanged(on=day("2021-05-31"), became="final"), "is before 2021-06-01"),
    ("conviction:z", said.ConvictionChanged(on=day("2021-05-31"), became="final"), "not in the register"),
    ("report:a", said.StatementWithdrawn(statement="s2", reason="entered_twice"), "no statement s2"),
    ("investigation:K-1", said.StatementWithdrawn(statement="s2", reason="entered_twice"), "withdraw those first"),
    (
        "investigation:K-1",
        said.InvestigationClosed(on=day("2021-05-02"), reason="other", corrects="s2"),
        "states something else",
    ),
    (
        "investigation:K-1",
        said.InvestigationClosed(on=day("2021-05-02"), reason="other", corrects="x"),
        "no statement x",
    ),
]


@pytest.mark.parametrize(("subject", "payload", "why"), REFUSED)
def test_what_does_not_fit_is_refused(scribe: Scribe, subject: str, payload: Payload, why: str) -> None:
    with pytest.raises(BadStatement, match=why):
        state(scribe, subject, payload)


@pytest.mark.parametrize(
    ("subject", "payload"),
    [
        ("investigation:K-4", said.InvestigationOpened(on=day("2022-06-01"), reports=("report:a",))),
        ("investigation:K-2", said.ReportsJoined(on=day("2021-05-02"), reports=("report:a",))),
        ("investigation:K-2", said.InvestigationMerged(on=day("2021-05-02"), into="investigation:K-1")),
        ("investigation:K-1", said.InvestigationClosed(on=day("2021-05-02"), reason="other", corrects="s6")),
        ("investigation:K-1", said.InvestigationOpened(on=day("2021-03-09"), corrects="s2")),
        ("investigation:K-1", said.StatementWithdrawn(statement="s6", reason="entered_by_mistake")),
        ("conviction:c", said.ConvictionChanged(on=day("2021-06-01"), became="quashed")),
        ("collection:victims", said.CollectionDeclared(kind="victims", since=None)),
    ],
)
def test_what_fits_is_stated(scribe: Scribe, subject: str, payload: Payload) -> None:
    assert state(scribe, subject, payload) == payload


def test_only_who_keeps_the_register_states(scribe: Scribe) -> None:
    others = Person("otto", "Otto", frozenset(Role) - {Role.REGISTRAR})
    with pytest.raises(NotAllowed, match="keep_register"):
        state(scribe, "collection:victims", said.CollectionDeclared(kind="victims", since=None), others)


def test_what_was_quashed_becomes_nothing_any_more(scribe: Scribe) -> None:
    scribe("conviction:c", said.ConvictionChanged(on=day("2021-07-01"), became="quashed"))
    with pytest.raises(BadStatement, match="quashed"):
        state(scribe, "conviction:c", said.ConvictionChanged(on=day("2021-08-01"), became="final"))


@given(st.text(max_size=30), st.text(max_size=30))
def test_marks_find_the_same_again_and_nothing_else(one: str, other: str) -> None:
    marks, others = Marks(b"a" * 32), Marks(b"b" * 32)
    assert marks.account("s", one) == marks.account(" s ", f" {one} ")
    assert len({marks.account("s", one), marks.page(one), marks.person(one), marks.file("s", one)}) == 4
    assert marks.page(one) != others.page(one)
    assert marks.account(one, other + "x") != marks.account(one + "x", other)
    assert marks.file("MD5", "AB") == marks.file("md5", "ab")
