"""The overview: its numbers are those of the record, planted cases are in none, and it opens for those who may."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from tests.web.conftest import Visitor
from tests.web.scene import Scene, encoded, texture
from tutela.casework.review import Ground
from tutela.events.catalogue.base import Verdict
from tutela.events.catalogue.intake import CaseOpened, ItemFlagged
from tutela.events.envelope import NewEvent, new_id
from tutela.storage.schema.overview import day_counts, technology_days
from tutela.storage.statistics.overview_reader import OverviewReader

Visiting = Callable[[str], Visitor]


def kpi(page: str, label: str) -> int:
    found = re.search(rf"<dt>{label}</dt><dd>([\d,]+)</dd>", page)
    assert found, label
    return int(found[1].replace(",", ""))


def work(scene: Scene) -> None:
    pictures = [encoded(texture(seed)) for seed in (1, 2, 3)]
    for picture in pictures:
        scene.list_picture(picture)
    rita = scene.person("rita")
    said: tuple[tuple[Verdict, Ground | None], ...] = (("known", None), ("not", "error"))
    for number, (verdict, ground) in enumerate(said):
        case, item = scene.flagged(pictures[number], f"user-{number}")
        scene.send(pictures[number], f"user-{number}")
        scene.clock.step(hours=2)
        scene.look("rita", case, item)
        scene.place.desk.decide(rita, case, item, verdict, ground=ground)
    scene.clock.step(days=1)
    scene.flagged(pictures[2], "user-2")


def test_the_numbers_are_those_of_the_record(scene: Scene, visit: Visiting) -> None:
    work(scene)
    page = visit("sven").get("/overview").text
    assert kpi(page, "Cases that wait") == 1
    assert kpi(page, "Cases opened") == 3
    assert kpi(page, "Items flagged") == 3
    assert "repeats, counted apart: 2" in page
    assert kpi(page, "Items decided") == 2
    assert "50.00 %" in page
    assert "1 / 2" in page
    assert len(page.encode()) < 100_000


def test_counts_are_rebuilt_as_they_were(scene: Scene) -> None:
    work(scene)
    reader = scene.place.database

    def dump() -> list[tuple[object, ...]]:
        with reader.read() as connection:
            return [
                tuple(row)
                for table in (day_counts, technology_days)
                for row in connection.execute(select(table).order_by(*table.primary_key.columns))
            ]

    before = dump()
    assert before
    with scene.place.transactions.record() as log:
        log.rebuild()
    assert dump() == before


def test_planted_cases_are_in_no_figure(scene: Scene) -> None:
    now = scene.clock()
    case, item = new_id(now), new_id(now)
    flagged = ItemFlagged(
        item=item, service="chat", regime="r", kind="image", region="eu", layer="known", content="c", sender=None,
        sender_region="eu", recipients_eu=(), recipients_unknown=0, sent_at=None,
    )  # fmt: skip
    opened = CaseOpened(service="chat", account=None, layer="known", planted="golden")
    with scene.place.transactions.record() as log:
        log.append([NewEvent(payload, case, now) for payload in (opened, flagged)])
    today = now.date()
    assert OverviewReader(scene.place.database).by_day(["cases_opened", "items_flagged"], today, today) == {}


@pytest.mark.parametrize(("name", "status"), [("rita", 200), ("adam", 200), ("nora", 403)])
def test_who_may_open_it(visit: Visiting, name: str, status: int) -> None:
    assert visit(name).get("/overview?days=365&service=chat").status_code == status


def test_a_period_that_is_not_offered_is_refused(visit: Visiting) -> None:
    assert visit("rita").get("/overview?days=7000").status_code == 422
