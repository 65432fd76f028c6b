"""Complaints, notices, deferrals and requests for access as people read them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from pydantic import BaseModel
from sqlalchemy import Row, Select, and_, func, or_, select

from tutela.casework import redress
from tutela.casework.evidence import EvidenceGone, EvidenceVault
from tutela.casework.reasons import Channel
from tutela.casework.redress_records import AuthorityRequest, CourtPaper, Words, paper_name, words_name
from tutela.events.obstacles import NotThere
from tutela.storage import schema
from tutela.storage.casework.complaint_rows import complaints_against, find_complaint
from tutela.storage.casework.standing import case_of, find_action
from tutela.storage.database import Database
from tutela.storage.redress.parties import parties_to
from tutela.storage.schema.notices import access_requests, deferrals, entry_doubts, notices

COUNTED = 1000
"""Above this many a page says "more than": counting on would take longer and tell no more."""
R = TypeVar("R", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class ComplaintLine:
    """A complaint with the action that it is against."""

    id: str
    case_id: str
    action_id: str
    action: str
    item_id: str | None
    channel: Channel
    via: str | None
    claim: str | None
    lodged_at: datetime
    upheld: bool | None
    reason: str | None
    decided_by: str | None
    decided_at: datetime | None
    event: str | None
    words: bool
    answer_event: str | None

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        kept = {k: v for k, v in asdict(self).items() if k not in ("event", "answer_event")}
        return {k: v.isoformat() if isinstance(v, datetime) else v for k, v in kept.items()}


@dataclass(frozen=True, slots=True)
class WrittenOf:
    """What was written about a complaint. None: nothing was, or it was erased with the case."""

    words: str | None
    paper: CourtPaper | None
    answer: str | None


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """A notice and where it stands. `link`: one stands."""

    about: str
    kind: str
    case_id: str
    action_id: str
    due_at: datetime
    issued_at: datetime | None
    language: str | None
    link: bool
    link_expires_at: datetime | None
    handed_over_at: datetime | None
    handed_over_in: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeferralLine:
    """A deferral; `paper` is the authority's request, gone with the evidence of the case."""

    id: str
    case_id: str
    authority: str
    begins: datetime
    ends: datetime
    author: str
    placed_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    how: str | None
    paper: AuthorityRequest | None


@dataclass(frozen=True, slots=True)
class AccessLine:
    """A request for access; `words` are the user's."""

    id: str
    case_id: str
    action_id: str
    via: str
    requested_at: datetime
    outcome: str | None
    answered_by: str | None
    answered_at: datetime | None
    words: str | None
    answer: str | None


@dataclass(frozen=True, slots=True)
class DoubtLine:
    """An entry that an upheld complaint speaks against."""

    complaint_id: str
    item_id: str
    entry_id: int
    same: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Overdue:
    """What stands longer than it may. Numbers of at most `COUNTED`."""

    waiting: int
    complaints: int
    access: int
    notices: int
    deferrals: int

    @property
    def anything(self) -> bool:
        """Whether somebody must do something now."""
        return any((self.complaints, self.access, self.notices, self.deferrals))


class RedressReader:
    """Reads the projections, and what was written from the vault."""

    def __init__(self, database: Database, vault: EvidenceVault) -> None:
        self._database = database
        self._vault = vault

    def waiting(self, limit: int, after: tuple[datetime, str] | None = None) -> list[ComplaintLine]:
        """Return complaints that wait, oldest first and so the overdue ones, after one of them if asked."""
        table = schema.complaints
        query = _complaints().where(table.c.upheld.is_(None)).order_by(table.c.lodged_at, table.c.id)
        if after is not None:
            query = query.where(
                or_(table.c.lodged_at > after[0], and_(table.c.lodged_at == after[0], table.c.id > after[1]))
            )
        return self._lines(query.limit(limit))

    def decided(self, limit: int) -> list[ComplaintLine]:
        """Return the complaints that were decided last, newest first."""
        table = schema.complaints
        query = _complaints().where(table.c.decided_at.is_not(None))
        return self._lines(query.order_by(table.c.decided_at.desc(), table.c.id.desc()).limit(limit))

    def complaint(self, complaint_id: str) -> ComplaintLine:
        """Return a complaint; raises LookupError."""
        found = self._lines(_complaints().where(schema.complaints.c.id == complaint_id))
        if not found:
            raise NotThere("there is no complaint %(complaint)s", complaint=complaint_id)
        return found[0]

    def of_action(self, action_id: str) -> list[ComplaintLine]:
        """Return the complaints against an action, oldest first."""
        table = schema.complaints
        return self._lines(_complaints().where(table.c.action_id == action_id).order_by(table.c.lodged_at, table.c.id))

    def of_case(self, case_id: str) -> list[ComplaintLine]:
        """Return the complaints of a case, oldest first."""
        table = schema.complaints
        return self._lines(_complaints().where(table.c.case_id == case_id).order_by(table.c.lodged_at, table.c.id))

    def barred(self, complaint_id: str) -> frozenset[str]:
        """Return who may not decide a complaint, as it stands. Raises LookupError."""
        with self._database.read() as connection:
            complaint = find_complaint(connection, complaint_id)
            action = find_action(connection, complaint.action)
            items = [item.id for item in redress.concerned(case_of(connection, action.case), action)]
            return redress.barred(
                complaint,
                parties=parties_to(connection, action, items),
                earlier=complaints_against(connection, action.id),
            )

    def written(self, complaint: ComplaintLine) -> WrittenOf:
        """Return what was written about a complaint."""
        judicial = complaint.channel == "judicial"
        words = paper = None
        if complaint.words and complaint.event and judicial:
            paper = self._record(CourtPaper, complaint.case_id, paper_name(complaint.event))
        elif complaint.words and complaint.event:
            words = self._words(complaint.case_id, complaint.event)
        answer = self._words(complaint.case_id, complaint.answer_event) if complaint.answer_event else None
        return WrittenOf(words, paper, answer)

    def doubts(self, complaint_id: str) -> list[DoubtLine]:
        """Return the entries that a complaint speaks against."""
        return self._doubts(select(entry_doubts).where(entry_doubts.c.complaint_id == complaint_id))

    def times(self, first: datetime, end: datetime, channel: Channel) -> list[timedelta]:
        """Return how long each complaint of a channel took, in whole seconds, that was decided then.

        From `first` to before `end`.
        """
        table = schema.complaints
        query = select(table.c.took).where(
            table.c.decided_at >= first, table.c.decided_at < end, table.c.channel == channel
        )
        with self._database.read() as connection:
            return [timedelta(seconds=took) for took in connection.execute(query).scalars()]

    def notice(self, about: str) -> NoticeLine | None:
        """Return the notice about an action, a complaint or a request, if there is anything to tell."""
        with self._database.read() as connection:
            row = connection.execute(select(notices).where(notices.c.about == about)).one_or_none()
        return _notice(row) if row is not None else None

    def notices_of_case(self, case_id: str) -> list[NoticeLine]:
        """Return the notices of a case, oldest first."""
        query = select(notices).where(notices.c.case_id == case_id).order_by(notices.c.due_at, notices.c.about)
        with self._database.read() as connection:
            return [_notice(row) for row in connection.execute(query)]

    def notices_to_hand_over(self, limit: int) -> list[NoticeLine]:
        """Return notices that were issued and that the platform did not take, oldest first."""
        query = select(notices).where(notices.c.issued_at.is_not(None), notices.c.handed_over_at.is_(None))
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(notices.c.issued_at, notices.c.about).limit(limit)).all()
        return [_notice(row) for row in rows]

    def deferrals_of_case(self, case_id: str) -> list[DeferralLine]:
        """Return the deferrals of a case, newest first."""
        query = select(deferrals).where(deferrals.c.case_id == case_id)
        return self._deferrals(query.order_by(deferrals.c.placed_at.desc(), deferrals.c.id.desc()))

    def standing_deferrals(self, limit: int) -> list[DeferralLine]:
        """Return deferrals that have not ended, those that end first before the others."""
        query = select(deferrals).where(deferrals.c.ended_at.is_(None))
        return self._deferrals(query.order_by(deferrals.c.ends, deferrals.c.id).limit(limit))

    def access_waiting(self, limit: int) -> list[AccessLine]:
        """Return requests for access that wait, oldest first."""
        table = access_requests
        query = select(table).where(table.c.answered_at.is_(None)).order_by(table.c.requested_at, table.c.id)
        return self._access(query.limit(limit))

    def access_of_action(self, action_id: str) -> list[AccessLine]:
        """Return the requests for access after a suspension, oldest first."""
        table = access_requests
        query = select(table).where(table.c.action_id == action_id).order_by(table.c.requested_at, table.c.id)
        return self._access(query)

    def access(self, request_id: str) -> AccessLine:
        """Return a request for access; raises LookupError."""
        found = self._access(select(access_requests).where(access_requests.c.id == request_id))
        if not found:
            raise NotThere("there is no request for access %(request)s", request=request_id)
        return found[0]

    def overdue(
        self, now: datetime, decide: timedelta, access: timedelta, hand_over: timedelta, issue: timedelta
    ) -> Overdue:
        """Return how much waits, and how much of it for longer than the limits say.

        A complaint with a court waits for the court and is never overdue here.
        """
        c, a = schema.complaints, access_requests
        standing = select(deferrals.c.case_id).where(deferrals.c.ended_at.is_(None))
        late_to_issue = and_(
            notices.c.issued_at.is_(None), notices.c.due_at < now - issue, notices.c.case_id.not_in(standing)
        )
        late_to_hand_over = and_(
            notices.c.issued_at.is_not(None), notices.c.handed_over_at.is_(None), notices.c.issued_at < now - hand_over
        )
        wanted = (
            select(c.c.id).where(c.c.upheld.is_(None)),
            select(c.c.id).where(c.c.upheld.is_(None), c.c.channel == "internal", c.c.lodged_at < now - decide),
            select(a.c.id).where(a.c.answered_at.is_(None), a.c.requested_at < now - access),
            select(notices.c.about).where(late_to_issue),
            select(notices.c.about).where(late_to_hand_over),
            select(deferrals.c.id).where(deferrals.c.ended_at.is_(None), deferrals.c.ends < now - issue),
        )
        with self._database.read() as connection:
            numbers = [
                connection.execute(select(func.count()).select_from(query.limit(COUNTED).subquery())).scalar_one()
                for query in wanted
            ]
        return Overdue(numbers[0], numbers[1], numbers[2], min(COUNTED, numbers[3] + numbers[4]), numbers[5])

    def _lines(self, query: Select[Any]) -> list[ComplaintLine]:
        with self._database.read() as connection:
            return [_complaint(row) for row in connection.execute(query)]

    def _doubts(self, query: Select[Any]) -> list[DoubtLine]:
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(entry_doubts.c.entry_id, entry_doubts.c.item_id)).all()
        return [DoubtLine(r.complaint_id, r.item_id, r.entry_id, r.same, r.at) for r in rows]

    def _deferrals(self, query: Select[Any]) -> list[DeferralLine]:
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return [
            DeferralLine(
                r.id, r.case_id, r.authority, r.begins, r.ends, r.author, r.placed_at, r.ended_at, r.ended_by, r.how,
                self._record(AuthorityRequest, r.case_id, paper_name(r.event)),
            )
            for r in rows
        ]  # fmt: skip

    def _access(self, query: Select[Any]) -> list[AccessLine]:
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return [
            AccessLine(
                id=r.id,
                case_id=r.case_id,
                action_id=r.action_id,
                via=r.via,
                requested_at=r.requested_at,
                outcome=r.outcome,
                answered_by=r.answered_by,
                answered_at=r.answered_at,
                words=self._words(r.case_id, r.event) if r.words else None,
                answer=self._words(r.case_id, r.answer_event) if r.answer_event else None,
            )
            for r in rows
        ]

    def _words(self, case: str, event: str) -> str | None:
        record = self._record(Words, case, words_name(event))
        return record.text if record is not None else None

    def _record(self, model: type[R], case: str, name: str) -> R | None:
        try:
            return model.model_validate_json(self._vault.get(case, name))
        except EvidenceGone:
            return None


def _complaints() -> Select[Any]:
    table, actions = schema.complaints, schema.actions
    return select(table, actions.c.kind.label("action"), actions.c.item_id).join(
        actions, actions.c.id == table.c.action_id
    )


def _complaint(row: Row[Any]) -> ComplaintLine:
    return ComplaintLine(
        id=row.id,
        case_id=row.case_id,
        action_id=row.action_id,
        action=row.action,
        item_id=row.item_id,
        channel=row.channel,
        via=row.via,
        claim=row.claim,
        lodged_at=row.lodged_at,
        upheld=row.upheld,
        reason=row.reason,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        event=row.event,
        words=row.words,
        answer_event=row.answer_event,
    )


def _notice(row: Row[Any]) -> NoticeLine:
    return NoticeLine(
        about=row.about,
        kind=row.kind,
        case_id=row.case_id,
        action_id=row.action_id,
        due_at=row.due_at,
        issued_at=row.issued_at,
        language=row.language,
        link=row.link is not None,
        link_expires_at=row.link_expires_at,
        handed_over_at=row.handed_over_at,
        handed_over_in=tuple(row.handed_over_in.split()),
    )
