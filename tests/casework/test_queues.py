"""Routing: a case is in exactly one queue, and what it weighs can be explained."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event

from tests.databases import SteppableClock
from tests.rig import CHAT, MAIL, REVIEWER, SENIOR, Rig, dump, party, picture
from tutela.access.roles import Person, Role
from tutela.casework.case import CaseState
from tutela.casework.queues import BUILT_IN, ESCALATED, HELD, OTHER, URGENT_QUEUE, Lane, Order, QueueRule, Queues
from tutela.casework.severity import item_points, severity
from tutela.content.item import Provenance
from tutela.storage import lanes as in_lanes
from tutela.storage.casework.queue_reader import QueueReader
from tutela.storage.workplace import Workplace

SERVICES = ("chat", "mail", "drive")
LAYERS = ("known", "new", "solicitation")
rules = st.builds(
    lambda n, layers, services, least, roles, people: (layers, services, least, roles, people, n),
    st.integers(0, 9),
    st.frozensets(st.sampled_from(LAYERS)),
    st.frozensets(st.sampled_from(SERVICES)),
    st.integers(0, 9),
    st.frozensets(st.sampled_from(list(Role))),
    st.frozensets(st.sampled_from(["rosa", "ravi", "sven"])),
)
lanes = st.builds(
    Lane,
    st.sampled_from([CaseState.OPEN, CaseState.ESCALATED, CaseState.HELD]),
    st.integers(0, 9),
    st.sampled_from(LAYERS),
    st.sampled_from([*SERVICES, "a service that no rule names"]),
)


@given(st.lists(rules, max_size=6), lanes)
def test_a_case_is_in_exactly_one_queue_and_in_the_first_that_fits(written: list[tuple], lane: Lane) -> None:  # type: ignore[type-arg]
    made = [
        QueueRule(f"q{n}", f"Queue {n}", layers, services, least, roles, people)
        for n, (layers, services, least, roles, people, _) in enumerate(written)
    ]
    queues = Queues(made)
    found = queues.of(lane)
    assert queues.ids.count(found) == 1
    if lane.state is CaseState.HELD:
        assert found == HELD
    elif lane.severity == 9:
        assert found == URGENT_QUEUE
    elif lane.state is CaseState.ESCALATED:
        assert found == ESCALATED
    else:
        fitting = [
            rule.id
            for rule in made
            if (not rule.layers or lane.layer in rule.layers)
            and (not rule.services or lane.service in rule.services)
            and lane.severity >= rule.severity
        ]
        assert found == (fitting[0] if fitting else OTHER)
    assert not queues.offers(lane, Person("x", "X", frozenset({Role.AUDITOR})))
    if lane.state is not CaseState.HELD:
        worker = queues.offers(lane, SENIOR)
        rule = queues.rules.get(found)
        assert worker == (
            rule is None or not (rule.roles or rule.people) or Role.SENIOR in rule.roles or "sven" in rule.people
        )


@pytest.mark.parametrize("id_", [*BUILT_IN, "", "Upper", "a b", "x" * 32])
def test_ids_that_no_queue_may_have(id_: str) -> None:
    with pytest.raises(ValueError, match="queues"):
        QueueRule(id_, "Name")


def test_an_id_is_there_once_and_a_severity_within_its_range() -> None:
    with pytest.raises(ValueError, match="twice"):
        Queues([QueueRule("a", "A"), QueueRule("a", "B")])
    with pytest.raises(ValueError, match="0 to 9"):
        QueueRule("a", "A", severity=10)


@given(st.integers(1, 7), st.booleans(), st.booleans())
def test_nothing_but_urgency_is_9(points: int, reopened: bool, urgent: bool) -> None:
    found = severity(points, reopened=reopened, urgent=urgent)
    assert (found == 9) == urgent
    assert severity(points, reopened=True, urgent=urgent) >= severity(points, reopened=False, urgent=urgent)


def test_the_table_says_what_the_function_says(place: Workplace, clock: SteppableClock) -> None:
    rig = Rig(place, clock)
    exact, near = (
        rig.take("1", picture(0), Provenance(party("a"))),
        rig.take("2", picture(40), Provenance(party("b"))),
    )
    assert exact.case
    assert near.case
    assert exact.item
    found = {row["id"]: row for row in dump(place.database)["cases"]}
    assert found[exact.case]["severity"] == severity(item_points("known", "A1"), reopened=False, urgent=False) == 4
    assert found[near.case]["severity"] == severity(item_points("known", "B2"), reopened=False, urgent=False) == 2
    rig.decide(exact.case, exact.item, "known")
    place.desk.reopen("somebody", exact.case, [exact.item], "entry_wrong", "17")
    place.desk.mark_urgent(REVIEWER, near.case)
    found = {row["id"]: row for row in dump(place.database)["cases"]}
    assert (found[exact.case]["severity"], found[near.case]["severity"]) == (5, 9)
    assert (found[exact.case]["reopened_reason"], found[exact.case]["reopened_cause"]) == ("entry_wrong", "17")
    place.desk.lift_urgency(SENIOR, near.case, "an old picture")
    before = dump(place.database)
    assert {row["id"]: row["severity"] for row in before["cases"]}[near.case] == 2
    with place.transactions.record() as log:
        log.rebuild()
    assert dump(place.database) == before


@pytest.fixture
def many(place: Workplace, clock: SteppableClock) -> Rig:
    """24 cases of two services, of two severities, one a minute."""
    rig = Rig(place, clock)
    for number in range(24):
        clock.advance(minutes=1)
        service = CHAT if number % 3 else MAIL
        seed = (number % 6) + (40 if number % 2 else 0)
        assert rig.take(str(number), picture(seed), Provenance(party(f"p{number}")), service).case
    return rig


@pytest.mark.parametrize("order", list(Order))
@pytest.mark.parametrize("size", [1, 5, 50])
def test_every_page_together_is_the_whole_queue_in_its_order(many: Rig, order: Order, size: int) -> None:
    queues = Queues([QueueRule("mail", "Mail", services=frozenset({"mail"}))])
    reader = QueueReader(many.place.database, queues)
    with many.place.transactions.casework() as unit:
        assert unit.lanes()
    expected: dict[str, tuple[int, datetime, str]] = {}
    for row in dump(many.place.database)["cases"]:
        lane = Lane(CaseState(row["state"]), row["severity"], row["layer"], row["service"])
        expected[row["id"]] = (row["severity"], row["opened_at"], queues.of(lane))
    assert len(expected) == 24
    for queue in queues.ids:
        seen = []
        after = None
        while True:
            page = reader.page(queue, order, size, after)
            seen += [row.id for row in page.rows]
            if page.after is None:
                break
            after = page.after
        wanted = sorted(
            (id_ for id_, (_, _, q) in expected.items() if q == queue),
            key=lambda i: ((-expected[i][0] if order is Order.SEVERITY else 0), expected[i][1], i),
        )
        assert seen == wanted


def test_counts_stop_at_their_cap(many: Rig) -> None:
    reader = QueueReader(many.place.database, Queues([QueueRule("mail", "Mail", services=frozenset({"mail"}))]))
    found = {tab.id: tab for tab in reader.tabs(cap=10)}
    assert (found["mail"].cases, found["mail"].more) == (8, False)
    assert (found["other"].cases, found["other"].more) == (10, True)
    assert found["urgent"].cases == 0
    assert found["urgent"].oldest is None
    assert found["mail"].oldest is not None


def test_each_step_of_a_queue_is_in_the_index(place: Workplace) -> None:
    """With a million cases a queue is fast only while every question to it is answered from its index."""
    lane = Lane(CaseState.OPEN, 1, "known", "chat")
    asked: list[tuple[str, object]] = []

    def keep(_c: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        asked.append((statement, parameters))

    with place.database.read() as connection:
        event.listen(connection, "before_cursor_execute", keep)
        in_lanes.lanes(connection)
        in_lanes.count(connection, [lane], 10)
        in_lanes.first(connection, [lane], Order.OLDEST, 10)
        in_lanes.first(connection, [lane], Order.OLDEST, 10, (0, place.clock(), "x"))
        event.remove(connection, "before_cursor_execute", keep)
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET enable_seqscan = off")
            connection.exec_driver_sql("SET enable_bitmapscan = off")
            connection.exec_driver_sql("DROP INDEX ix_cases_state_opened_at")
        explain = "EXPLAIN " if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
        assert len(asked) == 6
        for statement, parameters in asked:
            plan = str(connection.exec_driver_sql(explain + statement, parameters).all())  # type: ignore[arg-type]
            assert "ix_cases_lane" in plan, (statement, plan)
        connection.rollback()
