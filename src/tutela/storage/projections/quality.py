"""Second reviews, golden items, canaries and findings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Table, insert, update

from tutela.events.catalogue.quality import (
    CanaryLost,
    CanaryPassed,
    CanaryPlanted,
    FindingClosed,
    FindingRaised,
    GoldenAdded,
    GoldenPlanted,
    GoldenRetired,
    RecallMeasured,
    SecondReviewDecided,
    SecondReviewDrawn,
    SecondReviewReferred,
    SecondReviewSettled,
    SecondReviewWithdrawn,
    TrainingRecorded,
    TrainingWithdrawn,
)
from tutela.events.envelope import Event
from tutela.storage.projections.projector import payloads_of, projects
from tutela.storage.schema.quality import (
    canaries,
    findings,
    golden_items,
    golden_plantings,
    plantings,
    recall_rows,
    recall_runs,
    review_exclusions,
    second_reviews,
    trainings,
)


@projects(SecondReviewDrawn)
def drawn(connection: Connection, events: Sequence[Event]) -> None:
    """A second review waits for its person."""
    for event, p in payloads_of(events, SecondReviewDrawn):
        connection.execute(
            insert(second_reviews).values(
                id=p.review,
                case_id=p.case,
                item_id=p.item,
                decision_id=p.decision,
                person=p.person,
                verdict=p.verdict,
                layer=p.layer,
                share_ppm=p.share_ppm,
                urgent=p.urgent,
                planted_case=p.planted_case,
                planted_item=p.planted_item,
                state="waiting",
                drawn_at=event.occurred_at,
            )
        )
        _planted(connection, p.planted_case, p.planted_item, (p.case, p.item), p.excluded)


@projects(SecondReviewDecided)
def second_decided(connection: Connection, events: Sequence[Event]) -> None:
    """The second verdict stands beside the first."""
    for event, p in payloads_of(events, SecondReviewDecided):
        values = {"second_person": p.person, "second_verdict": p.verdict, "second_at": event.occurred_at}
        _change(connection, second_reviews, p.review, state="decided", **values)


@projects(SecondReviewReferred)
def referred(connection: Connection, events: Sequence[Event]) -> None:
    """A senior decides between them."""
    for _, p in payloads_of(events, SecondReviewReferred):
        row = connection.execute(second_reviews.select().where(second_reviews.c.id == p.review)).one()
        _change(
            connection,
            second_reviews,
            p.review,
            state="disagreed",
            senior_case=p.planted_case,
            senior_item=p.planted_item,
        )
        _planted(connection, p.planted_case, p.planted_item, (row.case_id, row.item_id), p.excluded)


@projects(SecondReviewSettled)
def settled(connection: Connection, events: Sequence[Event]) -> None:
    """One verdict stands."""
    for event, p in payloads_of(events, SecondReviewSettled):
        values: dict[str, Any] = {"final_verdict": p.verdict, "settled_at": event.occurred_at}
        if p.by == "senior":
            values["senior"] = event.actor
        _change(connection, second_reviews, p.review, state="changed" if p.changed else "upheld", **values)


@projects(SecondReviewWithdrawn)
def withdrawn(connection: Connection, events: Sequence[Event]) -> None:
    """It is over without an outcome."""
    for event, p in payloads_of(events, SecondReviewWithdrawn):
        _change(connection, second_reviews, p.review, state="withdrawn", settled_at=event.occurred_at)


@projects(GoldenAdded)
def golden_added(connection: Connection, events: Sequence[Event]) -> None:
    """A golden item can be planted."""
    connection.execute(
        insert(golden_items),
        [
            {
                "id": p.golden,
                "truth": p.truth,
                "classification": p.classification,
                "kind": p.kind,
                "added_by": event.actor,
                "added_at": event.occurred_at,
            }
            for event, p in payloads_of(events, GoldenAdded)
        ],
    )


@projects(GoldenRetired)
def golden_retired(connection: Connection, events: Sequence[Event]) -> None:
    """A golden item can be planted no more."""
    for event, p in payloads_of(events, GoldenRetired):
        _change(connection, golden_items, p.golden, retired_at=event.occurred_at)


@projects(GoldenPlanted)
def golden_planted(connection: Connection, events: Sequence[Event]) -> None:
    """A golden item waits among the cases."""
    for event, p in payloads_of(events, GoldenPlanted):
        connection.execute(
            insert(golden_plantings).values(
                case_id=p.planted_case,
                item_id=p.planted_item,
                golden_id=p.golden,
                cause=p.cause,
                planted_at=event.occurred_at,
            )
        )
        _planted(connection, p.planted_case, p.planted_item, (p.golden, p.golden), p.excluded)


@projects(CanaryPlanted)
def canary_planted(connection: Connection, events: Sequence[Event]) -> None:
    """A canary is on its way."""
    connection.execute(
        insert(canaries),
        [
            {
                "id": p.canary,
                "case_id": p.planted_case,
                "item_id": p.planted_item,
                "state": "planted",
                "planted_at": event.occurred_at,
                "due_at": p.due_at,
            }
            for event, p in payloads_of(events, CanaryPlanted)
        ],
    )


@projects(CanaryPassed)
def canary_passed(connection: Connection, events: Sequence[Event]) -> None:
    """A canary came through, in time or late."""
    for event, p in payloads_of(events, CanaryPassed):
        values = {"verdict": p.verdict, "orders": list(p.orders), "ended_at": event.occurred_at}
        _change(connection, canaries, p.canary, state="passed", **values)


@projects(CanaryLost)
def canary_lost(connection: Connection, events: Sequence[Event]) -> None:
    """A canary did not come through; one that stands before a person may still."""
    for event, p in payloads_of(events, CanaryLost):
        _change(connection, canaries, p.canary, state="lost", lost_step=p.step, ended_at=event.occurred_at)


@projects(FindingRaised)
def raised(connection: Connection, events: Sequence[Event]) -> None:
    """A finding is open."""
    connection.execute(
        insert(findings),
        [
            {"id": p.finding, "raised_at": event.occurred_at, **p.model_dump(exclude={"finding"})}
            for event, p in payloads_of(events, FindingRaised)
        ],
    )


@projects(FindingClosed)
def finding_closed(connection: Connection, events: Sequence[Event]) -> None:
    """A finding is closed."""
    for event, p in payloads_of(events, FindingClosed):
        values = {"closed_at": event.occurred_at, "closed_by": event.actor, "reason": p.reason}
        _change(connection, findings, p.finding, **values)


@projects(TrainingRecorded)
def training_recorded(connection: Connection, events: Sequence[Event]) -> None:
    """A person is trained."""
    connection.execute(
        insert(trainings),
        [
            {
                "id": p.training,
                "person": p.person,
                "course": p.course,
                "layers": list(p.layers),
                "valid_from": p.valid_from,
                "valid_until": p.valid_until,
                "recorded_by": event.actor,
                "recorded_at": event.occurred_at,
            }
            for event, p in payloads_of(events, TrainingRecorded)
        ],
    )


@projects(TrainingWithdrawn)
def training_withdrawn(connection: Connection, events: Sequence[Event]) -> None:
    """A training counts no more."""
    for event, p in payloads_of(events, TrainingWithdrawn):
        _change(connection, trainings, p.training, withdrawn_at=event.occurred_at)


@projects(RecallMeasured)
def recall_measured(connection: Connection, events: Sequence[Event]) -> None:
    """A run and its rows."""
    for event, p in payloads_of(events, RecallMeasured):
        connection.execute(
            insert(recall_runs).values(
                id=p.run, at=event.occurred_at, actor=event.actor, pictures=p.pictures, seed=p.seed
            )
        )
        if p.rows:
            connection.execute(insert(recall_rows), [{"run_id": p.run, **row.model_dump()} for row in p.rows])


def _planted(connection: Connection, case: str, item: str, source: tuple[str, str], excluded: Iterable[str]) -> None:
    connection.execute(
        insert(plantings).values(case_id=case, item_id=item, source_case=source[0], source_item=source[1])
    )
    rows = [{"case_id": case, "person": person} for person in excluded]
    if rows:
        connection.execute(insert(review_exclusions), rows)


def _change(connection: Connection, table: Table, row: str, **values: object) -> None:
    connection.execute(update(table).where(table.c.id == row).values(**values))
