"""What the clocks of cases depend on, from the projections."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from tutela.casework.case import CaseState
from tutela.casework.clocks import CaseFacts, Phase
from tutela.referral.states import ReferralState
from tutela.storage import schema
from tutela.storage.schema.retention import clocks, holds


def facts_of(connection: Connection, cases: Sequence[str]) -> dict[str, CaseFacts]:
    """Return the facts of at most some hundred cases that have a clock."""
    table, referrals, complaints = schema.cases, schema.referrals, schema.complaints
    query = (
        select(clocks.c.case_id, clocks.c.identified_at, clocks.c.regimes, table.c.state, table.c.closed_at)
        .join(table, table.c.id == clocks.c.case_id)
        .where(clocks.c.case_id.in_(list(cases)))
    )
    rows = connection.execute(query).all()
    wanted = [row.case_id for row in rows]
    if not wanted:
        return {}
    reports = defaultdict(list)
    for report in connection.execute(
        select(referrals.c.case_id, referrals.c.recipient, referrals.c.state, referrals.c.filed_at).where(
            referrals.c.case_id.in_(wanted)
        )
    ):
        reports[report.case_id].append(report)
    lodged = defaultdict(list)
    for complaint in connection.execute(
        select(complaints.c.case_id, complaints.c.upheld, complaints.c.decided_at).where(
            complaints.c.case_id.in_(wanted)
        )
    ):
        lodged[complaint.case_id].append(complaint)
    held: dict[str, datetime] = {}
    standing = select(holds.c.case_id, holds.c.until).where(holds.c.case_id.in_(wanted), holds.c.state == "standing")
    for hold in connection.execute(standing):
        held[hold.case_id] = max(hold.until, held.get(hold.case_id, hold.until))
    found: dict[str, CaseFacts] = {}
    for row in rows:
        filed: dict[str, datetime] = {}
        for report in reports[row.case_id]:
            if report.filed_at is not None:
                filed[report.recipient] = max(report.filed_at, filed.get(report.recipient, report.filed_at))
        decided = [c.decided_at for c in lodged[row.case_id] if c.decided_at is not None]
        found[row.case_id] = CaseFacts(
            phase=_phase(CaseState(row.state), [r.state for r in reports[row.case_id]]),
            identified_at=row.identified_at,
            regimes=tuple(row.regimes),
            decided_at=row.closed_at,
            reported=filed,
            complaint_open=any(c.upheld is None for c in lodged[row.case_id]),
            complaint_decided_at=max(decided, default=None),
            held_until=held.get(row.case_id),
        )
    return found


def _phase(state: CaseState, reports: list[str]) -> Phase:
    if state.is_under_way:
        return Phase.AWAITING
    if any(ReferralState(report).pending for report in reports):
        return Phase.UNREPORTED
    if state is CaseState.DISMISSED:
        return Phase.DISMISSED
    return Phase.REPORTED if ReferralState.FILED in reports else Phase.CONFIRMED
