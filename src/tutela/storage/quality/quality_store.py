"""The quality of the work, read for a change."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import func, select

from tutela.access.roles import Permission, Person, Role
from tutela.casework.case import CaseState
from tutela.casework.quality.canary import Canary, CanaryState
from tutela.casework.quality.eligibility import Training
from tutela.casework.quality.findings import Key
from tutela.casework.quality.golden import GoldenItem
from tutela.casework.quality.planting import Likeness
from tutela.casework.quality.ports import KnownFinding, OpenedCase
from tutela.casework.quality.second_review import FirstDecision, ReviewState, SecondReview
from tutela.casework.queues import Lane
from tutela.events.catalogue.casework import CaseClosed, ItemDecided
from tutela.events.catalogue.intake import CaseOpened, DetectionRecorded, ItemFlagged
from tutela.events.catalogue.review import CaseMarkedUrgent, CaseUrgencyLifted
from tutela.events.envelope import SYSTEM, Event
from tutela.events.obstacles import NotThere
from tutela.storage import schema
from tutela.storage.casework.case_reader import case_row
from tutela.storage.casework.case_store import CaseStore
from tutela.storage.database import upserting
from tutela.storage.quality.quality_rows import training_of
from tutela.storage.schema.quality import (
    canaries,
    findings,
    golden_items,
    golden_plantings,
    quality_marks,
    second_reviews,
    trainings,
)
from tutela.storage.schema.review import claims

_AT_A_TIME = 500


class QualityStore(CaseStore):
    """Implements casework.quality.ports.QualityUnit."""

    def mark(self, name: str) -> datetime | None:
        """Return up to when the record was followed."""
        query = select(quality_marks.c.at).where(quality_marks.c.name == name)
        return self._connection.execute(query).scalar()

    def set_mark(self, name: str, at: datetime) -> None:
        """Remember it."""
        statement = upserting(self._connection, quality_marks).values(name=name, at=at)
        self._connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"at": at}))

    def undrawn(self, since: datetime) -> list[FirstDecision]:
        """Return the decisions of ordinary cases closed since then on items that were never drawn."""
        found: list[FirstDecision] = []
        for case in self._subjects(CaseClosed.TYPE, since):
            rows = self._connection.execute(
                select(schema.case_items, schema.cases.c.escalated_by)
                .join(schema.cases, schema.cases.c.id == schema.case_items.c.case_id)
                .where(
                    schema.case_items.c.case_id == case,
                    schema.cases.c.planted.is_(None),
                    schema.cases.c.closed_at.is_not(None),
                    schema.case_items.c.verdict.is_not(None),
                    schema.case_items.c.id.not_in(
                        select(second_reviews.c.item_id).where(second_reviews.c.case_id == case)
                    ),
                )
            ).all()
            if not rows:
                continue
            decisions = {e.payload.item: e for e in self._decisions(case) if isinstance(e.payload, ItemDecided)}
            marks = list(self._log.read(subject=case, types=[CaseMarkedUrgent.TYPE, CaseUrgencyLifted.TYPE]))
            for row in rows:
                event = decisions[row.id]
                said = cast(ItemDecided, event.payload)
                before = [e for e in marks if e.sequence < event.sequence]
                urgent = bool(before) and isinstance(before[-1].payload, CaseMarkedUrgent)
                know = self.seen_by(case, row.id) | ({row.escalated_by} if row.escalated_by else set())
                found.append(
                    FirstDecision(event.id, case, row.id, event.actor, said.verdict, row.layer, urgent, frozenset(know))
                )
        return found

    def opened(self, since: datetime) -> list[OpenedCase]:
        """Return the ordinary cases opened since then after which nothing was planted."""
        events = schema.events
        query = (
            select(events.c.id, events.c.subject)
            .join(schema.cases, schema.cases.c.id == events.c.subject)
            .where(
                events.c.type == CaseOpened.TYPE,
                events.c.occurred_at >= since,
                schema.cases.c.planted.is_(None),
                ~select(golden_plantings.c.case_id).where(golden_plantings.c.cause == events.c.id).exists(),
            )
            .order_by(events.c.sequence)
        )
        return [OpenedCase(row.id, row.subject) for row in self._connection.execute(query)]

    def likeness(self, case_id: str, item_id: str | None = None) -> Likeness | None:
        """Return what a case looks like by one of its items, or by its first."""
        flagged: ItemFlagged | None = None
        actor = SYSTEM
        detections: list[DetectionRecorded] = []
        for event in self._log.read(subject=case_id, types=[ItemFlagged.TYPE, DetectionRecorded.TYPE]):
            payload = event.payload
            if isinstance(payload, ItemFlagged) and flagged is None and item_id in (None, payload.item):
                flagged, actor = payload, event.actor
            elif isinstance(payload, DetectionRecorded) and flagged is not None and payload.item == flagged.item:
                detections.append(payload)
        if flagged is None:
            return None
        return Likeness(
            service=flagged.service,
            named=flagged.sender is not None,
            regime=flagged.regime,
            kind=flagged.kind,
            region=flagged.region,
            layer=flagged.layer,
            detections=tuple(detections),
            actor=actor,
        )

    def second_reviews(self, *states: str) -> list[SecondReview]:
        """Return the second reviews in these states, oldest first."""
        query = select(second_reviews).where(second_reviews.c.state.in_(states))
        rows = self._connection.execute(query.order_by(second_reviews.c.drawn_at, second_reviews.c.id))
        return [
            SecondReview(
                id=r.id,
                case=r.case_id,
                item=r.item_id,
                decision=r.decision_id,
                person=r.person,
                verdict=r.verdict,
                planted_case=r.planted_case,
                planted_item=r.planted_item,
                state=ReviewState(r.state),
                second_person=r.second_person,
                second_verdict=r.second_verdict,
                senior_case=r.senior_case,
                senior_item=r.senior_item,
            )
            for r in rows
        ]

    def decision(self, case_id: str, item_id: str) -> Event | None:
        """Return the newest `item.decided` on an item of a case."""
        found = [
            e for e in self._decisions(case_id) if isinstance(e.payload, ItemDecided) and e.payload.item == item_id
        ]
        return found[-1] if found else None

    def escalated_by(self, case_id: str) -> str | None:
        """Return who escalated a case."""
        query = select(schema.cases.c.escalated_by).where(schema.cases.c.id == case_id)
        return self._connection.execute(query).scalar()

    def seen_by(self, case_id: str, item_id: str) -> frozenset[str]:
        """Return to whom an item was shown."""
        views = schema.views
        query = select(views.c.person).where(
            views.c.case_id == case_id, views.c.item_id == item_id, views.c.shown_at.is_not(None)
        )
        return frozenset(self._connection.execute(query.distinct()).scalars())

    def golden_items(self) -> list[GoldenItem]:
        """Return the golden items that can be planted."""
        rows = self._connection.execute(select(golden_items).where(golden_items.c.retired_at.is_(None))).all()
        return [self._golden(row) for row in rows]

    def golden_item(self, golden: str) -> GoldenItem:
        """Return a golden item; raises LookupError."""
        row = self._connection.execute(select(golden_items).where(golden_items.c.id == golden)).one_or_none()
        if row is None:
            raise NotThere("there is no golden item %(golden)s", golden=golden)
        return self._golden(row)

    def _golden(self, row: Any) -> GoldenItem:
        items, planted = schema.case_items, golden_plantings
        mine = planted.c.golden_id == row.id
        known = select(items.c.decided_by).join(planted, planted.c.item_id == items.c.id)
        return GoldenItem(
            id=row.id,
            truth=row.truth,
            classification=row.classification,
            kind=row.kind,
            planted=self._connection.execute(select(func.count()).select_from(planted).where(mine)).scalar_one(),
            known_to=frozenset(
                self._connection.execute(known.where(mine, items.c.decided_by.is_not(None)).distinct()).scalars()
            ),
            retired=row.retired_at is not None,
        )

    def deciders(self) -> list[Person]:
        """Return who may decide on cases."""
        people = schema.people
        query = select(people.c.id, people.c.name, people.c.roles).where(people.c.active).order_by(people.c.id)
        rows = self._connection.execute(query)
        found = [Person(row.id, row.name, frozenset(Role(role) for role in row.roles)) for row in rows]
        return [person for person in found if Permission.DECIDE in person.permissions]

    def lane(self, case_id: str) -> Lane:
        """Return the lane of a case as it was opened."""
        row = case_row(self._connection, case_id)
        return Lane(CaseState.OPEN, row.severity, row.layer, row.service)

    def untaken(self, before: datetime, now: datetime) -> list[str]:
        """Return the golden and second cases opened before, which wait and on which nobody works."""
        cases = schema.cases
        taken = select(claims.c.case_id).where(claims.c.case_id == cases.c.id, claims.c.until > now).exists()
        query = select(cases.c.id).where(
            cases.c.planted.in_(["golden", "second"]),
            cases.c.state.in_([CaseState.OPEN.value, CaseState.ESCALATED.value]),
            cases.c.opened_at < before,
            ~taken,
        )
        return list(self._connection.execute(query.order_by(cases.c.opened_at, cases.c.id).limit(_AT_A_TIME)).scalars())

    def canaries(self, *states: str) -> list[Canary]:
        """Return the canaries in these states, oldest first; of the lost ones, those that may still come through."""
        query = (
            select(canaries)
            .where(canaries.c.state.in_(states), canaries.c.verdict.is_(None))
            .order_by(canaries.c.planted_at.desc(), canaries.c.id.desc())
            .limit(_AT_A_TIME)
        )
        rows = reversed(self._connection.execute(query).all())
        return [Canary(r.id, r.case_id, r.item_id, CanaryState(r.state), r.due_at) for r in rows]

    def last_canary_at(self) -> datetime | None:
        """Return when the newest canary was planted."""
        return self._connection.execute(select(func.max(canaries.c.planted_at))).scalar()

    def open_findings(self) -> list[Key]:
        """Return what open findings are about."""
        f = findings.c
        query = select(f.rule, f.layer, f.person, f.technology, f.edit, f.cause).where(f.closed_at.is_(None))
        return [(r.rule, r.layer, r.person, r.technology, r.edit, r.cause) for r in self._connection.execute(query)]

    def finding(self, finding: str) -> KnownFinding:
        """Return a finding; raises LookupError."""
        row = self._connection.execute(select(findings).where(findings.c.id == finding)).one_or_none()
        if row is None:
            raise NotThere("there is no finding %(finding)s", finding=finding)
        return KnownFinding(row.id, row.person, row.closed_at is not None)

    def training(self, training: str) -> Training:
        """Return a training; raises LookupError."""
        row = self._connection.execute(select(trainings).where(trainings.c.id == training)).one_or_none()
        if row is None:
            raise NotThere("there is no training %(training)s", training=training)
        return training_of(row)

    def _decisions(self, case_id: str) -> list[Event]:
        return list(self._log.read(subject=case_id, types=[ItemDecided.TYPE]))

    def _subjects(self, type_: str, since: datetime) -> list[str]:
        events = schema.events
        query = select(events.c.subject).where(events.c.type == type_, events.c.occurred_at >= since)
        return sorted(set(self._connection.execute(query).scalars()))
