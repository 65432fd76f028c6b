"""What a recipient says of a report: entered by a person, on a filed report, about items that it states. Pure.

"Not illegal there" is a word on the law of another place. It is counted apart: it makes no decision and no technology
wrong, and opens no case again. What our own decision said of that place stands beside it, where it said anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

from tutela.access.roles import Permission, Person
from tutela.events.catalogue.referral import FeedbackKind, FeedbackRecorded
from tutela.events.envelope import NewEvent
from tutela.events.obstacles import Obstacle

KINDS: tuple[FeedbackKind, ...] = ("actionable", "informational", "not_illegal_there", "duplicate")
LONGEST_REFERENCE = 40
Via = Literal["console", "command"]
_PLACE = re.compile(r"[A-Z]{2}")
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9./_:-]*")


class BadFeedback(Obstacle, ValueError):
    """It does not fit the report, or together; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Word:
    """What a recipient said. `said`: nothing takes back what was entered by mistake.

    `items`: those that it is about; all that the report states if none is named. `jurisdiction` (ISO 3166 code) goes
    with "not illegal there" and says where. `said_on`: today if not given.
    """

    said: FeedbackKind | None
    items: tuple[str, ...] = ()
    reference: str = ""
    jurisdiction: str | None = None
    said_on: date | None = None


@dataclass(frozen=True, slots=True)
class FiledReport:
    """A report as far as feedback is about it. `items` are those that it states; `filed_at` is none until it is."""

    referral: str
    case: str
    filed_at: datetime | None
    items: tuple[str, ...]


def record(person: Person, report: FiledReport, word: Word, via: Via, now: datetime) -> NewEvent:
    """Return what is recorded when a person enters what a recipient said. Raises NotAllowed, BadFeedback."""
    person.require(Permission.RECORD_FEEDBACK)
    if report.filed_at is None:
        raise BadFeedback("the report is not filed: its recipient cannot have said anything of it")
    if not report.items:
        raise BadFeedback("the report states no item: it only withdraws what earlier ones said")
    if unknown := sorted(set(word.items) - set(report.items)):
        raise BadFeedback("the report does not state %(unknown)s: name items that it does", unknown=tuple(unknown))
    if (word.said == "not_illegal_there") != (word.jurisdiction is not None):
        raise BadFeedback('"not illegal there" names the place, as two letters such as US; nothing else does')
    if word.jurisdiction is not None and not _PLACE.fullmatch(word.jurisdiction):
        raise BadFeedback(
            "%(jurisdiction)s is no place: write two capital letters, such as US",
            jurisdiction=repr(word.jurisdiction[:20]),
        )
    reference = word.reference.strip()
    if reference and (len(reference) > LONGEST_REFERENCE or not _REFERENCE.fullmatch(reference)):
        # It stays in the record for good: nothing that could name a person fits.
        raise BadFeedback(
            "the reference is a number such as N-4711: at most %(n)s letters, digits and ./_:-",
            n=LONGEST_REFERENCE,
        )
    said_on = word.said_on or now.astimezone(UTC).date()
    if not report.filed_at.astimezone(UTC).date() <= said_on <= now.astimezone(UTC).date():
        raise BadFeedback("it was said between the day of filing and today")
    payload = FeedbackRecorded(
        referral=report.referral,
        said=word.said,
        items=tuple(dict.fromkeys(word.items)) or report.items,
        reference=reference or None,
        said_on=said_on,
        jurisdiction=word.jurisdiction,
        via=via,
    )
    return NewEvent(payload, report.case, now, person.id)
