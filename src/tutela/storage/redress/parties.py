"""Who had a part in what a complaint is against, read from the record."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache

from sqlalchemy import Connection, select

from tutela.casework.actions import Action
from tutela.events.catalogue.base import all_types
from tutela.events.catalogue.casework import CaseReopened
from tutela.events.catalogue.redress import ActionOrdered, ActionReversalOrdered
from tutela.events.envelope import SYSTEM
from tutela.storage import schema
from tutela.storage.rows import events_about
from tutela.storage.schema.quality import second_reviews


@cache
def judging_events() -> tuple[str, ...]:
    """Return the types of event in which somebody decides on an item, or says what they think of it."""
    return tuple(
        name
        for name, payload in all_types().items()
        if "item" in payload.model_fields and {"verdict", "opinion"} & set(payload.model_fields)
    )


def parties_to(connection: Connection, action: Action, items: Collection[str]) -> frozenset[str]:
    """Return all who ever had a part in an action that rests on these items.

    They decided on one of the items, gave an opinion or opened it again; met it as a second review or settled one;
    or ordered by hand what is done to the same item or account, or that it be undone. The tables hold the last
    decision alone, so this is read from the record.
    """
    found = {
        *_judges(connection, action.case, items),
        *_reviewers(connection, action.case, items),
        *_orderers(connection, action, items),
    }
    return frozenset(found - {SYSTEM})


def _judges(connection: Connection, case: str, items: Collection[str]) -> Iterator[str]:
    table = schema.events
    types = (*judging_events(), CaseReopened.TYPE)
    for row in connection.execute(select(table.c.actor, table.c.data).where(events_about(case, *types))):
        if {row.data.get("item"), *row.data.get("items", ())} & set(items):
            yield row.actor


def _reviewers(connection: Connection, case: str, items: Collection[str]) -> Iterator[str]:
    # A second review is met as a case of its own, and what was said in it stands there, settled or not.
    reviews = second_reviews
    drawn = select(reviews).where(reviews.c.case_id == case, reviews.c.item_id.in_(list(items)))
    for review in connection.execute(drawn).all():
        yield from filter(None, (review.second_person, review.senior))
        for planted, item in (
            (review.planted_case, review.planted_item),
            (review.senior_case, review.senior_item),
        ):
            if planted is not None:
                yield from _judges(connection, planted, [item])


def _orderers(connection: Connection, action: Action, items: Collection[str]) -> Iterator[str]:
    table = schema.events
    targets = {None, *items} if action.item is None else {action.item}
    actions: dict[str, str | None] = {}
    query = select(table.c.actor, table.c.data).where(
        events_about(action.case, ActionOrdered.TYPE, ActionReversalOrdered.TYPE)
    )
    for row in connection.execute(query.order_by(table.c.sequence)):
        ordered = row.data["action"]
        if "kind" in row.data:
            actions[ordered] = row.data["item"]
        if row.data.get("cause") == "senior" and actions.get(ordered) in targets:
            yield row.actor
