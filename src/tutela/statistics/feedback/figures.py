"""How often recipients found what they were sent to be what it was sent as, with bounds.

An item of a filed report counts once for its recipient, and once for each technology, list and entry that flagged it.
What its recipient has said nothing of is unknown: it is counted as such, and stands in no share. "Not illegal there"
is a share of its own and never an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

from tutela.events.catalogue.referral import FeedbackKind
from tutela.statistics.figure import Rate
from tutela.statistics.interval import exact_rate
from tutela.statistics.redress.selection import Period

By = Literal["recipient", "technology", "list", "entry"]
KINDS: tuple[FeedbackKind, ...] = get_args(FeedbackKind)
OWN_WORDS = ("unlawful", "lawful", "unsure", "not_said")


@dataclass(frozen=True, slots=True)
class Told:
    """The latest word on an item. `own` is what our decision said of that place: a status, or none."""

    said: FeedbackKind
    jurisdiction: str | None
    own: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """An item of a report that was filed in the period. `causes`: technology, list and entry of each detection."""

    report: str
    recipient: str
    item: str
    told: Told | None
    causes: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True)
class FeedbackRow:
    """What recipients said of the items of one part. Counts are of items, `reports` of reports.

    `shares` are of the items with feedback; there is none where there are none. `not_illegal` is by place, and in it by
    what our decision said of that place.
    """

    by: By
    part: str
    reports: int
    reports_without: int
    items: int
    unknown: int
    counts: dict[FeedbackKind, int]
    shares: dict[FeedbackKind, Rate | None]
    not_illegal: dict[str, dict[str, int]]

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "by": self.by,
            "part": self.part,
            "reports": self.reports,
            "reports_without_feedback": self.reports_without,
            "items": self.items,
            "unknown": self.unknown,
            "counts": self.counts,
            "shares": {kind: None if rate is None else asdict(rate) for kind, rate in self.shares.items()},
            "not_illegal_there": self.not_illegal,
        }


@dataclass(frozen=True, slots=True)
class FeedbackFigures:
    """The figures of the reports that were filed in a period, by what is known now."""

    period: Period
    rows: tuple[FeedbackRow, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "from": self.period.first.isoformat(),
            "to": self.period.last.isoformat(),
            "rows": [row.as_dict() for row in self.rows],
        }


def feedback_figures(found: Sequence[Found], period: Period) -> FeedbackFigures:
    """Count the items of reports filed in a period: for each recipient, technology, list and entry."""
    rows: list[FeedbackRow] = []
    for by, parts_of in _PARTS.items():
        parts: dict[str, list[Found]] = {}
        for one in found:
            for part in dict.fromkeys(parts_of(one)):
                parts.setdefault(part, []).append(one)
        rows += [_row(by, part, members) for part, members in sorted(parts.items())]
    return FeedbackFigures(period, tuple(rows))


_PARTS: dict[By, Callable[[Found], Iterable[str]]] = {
    "recipient": lambda one: [one.recipient],
    "technology": lambda one: [technology for technology, _, _ in one.causes],
    "list": lambda one: [hashlist for _, hashlist, _ in one.causes],
    "entry": lambda one: [f"{hashlist}/{entry}" for _, hashlist, entry in one.causes],
}


def _row(by: By, part: str, members: Sequence[Found]) -> FeedbackRow:
    counts = {kind: sum(one.told is not None and one.told.said == kind for one in members) for kind in KINDS}
    answered = sum(counts.values())
    reports = {one.report for one in members}
    places: dict[str, dict[str, int]] = {}
    for one in members:
        if one.told is not None and one.told.said == "not_illegal_there":
            said = places.setdefault(one.told.jurisdiction or "", dict.fromkeys(OWN_WORDS, 0))
            said[one.told.own or "not_said"] += 1
    return FeedbackRow(
        by=by,
        part=part,
        reports=len(reports),
        reports_without=len(reports - {one.report for one in members if one.told is not None}),
        items=len(members),
        unknown=len(members) - answered,
        counts=counts,
        shares={kind: exact_rate(counts[kind], answered) for kind in KINDS},
        not_illegal=places,
    )
