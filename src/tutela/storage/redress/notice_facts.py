"""What a notice tells, gathered from the records when it is read."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from tutela.casework.notice_texts import AccessFacts, ActionFacts, ComplaintFacts, NoticeFacts, NoticeText, render
from tutela.casework.notices import Notice
from tutela.casework.reasons import Reason
from tutela.casework.redress_policy import RedressPolicy
from tutela.events.catalogue.intake import ItemFlagged
from tutela.events.catalogue.notices import NoticeKind
from tutela.events.obstacles import NotThere
from tutela.regimes.permission import NO_DEROGATION_NEEDED, OtherGround
from tutela.regimes.regime import RegimeTable
from tutela.storage import schema
from tutela.storage.database import Database
from tutela.storage.redress.redress_reader import RedressReader
from tutela.storage.rows import events_about
from tutela.storage.schema.notices import notices


class NoticeSource:
    """Reads the facts of a notice."""

    def __init__(
        self, database: Database, reader: RedressReader, regimes: RegimeTable, other_ground: OtherGround | None
    ) -> None:
        self._database = database
        self._reader = reader
        self._regimes = {regime.id: regime.title for regime in regimes.regimes}
        self._other = {other_ground.id: other_ground.text} if other_ground else {}

    def __call__(
        self, kind: NoticeKind, about: str, action_id: str, url: str | None = None, until: datetime | None = None
    ) -> NoticeFacts:
        """Return what a notice tells; raises LookupError for what is not on record."""
        action = self.action(action_id)
        if kind == "complaint_decided":
            line = self._reader.complaint(about)
            if line.upheld is None or line.decided_at is None or line.reason is None:
                raise NotThere("the complaint %(about)s is not decided", about=about)
            answer = self._reader.written(line).answer or ""
            complaint = ComplaintFacts(line.lodged_at, line.decided_at, line.upheld, Reason(line.reason), answer)
            return NoticeFacts(kind, action, complaint=complaint)
        if kind == "access_answered":
            request = self._reader.access(about)
            if request.outcome is None or request.answered_at is None:
                raise NotThere("the request %(about)s is not answered", about=about)
            access = AccessFacts(
                request.requested_at,
                request.answered_at,
                request.outcome,  # type: ignore[arg-type]
                request.answer or "",
            )
            return NoticeFacts(kind, action, access=access)
        return NoticeFacts(kind, action, url=url, until=until)

    def text(self, notice: Notice, token: str | None, policy: RedressPolicy, language: str) -> NoticeText:
        """Return the text of a notice, with its link in that language if one stands. Raises LookupError."""
        url = f"{policy.address}/redress/{token}?language={language}" if token else None
        facts = self(notice.kind, notice.about, notice.action, url, notice.link_expires_at)
        return render(facts, policy, language)

    def action(self, action_id: str) -> ActionFacts:
        """Return what is told of an action that was carried out; raises LookupError."""
        with self._database.read() as connection:
            actions, items, cases = schema.actions, schema.case_items, schema.cases
            row = connection.execute(
                select(actions, cases.c.service, notices.c.due_at)
                .join(cases, cases.c.id == actions.c.case_id)
                .join(notices, notices.c.about == actions.c.id)
                .where(actions.c.id == action_id)
            ).one_or_none()
            if row is None:
                raise NotThere("there is no action %(action)s that was carried out", action=action_id)
            query = select(items).where(items.c.case_id == row.case_id).order_by(items.c.position)
            if row.item_id is not None:
                query = query.where(items.c.id == row.item_id)
            found = connection.execute(query).all()
            name = connection.execute(
                select(schema.services.c.name).where(schema.services.c.id == row.service)
            ).scalar()
            regime = _regime(connection, row.case_id, [item.id for item in found])
        confirmed = [item for item in found if item.verdict not in (None, "not")]
        law, title = self._law(regime)
        return ActionFacts(
            kind=row.kind,
            service=name or row.service,
            done_at=row.due_at,
            undone=row.state in ("reversal_ordered", "reversed"),
            item_kind=found[0].kind if row.item_id is not None else None,
            verdict=found[0].verdict if row.item_id is not None else None,
            viewed=bool(confirmed) and all(item.viewed for item in confirmed),
            law=law,  # type: ignore[arg-type]
            regime=title,
            regime_id=regime or "",
        )

    def _law(self, regime: str | None) -> tuple[str, str]:
        if regime in self._regimes:
            return "derogation", self._regimes[str(regime)]
        if regime is None or regime == NO_DEROGATION_NEEDED:
            return "none", ""
        return "other", self._other.get(regime, regime)


def _regime(connection: Connection, case: str, items: list[str]) -> str | None:
    table = schema.events
    query = select(table.c.data).where(events_about(case, ItemFlagged.TYPE))
    regimes = [row.data["regime"] for row in connection.execute(query) if row.data["item"] in items]
    # One that needed the derogation is what the user must hear of, whatever else is in the case.
    return next((regime for regime in regimes if regime != NO_DEROGATION_NEEDED), regimes[0] if regimes else None)
