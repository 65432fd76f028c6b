"""The desk: assignments, skips, comments, urgency and breaks."""

from __future__ import annotations

from typing import Literal

from tutela.events.catalogue.base import Payload, event

SkipReason = Literal["unsure", "language", "needs_a_break", "knows_somebody", "other"]
BreakCause = Literal["looks_per_hour", "looks_per_day", "break_after", "own_wish"]


@event("case.assigned")
class CaseAssigned(Payload):
    """A senior gave the case to a person. `taken_from` is who worked on it until then. The reason is in the vault."""

    person: str
    taken_from: str | None
    remarks: bool


@event("case.taken_away")
class CaseTakenAway(Payload):
    """A senior let the case go to whoever is next. `person` worked on it until then. The reason is in the vault."""

    person: str
    remarks: bool


@event("case.skipped")
class CaseSkipped(Payload):
    """A reviewer left the case to others; it is not offered to them again until it is opened again."""

    reason: SkipReason


@event("case.commented")
class CaseCommented(Payload):
    """A person wrote something about the case; the words are in the vault."""

    remarks: bool


@event("case.marked_urgent")
class CaseMarkedUrgent(Payload):
    """A person saw that a child is in danger now, before anything was decided."""

    remarks: bool


@event("case.urgency_lifted")
class CaseUrgencyLifted(Payload):
    """A senior found that no child is in danger now."""

    remarks: bool


@event("break.began")
class BreakBegan(Payload):
    """A reviewer rests: the subject is the person. `cause` is the limit that was reached, or their own wish."""

    cause: BreakCause


@event("break.ended")
class BreakEnded(Payload):
    """A reviewer is back."""
