"""The quality of the work as people read it: counts of a period, findings, golden items, canaries, training."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, case, func, or_, select

from tutela.casework.quality.eligibility import Training
from tutela.casework.quality.findings import Key
from tutela.statistics.overview.counts import Counted
from tutela.statistics.quality.measures import (
    Counts,
    DecidedComplaint,
    GoldenDecision,
    RecallCount,
    RecallRun,
    TechnologyCount,
    TwoDecisions,
)
from tutela.storage import schema
from tutela.storage.database import Database
from tutela.storage.quality.quality_rows import training_of
from tutela.storage.schema.overview import technology_days
from tutela.storage.schema.quality import (
    canaries,
    findings,
    golden_items,
    golden_plantings,
    plantings,
    recall_rows,
    recall_runs,
    second_reviews,
    trainings,
)

MOST = 20_000
"""How many second reviews or golden decisions are read at most; the newest count."""


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding. Bounds are shares from 0 to 1."""

    id: str
    rule: str
    layer: str | None
    person: str | None
    technology: str | None
    edit: str | None
    cause: str | None
    numerator: int | None
    denominator: int | None
    low: float | None
    high: float | None
    bound: float | None
    raised_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    reason: str | None

    @property
    def key(self) -> Key:
        """What it is about."""
        return (self.rule, self.layer, self.person, self.technology, self.edit, self.cause)


@dataclass(frozen=True, slots=True)
class GoldenRow:
    """A golden item, how often it was planted, and how many of those were decided."""

    id: str
    truth: str
    classification: str | None
    kind: str
    added_by: str
    added_at: datetime
    retired_at: datetime | None
    planted: int
    decided: int


@dataclass(frozen=True, slots=True)
class CanaryRow:
    """A canary and what became of it. The case is told once it is over: until then it is one among others."""

    id: str
    state: str
    planted_at: datetime
    due_at: datetime
    ended_at: datetime | None
    lost_step: str | None
    verdict: str | None
    orders: tuple[str, ...]
    case_id: str | None


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A second review that is over or stands with a senior: what two said, and what holds."""

    id: str
    case_id: str
    layer: str
    state: str
    person: str
    verdict: str
    second_person: str | None
    second_verdict: str | None
    senior: str | None
    final_verdict: str | None
    settled_at: datetime | None


class QualityReader:
    """Reads the projections."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def evidence_of(self, case_id: str, item_id: str) -> tuple[str, str]:
        """Return under which case and item the evidence lies: a planted case has none of its own."""
        query = select(plantings.c.source_case, plantings.c.source_item).where(
            plantings.c.case_id == case_id, plantings.c.item_id == item_id
        )
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return (row.source_case, row.source_item) if row else (case_id, item_id)

    def kept(self) -> set[str]:
        """Return the golden items whose evidence is kept."""
        with self._database.read() as connection:
            return set(
                connection.execute(select(golden_items.c.id).where(golden_items.c.retired_at.is_(None))).scalars()
            )

    def counts(self, since: datetime, until: datetime) -> Counts:
        """Return what the record holds of a period, the end left out."""
        with self._database.read_one_moment() as connection:
            return Counts(
                pairs=_pairs(connection, since, until),
                golden=_golden(connection, since, until),
                complaints=_complaints(connection, since, until),
                technologies=_technologies(connection, since, until),
                recall=_recall(connection, until),
                lost_canaries=_lost(connection, since, until),
            )

    def waiting(self) -> dict[str, int]:
        """Return how many second reviews wait for their second person, and for a senior. Which ones is not told."""
        table = second_reviews
        query = select(table.c.state, func.count()).where(table.c.state.in_(("waiting", "disagreed")))
        with self._database.read() as connection:
            found = {row[0]: int(row[1]) for row in connection.execute(query.group_by(table.c.state))}
        return {state: found.get(state, 0) for state in ("waiting", "disagreed")}

    def disagreements(self, since: datetime, until: datetime, limit: int) -> list[ReviewRow]:
        """Return the settled second reviews whose two people disagreed, newest first."""
        t = second_reviews
        query = (
            select(t)
            .where(
                t.c.second_at >= since,
                t.c.second_at < until,
                t.c.second_verdict != t.c.verdict,
                t.c.state.in_(("upheld", "changed")),
            )
            .order_by(t.c.second_at.desc(), t.c.id.desc())
            .limit(limit)
        )
        with self._database.read() as connection:
            return [
                ReviewRow(
                    r.id,
                    r.case_id,
                    r.layer,
                    r.state,
                    r.person,
                    r.verdict,
                    r.second_person,
                    r.second_verdict,
                    r.senior,
                    r.final_verdict,
                    r.settled_at,
                )
                for r in connection.execute(query)
            ]

    def findings(self, *, closed: bool, limit: int) -> list[FindingRow]:
        """Return findings that are open, or closed, newest first."""
        query = select(findings).where(findings.c.closed_at.is_not(None) if closed else findings.c.closed_at.is_(None))
        newest = findings.c.closed_at.desc() if closed else findings.c.raised_at.desc()
        with self._database.read() as connection:
            return [_finding(row) for row in connection.execute(query.order_by(newest, findings.c.id).limit(limit))]

    def closed_since(self, since: datetime) -> list[FindingRow]:
        """Return the findings closed since then."""
        with self._database.read() as connection:
            return [_finding(row) for row in connection.execute(select(findings).where(findings.c.closed_at >= since))]

    def newest_recall_at(self) -> datetime | None:
        """Return when recall was measured last."""
        with self._database.read() as connection:
            return connection.execute(select(func.max(recall_runs.c.at))).scalar()

    def golden(self, limit: int) -> list[GoldenRow]:
        """Return the golden items, newest first, those that can be planted before the retired."""
        items, planted = schema.case_items, golden_plantings
        mine = select(func.count()).select_from(planted).where(planted.c.golden_id == golden_items.c.id)
        decided = (
            select(func.count())
            .select_from(planted.join(items, items.c.id == planted.c.item_id))
            .where(planted.c.golden_id == golden_items.c.id, items.c.decided_by.is_not(None))
        )
        query = select(golden_items, mine.scalar_subquery().label("planted"), decided.scalar_subquery().label("done"))
        first = case((golden_items.c.retired_at.is_(None), 0), else_=1)
        with self._database.read() as connection:
            return [
                GoldenRow(
                    r.id,
                    r.truth,
                    r.classification,
                    r.kind,
                    r.added_by,
                    r.added_at,
                    r.retired_at,
                    r.planted,
                    r.done,
                )
                for r in connection.execute(query.order_by(first, golden_items.c.added_at.desc()).limit(limit))
            ]

    def canaries(self, limit: int) -> list[CanaryRow]:
        """Return the canaries, newest first."""
        query = select(canaries).order_by(canaries.c.planted_at.desc(), canaries.c.id.desc()).limit(limit)
        with self._database.read() as connection:
            return [
                CanaryRow(
                    r.id,
                    r.state,
                    r.planted_at,
                    r.due_at,
                    r.ended_at,
                    r.lost_step,
                    r.verdict,
                    tuple(r.orders or ()),
                    r.case_id if r.state == "passed" else None,
                )
                for r in connection.execute(query)
            ]

    def trainings(self, limit: int) -> list[Training]:
        """Return the trainings that were not withdrawn, newest first."""
        query = select(trainings).where(trainings.c.withdrawn_at.is_(None))
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(trainings.c.valid_from.desc(), trainings.c.id).limit(limit))
            return [training_of(row) for row in rows]

    def trainings_of(self, person: str) -> list[Training]:
        """Return the trainings of a person."""
        with self._database.read() as connection:
            rows = connection.execute(select(trainings).where(trainings.c.person == person))
            return [training_of(row) for row in rows]


def _pairs(connection: Connection, since: datetime, until: datetime) -> list[TwoDecisions]:
    t = second_reviews
    query = (
        select(t)
        .where(t.c.second_at >= since, t.c.second_at < until, t.c.state != "withdrawn")
        .order_by(t.c.second_at.desc())
        .limit(MOST)
    )
    return [
        TwoDecisions(r.layer, r.person, r.verdict, r.second_person, r.second_verdict, r.final_verdict, r.share_ppm)
        for r in connection.execute(query)
    ]


def _golden(connection: Connection, since: datetime, until: datetime) -> list[GoldenDecision]:
    items, planted = schema.case_items, golden_plantings
    query = (
        select(items.c.decided_by, items.c.verdict, golden_items.c.truth)
        .join(planted, planted.c.item_id == items.c.id)
        .join(golden_items, golden_items.c.id == planted.c.golden_id)
        .where(planted.c.planted_at >= since, planted.c.planted_at < until, items.c.decided_by.is_not(None))
        .order_by(planted.c.planted_at.desc())
        .limit(MOST)
    )
    return [GoldenDecision(r.decided_by, r.truth, r.verdict) for r in connection.execute(query)]


def _complaints(connection: Connection, since: datetime, until: datetime) -> list[DecidedComplaint]:
    complaints, actions, items = schema.complaints, schema.actions, schema.case_items
    rests_on = or_(actions.c.item_id == items.c.id, and_(actions.c.item_id.is_(None), items.c.verdict != "not"))
    query = (
        select(complaints.c.id, complaints.c.upheld, items.c.decided_by)
        .join(actions, actions.c.id == complaints.c.action_id)
        .join(items, and_(items.c.case_id == actions.c.case_id, rests_on))
        .where(complaints.c.decided_at >= since, complaints.c.decided_at < until, items.c.decided_by.is_not(None))
        .distinct()
    )
    return [DecidedComplaint(r.decided_by, bool(r.upheld)) for r in connection.execute(query)]


def _technologies(connection: Connection, since: datetime, until: datetime) -> list[TechnologyCount]:
    """Count by whole days (UTC), as the overview does: a decision that was taken anew counts again as it is now."""
    t = technology_days
    query = (
        select(t.c.technology, t.c.version, t.c.name, func.sum(t.c.value).label("value"))
        .where(t.c.day >= since.date(), t.c.day <= (until - timedelta(microseconds=1)).date())
        .group_by(t.c.technology, t.c.version, t.c.name)
    )
    found: dict[tuple[str, str], dict[str, int]] = {}
    for r in connection.execute(query):
        found.setdefault((r.technology, r.version), {})[r.name] = int(r.value)
    return [
        TechnologyCount(technology, version, sum(of.values()) - of.get(Counted.DECIDED_ERROR, 0), sum(of.values()))
        for (technology, version), of in sorted(found.items())
    ]


def _recall(connection: Connection, until: datetime) -> list[RecallRun]:
    query = (
        select(recall_runs).where(recall_runs.c.at < until).order_by(recall_runs.c.at.desc(), recall_runs.c.id.desc())
    )
    found = []
    for run in connection.execute(query.limit(2)).all():
        rows = connection.execute(
            select(recall_rows)
            .where(recall_rows.c.run_id == run.id)
            .order_by(recall_rows.c.technology, recall_rows.c.edit)
        )
        counts = tuple(RecallCount(r.edit, r.technology, r.version, r.found, r.of) for r in rows)
        found.append(RecallRun(run.id, run.at, run.pictures, counts))
    return found


def _lost(connection: Connection, since: datetime, until: datetime) -> list[str]:
    query = select(canaries.c.id).where(
        canaries.c.state == "lost", canaries.c.planted_at >= since, canaries.c.planted_at < until
    )
    return list(connection.execute(query.order_by(canaries.c.planted_at, canaries.c.id)).scalars())


def _finding(r: Any) -> FindingRow:
    return FindingRow(
        id=r.id,
        rule=r.rule,
        layer=r.layer,
        person=r.person,
        technology=r.technology,
        edit=r.edit,
        cause=r.cause,
        numerator=r.numerator,
        denominator=r.denominator,
        low=_share(r.low_ppm),
        high=_share(r.high_ppm),
        bound=_share(r.bound_ppm),
        raised_at=r.raised_at,
        closed_at=r.closed_at,
        closed_by=r.closed_by,
        reason=r.reason,
    )


def _share(ppm: int | None) -> float | None:
    return None if ppm is None else ppm / 1_000_000
