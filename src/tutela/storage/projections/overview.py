"""What the overview counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from tutela.events.catalogue.casework import CaseClosed, CaseReopened, ItemDecided
from tutela.events.catalogue.intake import CaseOpened, ItemFlagged, ItemSeenAgain
from tutela.events.catalogue.redress import ComplaintDecided, ComplaintLodged
from tutela.events.catalogue.referral import ReferralFiled
from tutela.events.envelope import Event
from tutela.statistics.overview.counts import Counted, bucket, decision_count
from tutela.storage import schema
from tutela.storage.projections.counting import OfDay, OfTechnology, One, counts
from tutela.storage.projections.projector import payloads_of

_PART = 500


@counts(CaseOpened)
def opened(connection: Connection, events: Sequence[Event]) -> Iterator[One]:  # noqa: ARG001
    """A case comes in."""
    for event, payload in payloads_of(events, CaseOpened):
        if payload.planted is None:
            yield OfDay(event.occurred_at.date(), payload.service, payload.layer, Counted.CASES_OPENED)


@counts(ItemFlagged)
def flagged(connection: Connection, events: Sequence[Event]) -> Iterator[One]:
    """An item comes in."""
    cases = _cases(connection, [event.subject for event in events])
    for event, payload in payloads_of(events, ItemFlagged):
        if event.subject in cases:
            yield OfDay(event.occurred_at.date(), payload.service, payload.layer, Counted.ITEMS_FLAGGED)


@counts(ItemSeenAgain, CaseClosed, CaseReopened, ComplaintLodged, ComplaintDecided, ReferralFiled)
def of_cases(connection: Connection, events: Sequence[Event]) -> Iterator[One]:
    """What counts by its case."""
    cases = _cases(connection, [event.subject for event in events])
    for event in events:
        if (case := cases.get(event.subject)) is not None:
            yield OfDay(event.occurred_at.date(), case.service, case.layer, _name(event))


@counts(ItemDecided)
def decided(connection: Connection, events: Sequence[Event]) -> Iterator[One]:
    """A decision counts with the time that its item waited, and on the account of each technology that flagged it."""
    items, detections, cases = schema.case_items, schema.detections, schema.cases
    found = payloads_of(events, ItemDecided)
    ids = [payload.item for _, payload in found]
    flagged_items: dict[str, Row[Any]] = {}
    technologies: dict[str, set[tuple[str, str]]] = {}
    for start in range(0, len(ids), _PART):
        part = ids[start : start + _PART]
        query = (
            select(items.c.id, items.c.service, items.c.layer, items.c.flagged_at)
            .join(cases, cases.c.id == items.c.case_id)
            .where(items.c.id.in_(part), cases.c.planted.is_(None))
        )
        flagged_items.update({row.id: row for row in connection.execute(query)})
        of_items = select(detections.c.item_id, detections.c.technology, detections.c.version)
        for row in connection.execute(of_items.where(detections.c.item_id.in_(part)).distinct()):
            technologies.setdefault(row.item_id, set()).add((row.technology, row.version))
    for event, payload in found:
        item = flagged_items.get(payload.item)
        if item is None:
            continue
        day, name = event.occurred_at.date(), decision_count(payload.verdict, payload.ground)
        yield OfDay(day, item.service, item.layer, name)
        yield OfDay(day, item.service, item.layer, bucket(event.occurred_at - item.flagged_at))
        for technology, version in technologies.get(payload.item, ()):
            yield OfTechnology(day, technology, version, name)


def _cases(connection: Connection, ids: Sequence[str]) -> dict[str, Row[Any]]:
    table = schema.cases
    wanted = sorted(set(ids))
    found: dict[str, Row[Any]] = {}
    for start in range(0, len(wanted), _PART):
        query = select(table.c.id, table.c.service, table.c.layer).where(
            table.c.id.in_(wanted[start : start + _PART]), table.c.planted.is_(None)
        )
        found.update({row.id: row for row in connection.execute(query)})
    return found


def _name(event: Event) -> Counted:
    match event.payload:
        case ItemSeenAgain():
            return Counted.ITEMS_REPEATED
        case CaseClosed(end="confirmed"):
            return Counted.CASES_CONFIRMED
        case CaseClosed():
            return Counted.CASES_DISMISSED
        case CaseReopened():
            return Counted.CASES_REOPENED
        case ComplaintLodged():
            return Counted.COMPLAINTS_LODGED
        case ComplaintDecided(upheld=upheld):
            return Counted.COMPLAINTS_UPHELD if upheld else Counted.COMPLAINTS_REJECTED
        case ReferralFiled():
            return Counted.REPORTS_FILED
        case other:
            raise ValueError(f"{other.TYPE} counts nothing of a case")
