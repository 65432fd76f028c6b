"""Reads what can be told of a report before it is sent without opening the evidence."""

from __future__ import annotations

from sqlalchemy import Connection, and_, or_, select

from tutela.casework.case import CaseState
from tutela.events.catalogue.intake import ItemFlagged
from tutela.referral.cybertipline.actionable import Lack
from tutela.referral.cybertipline.foreseeing import Foreseen, foreseen_lacks
from tutela.referral.states import ReferralState
from tutela.storage import schema
from tutela.storage.database import Database
from tutela.storage.rows import events_about

LATEST = 60
"""How many items are looked at, the latest: those of one case have one sender, whom the latest names as he is now."""
_PENDING = [state.value for state in ReferralState if state.pending]


class Foresight:
    """What the report of a case would lack."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def lacks(self, case_id: str, person: str | None = None) -> tuple[Lack, ...] | None:
        """Return what the report would lack; None where none is to come.

        What still awaits a decision is taken as confirmed, and as viewed where `person` was shown any of it.
        """
        cases, referrals = schema.cases, schema.referrals
        with self._database.read_one_moment() as connection:
            state = connection.execute(select(cases.c.state).where(cases.c.id == case_id)).scalar()
            if state is None:
                return None
            pending = connection.execute(
                select(referrals.c.id).where(referrals.c.case_id == case_id, referrals.c.state.in_(_PENDING)).limit(1)
            ).first()
            if not CaseState(state).awaits_decision and pending is None:
                return None
            return foreseen_lacks(_items(connection, case_id, person))


def _items(connection: Connection, case_id: str, person: str | None) -> list[Foreseen]:
    events, items = schema.events, schema.case_items
    kept = and_(
        items.c.case_id == case_id, or_(items.c.verdict.is_(None), items.c.verdict != "not"), ~items.c.overturned
    )
    latest = select(items.c.id).where(kept).order_by(items.c.position.desc()).limit(LATEST)
    ids = set(connection.execute(latest).scalars())
    viewed = connection.execute(select(items.c.id).where(kept, items.c.viewed).limit(1)).first() is not None
    viewed = viewed or (person is not None and _shown(connection, ids, person))
    told = connection.execute(
        select(events.c.data)
        .where(events_about(case_id, ItemFlagged.TYPE))
        .order_by(events.c.sequence.desc())
        .limit(LATEST * 2)
    ).scalars()
    found = [
        Foreseen(data["sender"], data["sender_region"] != "unknown", viewed, frozenset(data.get("sender_known") or ()))
        for data in told
        if data["item"] in ids
    ]
    return found[::-1]


def _shown(connection: Connection, items: set[str], person: str) -> bool:
    views = schema.views
    query = select(views.c.id).where(
        views.c.item_id.in_(items), views.c.person == person, views.c.shown_at.is_not(None)
    )
    return connection.execute(query.limit(1)).first() is not None
