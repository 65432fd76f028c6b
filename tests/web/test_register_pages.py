"""The register of an authority in the console: figures as they stood, why they differ, who stated what and when."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from tests.web.conftest import Visitor
from tests.web.scene import PASSWORD, Scene
from tutela.access.roles import Person, Role
from tutela.events.catalogue.authority import (
    CollectionDeclared,
    InvestigationOpened,
    ReportReceived,
    StatementWithdrawn,
)
from tutela.events.envelope import Event
from tutela.statistics.authority.rules import new_subject
from tutela.storage.record.event_log import EventLog
from tutela.storage.statistics import return_shelf
from tutela.web.console import register

Visit = Callable[[str], Visitor]
SWEDISH = {"Accept-Language": "sv"}
KEEPER = Person("rosa", "Rosa Register", frozenset({Role.REGISTRAR}))


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def came(on: date, number: str | None = None, account: str = "") -> ReportReceived:
    return ReportReceived(
        on=on, source="ncmec", number=number, object="account", provider_type="social_media", grade="actionable",
        accounts=(account,) if account else (), files=((f"file of {account}",),) if account else (),
    )  # fmt: skip


@pytest.fixture
def stated(scene: Scene) -> tuple[list[str], date]:
    """Two reports of one case and one of another, an investigation, and a fourth that came a day later and is wrong."""
    scene.place.people.register(KEEPER, PASSWORD)
    register_, today = scene.place.authority, scene.clock().date()
    since = CollectionDeclared(kind="reports", since=date(today.year, 1, 1))
    register_.state(KEEPER, "collection:reports", since)
    subjects = [new_subject("report", scene.clock()) for _ in range(4)]
    for subject, number in zip(subjects[:3], ("R-1", "R-1", "R-2"), strict=True):
        register_.state(KEEPER, subject, came(today, number))
    register_.state(KEEPER, "investigation:K-1", InvestigationOpened(on=today, reports=(subjects[0],)))
    scene.clock.step(days=1)
    wrong = register_.state(KEEPER, subjects[3], came(today, "R-9"))
    scene.clock.step(days=1)
    register_.state(KEEPER, subjects[3], StatementWithdrawn(statement=wrong, reason="entered_twice"))
    return subjects, today


def row(text: str, name: str) -> str:
    found = re.search(rf'<th scope="row">{re.escape(name)}</th><td class="num">([^<]*)</td>', plain(text))
    assert found is not None, name
    return found[1]


def test_absolute_cases_and_repeated_reports_stand_apart_as_they_stood_on_a_day(
    visit: Visit, stated: tuple[list[str], date]
) -> None:
    _, today = stated
    rosa = visit("rosa")
    for day, reports, cases, repeats in ((today, 3, 2, 1), (today + timedelta(days=1), 4, 3, 1),
                                         (today + timedelta(days=2), 3, 2, 1)):  # fmt: skip
        text = rosa.get(f"/register?from={today}&to={today}&as_of={day}").text
        assert row(text, "Reports received") == str(reports)
        assert row(text, "Cases reported for the first time (absolute number)") == str(cases)
        assert row(text, "Reports of a case that was reported before") == str(repeats)
        assert f"at the end of {day}" in text
    assert "3 of 3 reports are from services other than interpersonal communications" in text


def test_two_extractions_are_explained(visit: Visit, stated: tuple[list[str], date]) -> None:
    subjects, today = stated
    rosa = visit("rosa")
    asked = f"from={today}&to={today}&as_of={today + timedelta(days=2)}"
    assert "Every figure is the same on both days." in rosa.get(f"/register?{asked}&since={today}").text
    text = plain(rosa.get(f"/register?{asked}&since={today + timedelta(days=1)}").text)
    assert "Reports received: 4 → 3" in text
    assert f'- <a class="id" href="/register/{subjects[3].replace(":", "%3A")}">' in text
    assert f"withdrawn {today + timedelta(days=2)}, rosa" in text
    refused = rosa.get(f"/register?from={today}&to={today}&as_of={today}&since={today + timedelta(days=1)}").text
    assert "the earlier day is later than the other" in refused
    assert "the period ends before it begins" in rosa.get("/register?from=2025-02-01&to=2025-01-01").text


def test_a_report_shows_who_stated_what_and_when(visit: Visit, stated: tuple[list[str], date]) -> None:
    subjects, today = stated
    rosa = visit("rosa")
    text = rosa.get(f"/register/{subjects[3]}").text
    assert text.index("withdrew a statement of the register") < text.index("stated that a report came")
    assert "no, corrected or withdrawn" in text
    assert f"{today + timedelta(days=1)} " in text
    text = rosa.get(f"/register/{subjects[0]}").text
    assert f'href="/register/{subjects[1].replace(":", "%3A")}"' in text
    assert 'href="/register/investigation%3AK-1"' in text
    text = rosa.get("/register/investigation:K-1").text
    assert f'href="/register/{subjects[0].replace(":", "%3A")}"' in text
    for nothing in ("investigation:K-2", "report:x", "R-77", "x"):
        assert rosa.get(f"/register/{nothing}").status_code == 404


def test_what_is_counted_is_listed_page_by_page(
    visit: Visit, stated: tuple[list[str], date], monkeypatch: pytest.MonkeyPatch
) -> None:
    subjects, today = stated
    monkeypatch.setattr(register, "AT_ONCE", 2)
    rosa = visit("rosa")
    seen = []
    for page in (1, 2, 3):
        text = rosa.get(f"/register?from={today}&to={today}&page={page}").text
        listed = text[text.index('id="counted"') :]
        seen.append(re.findall(r'<a class="id" href="/register/([^"]+)"', listed))
        assert ('rel="next"' in listed, 'rel="prev"' in listed) == (page == 1, page > 1)
    assert [len(some) for some in seen] == [2, 1, 1]
    assert {name.replace("%3A", ":") for name in seen[0] + seen[1]} == set(subjects[:3])
    listed = rosa.get(f"/register?from={today}&to={today}&of=investigations").text
    assert 'href="/register/investigation%3AK-1"' in listed[listed.index('id="counted"') :]


def test_it_is_told_in_swedish_and_shown_to_registrars_alone(visit: Visit, stated: tuple[list[str], date]) -> None:
    _, today = stated
    rosa = visit("rosa")
    text = rosa.get(f"/register?from={today}&to={today}&since={today}", SWEDISH).text
    assert "Mottagna rapporter" in text
    assert "Myndighetens register" in text
    assert "Reports" not in re.sub(r"<[^>]+>", " ", text)
    assert len(text.encode()) < 100_000
    for name in ("adam", "rita"):
        assert visit(name).get("/register").status_code == 403
        assert visit(name).get("/register/investigation:K-1").status_code == 403


def test_a_large_register_is_made_beside_the_page(
    stated: tuple[list[str], date], scene: Scene, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(return_shelf, "AT_ONCE", 0)
    subjects, _ = stated
    page = visit("rosa").get("/register").text
    assert "The figures are being made from all events" in page
    assert subjects[0] not in page
    scene.place.register_views.wait()
    page = visit("rosa").get("/register").text
    assert "being made" not in page
    assert subjects[0] in page
    one = visit("rosa").get(f"/register/{subjects[0]}").text
    assert f'href="/register/{subjects[1].replace(":", "%3A")}"' in one or "being made" in one


def test_what_was_read_of_the_register_is_not_read_again(
    stated: tuple[list[str], date], scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    register_ = scene.place.authority
    first = register_.statements()
    assert register_.last_sequence() == first[-1].sequence
    read: list[int] = []
    usual = EventLog.read

    def counted(log: EventLog, *, after: int = 0, **how: Any) -> Iterator[Event]:
        read.append(after)
        return usual(log, after=after, **how)

    monkeypatch.setattr(EventLog, "read", counted)
    register_.state(KEEPER, "investigation:K-9", InvestigationOpened(on=stated[1], reports=()))
    read.clear()
    second = register_.statements()
    assert read == [first[-1].sequence]
    assert second[:-1] == first
    assert second[-1].subject == "investigation:K-9"
