"""A supervisory authority's time-boxed inspection without content. Pure.

The data protection officer opens it after another person allowed it: an authority, its reference, from, until, and what
it may see. It ends by itself. Everything that the inspector opens is on record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

from tutela.access import approvals
from tutela.access.approvals import Approval
from tutela.access.roles import Permission, Person, Role
from tutela.events.catalogue.governance import InspectionArea, InspectionEnded, InspectionOpened
from tutela.events.envelope import NewEvent, new_id
from tutela.events.obstacles import Obstacle, Word

LONGEST = timedelta(days=92)
AREAS: Mapping[InspectionArea, Permission] = {
    "dashboard": Permission.SEE_DASHBOARD,
    "return": Permission.SEE_RETURN,
    "audit": Permission.SEE_AUDIT,
    "retention": Permission.SEE_RETENTION,
    "quality": Permission.SEE_QUALITY,
    "governance": Permission.SEE_GOVERNANCE,
}
"""What an inspection can show, and the permission by which pages show it."""


class BadInspection(Obstacle, ValueError):
    """It cannot be opened so; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Plan:
    """An inspection to be opened. `person` is the name that the inspector signs in with; `until` is not included."""

    authority: str
    reference: str
    person: str
    since: datetime
    until: datetime
    scope: tuple[InspectionArea, ...]


@dataclass(frozen=True, slots=True)
class Inspection:
    """One that was opened; `pages` counts what the inspector opened."""

    id: str
    plan: Plan
    opened_by: str
    opened_at: datetime
    ended_at: datetime | None
    pages: int

    def is_open(self, now: datetime) -> bool:
        """Return whether the inspector may look now."""
        return self.state(now) == "open"

    def state(self, now: datetime) -> Literal["waiting", "open", "ended"]:
        """Return whether it begins later, is open, or is over."""
        if self.ended_at is not None or now >= self.plan.until:
            return "ended"
        return "open" if now >= self.plan.since else "waiting"


def subject_of(plan: Plan) -> str:
    """Return what an approval of it is about: the inspector's name."""
    return f"inspection:{plan.person}"


def check(plan: Plan, now: datetime) -> None:
    """Raise BadInspection unless it can be opened."""
    if not 2 <= len(plan.authority.strip()) <= 200 or not 1 <= len(plan.reference.strip()) <= 100:
        raise BadInspection("an inspection names its authority (2 to 200 characters) and a reference (1 to 100)")
    if plan.since >= plan.until or plan.until <= now:
        raise BadInspection("an inspection ends after it begins, and after now")
    if plan.until - plan.since > LONGEST:
        raise BadInspection("an inspection lasts %(days)s days at most: open another one after it", days=LONGEST.days)
    if not plan.scope or set(plan.scope) - set(AREAS):
        raise BadInspection("it shows at least one of: %(areas)s", areas=tuple(Word("area", area) for area in AREAS))


def facts_of(plan: Plan) -> dict[str, str]:
    """Return what an approval says of it."""
    return {
        "authority": plan.authority,
        "reference": plan.reference,
        "person": plan.person,
        "from": plan.since.isoformat(),
        "until": plan.until.isoformat(),
        "scope": ",".join(plan.scope),
    }


def plan_of(facts: Mapping[str, str]) -> Plan:
    """Return the plan that an approval says."""
    scope = tuple(a for a in get_args(InspectionArea) if a in facts["scope"].split(","))
    since, until = (datetime.fromisoformat(facts[name]) for name in ("from", "until"))
    return Plan(facts["authority"], facts["reference"], facts["person"], since, until, scope)


def open_(approval: Approval, officer: Person, now: datetime) -> list[NewEvent]:
    """Return the events of opening what was allowed. Raises NotAllowed, NotApproved, BadInspection."""
    officer.require(Permission.MANAGE_GOVERNANCE)
    used = approvals.use(approval, "inspection", approval.subject, officer, now)
    plan = plan_of(approval.facts)
    check(plan, now)
    payload = InspectionOpened(
        approval=approval.id,
        authority=plan.authority,
        reference=plan.reference,
        person=plan.person,
        starts_at=plan.since,
        ends_at=plan.until,
        scope=plan.scope,
    )
    return [used, NewEvent(payload, new_id(now), now, officer.id)]


def end(inspection: Inspection, officer: Person, now: datetime) -> NewEvent:
    """Return the event of ending it before its time. Raises NotAllowed, BadInspection."""
    officer.require(Permission.MANAGE_GOVERNANCE)
    if inspection.ended_at is not None or now >= inspection.plan.until:
        raise BadInspection("it is over already")
    return NewEvent(InspectionEnded(), inspection.id, now, officer.id)


def inspector_of(plan: Plan) -> Person:
    """Return the person as whom the inspector signs in."""
    return Person(plan.person, f"{plan.authority}, {plan.reference}", frozenset({Role.SUPERVISOR}))


def admitted(person: Person, inspection: Inspection | None, now: datetime) -> Person | None:
    """Return the person as they may look now; None for an inspector whose inspection is not open.

    An inspector has nothing but what the inspection shows. Somebody who has other roles as well is of the house, and
    the role of a supervisor gives them nothing.
    """
    if Role.SUPERVISOR not in person.roles:
        return person
    if person.roles != {Role.SUPERVISOR}:
        return Person(person.id, person.name, person.roles - {Role.SUPERVISOR}, person.active)
    if inspection is None or not inspection.is_open(now):
        return None
    scope = frozenset(AREAS[area] for area in inspection.plan.scope)
    return Person(person.id, person.name, person.roles, person.active, scope)
