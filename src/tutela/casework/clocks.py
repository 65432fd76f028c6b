"""When the evidence of a case goes, and why. Pure: facts, the table of the law and the operator's policy in.

The policy says how long evidence is kept; a duty to preserve and an open complaint make it longer; the cap of the law
makes it shorter; a hold alone goes beyond the cap. Where a duty would go beyond the cap, both are shown, and the
policy says which one wins.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from tutela.regimes.permission import NO_DEROGATION_NEEDED
from tutela.regimes.retention import RetentionTable

Wins = Literal["cap", "duty"]


class Phase(StrEnum):
    """What of a case's course its clock runs from."""

    AWAITING = "awaiting"
    DISMISSED = "dismissed"
    UNREPORTED = "unreported"
    CONFIRMED = "confirmed"
    REPORTED = "reported"


class Reason(StrEnum):
    """What moved the end of a clock to where it is."""

    POLICY = "policy"
    COMPLAINT_OPEN = "complaint_open"
    COMPLAINT_DECIDED = "complaint_decided"
    DUTY = "duty"
    CAP = "cap"
    HOLD = "hold"


class RetentionPolicy(BaseModel):
    """How long the operator keeps evidence, in days. The law's caps and duties stand beside it.

    `conflict`: which one wins where a duty to preserve goes beyond the cap, and `conflict_reference` the note that the
    choice rests on, without which "duty" is refused.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    confirmed_days: int = Field(90, ge=1, le=36_500)
    dismissed_days: int = Field(14, ge=1, le=36_500)
    undecided_days: int = Field(365, ge=1, le=36_500)
    after_complaint_days: int = Field(30, ge=1, le=36_500)
    conflict: Wins = "cap"
    conflict_reference: str = Field("", max_length=200)

    @model_validator(mode="after")
    def _documented(self) -> RetentionPolicy:
        if self.conflict == "duty" and not self.conflict_reference.strip():
            raise ValueError('conflict = "duty" keeps evidence beyond the cap: name the note in conflict_reference')
        return self


class CaseFacts(BaseModel):
    """What the clock of a case depends on. Times are aware, in UTC.

    `regimes` are those its items were processed under; `reported` is when the last report to each recipient was filed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    phase: Phase
    identified_at: datetime
    regimes: tuple[str, ...] = ()
    decided_at: datetime | None = None
    reported: Mapping[str, datetime] = {}
    complaint_open: bool = False
    complaint_decided_at: datetime | None = None
    held_until: datetime | None = None


class Conflict(BaseModel):
    """That evidence must be kept for longer than it may be. `wins` says what the operator decided."""

    model_config = ConfigDict(frozen=True)
    duty: str
    duty_until: datetime
    cap: str
    cap_until: datetime
    wins: Wins


class Clock(BaseModel):
    """When the evidence goes. `rule` names what the end follows from, `reasons` everything that moved it."""

    model_config = ConfigDict(frozen=True)
    phase: Phase
    start: datetime
    due: datetime
    cap: datetime | None
    rule: str
    reasons: tuple[Reason, ...]
    conflicts: tuple[Conflict, ...]


def clock(facts: CaseFacts, table: RetentionTable, policy: RetentionPolicy) -> Clock:
    """Return the clock of a case.

    Without a hold it never ends after the cap, unless the policy lets a duty win. More time in the policy, a later
    report, a complaint or a hold never makes it end earlier.
    """
    start, days = _policy_of(facts, policy)
    due, rule, reasons = start + timedelta(days=days), f"policy:{facts.phase.value}", [Reason.POLICY]
    law = [regime for regime in facts.regimes if regime != NO_DEROGATION_NEEDED]
    cap = table.cap_of(law, facts.identified_at.date())
    cap_until = add_months(facts.identified_at, cap.months) if cap else None
    if facts.complaint_open:
        # Nobody knows yet when it is decided: to the cap, or for as long as what is undecided is kept.
        longest = cap_until or facts.identified_at + timedelta(days=policy.undecided_days)
        latest = max(longest, due) if cap_until is None else cap_until
        if latest > due:
            due, rule = latest, "policy:complaint"
        reasons.append(Reason.COMPLAINT_OPEN)
    elif facts.complaint_decided_at is not None:
        later = facts.complaint_decided_at + timedelta(days=policy.after_complaint_days)
        if later > due:
            due, rule = later, "policy:complaint"
            reasons.append(Reason.COMPLAINT_DECIDED)
    duty_id, duty_until = _duty(facts, table)
    conflicts: list[Conflict] = []
    if duty_until is not None and duty_until > due:
        due, rule = duty_until, duty_id
        reasons.append(Reason.DUTY)
    if cap is not None and cap_until is not None:
        if duty_until is not None and duty_until > cap_until:
            conflicts.append(Conflict(
                duty=duty_id, duty_until=duty_until, cap=cap.id, cap_until=cap_until, wins=policy.conflict
            ))  # fmt: skip
        limit, by = cap_until, cap.id
        if conflicts and policy.conflict == "duty" and duty_until is not None:
            limit, by = duty_until, duty_id
        if due > limit:
            due, rule = limit, by
            reasons.append(Reason.CAP)
    if facts.held_until is not None and facts.held_until > due:
        due, rule = facts.held_until, "hold"
        reasons.append(Reason.HOLD)
    return Clock(
        phase=facts.phase,
        start=start,
        due=due,
        cap=cap_until,
        rule=rule,
        reasons=tuple(reasons),
        conflicts=tuple(conflicts),
    )


def _policy_of(facts: CaseFacts, policy: RetentionPolicy) -> tuple[datetime, int]:
    decided = facts.decided_at or facts.identified_at
    match facts.phase:
        case Phase.DISMISSED:
            return decided, policy.dismissed_days
        case Phase.CONFIRMED:
            return decided, policy.confirmed_days
        case Phase.REPORTED:
            return max([decided, *facts.reported.values()]), policy.confirmed_days
        case _:
            # Undecided, or its report is still to be sent: what is needed for that is kept for longer.
            return facts.identified_at, policy.undecided_days


def _duty(facts: CaseFacts, table: RetentionTable) -> tuple[str, datetime | None]:
    ends = [
        (reported + timedelta(days=duty.days), duty.id)
        for recipient, reported in facts.reported.items()
        if (duty := table.duty_of(recipient, reported.date())) is not None
    ]
    if not ends:
        return "", None
    until, id_ = max(ends)
    return id_, until


def add_months(moment: datetime, months: int) -> datetime:
    """Return the same day and hour so many months later; the last day of the month where it has no such day."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)
