"""Why a complaint was decided as it was. Every reason fits one result, and says what follows."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

Channel = Literal["internal", "judicial"]


class Reason(StrEnum):
    """Why a complaint was upheld or rejected."""

    NOT_SUCH_MATERIAL = "not_such_material"
    LAWFUL_HERE = "lawful_here"
    WRONG_ACCOUNT = "wrong_account"
    TAKEN_OVER = "taken_over"
    TOO_MUCH = "too_much"
    PROCEDURE = "procedure"
    EVIDENCE_GONE = "evidence_gone"
    COURT_ORDER = "court_order"
    CONFIRMED_ON_REVIEW = "confirmed_on_review"
    OUT_OF_TIME = "out_of_time"
    NOT_CONCERNED = "not_concerned"
    WITHDRAWN = "withdrawn"
    COURT_DISMISSED = "court_dismissed"

    @property
    def upholds(self) -> bool:
        """Whether it is a reason to uphold a complaint; the others reject it."""
        return self in _UPHOLD

    @property
    def ground(self) -> Literal["error", "lawful_here"] | None:
        """Why the item is "not" where the reason says so; none where the decision on the item stands."""
        return _GROUND.get(self)

    @property
    def needs_look(self) -> bool:
        """Whether only somebody who looked at what is complained of can say so."""
        return self in _GROUND or self is Reason.CONFIRMED_ON_REVIEW

    @property
    def report_stands(self) -> bool:
        """Whether what was reported to authorities is true all the same: item and account are what they were."""
        return not self.upholds or self in _REPORT_STANDS

    def fits(self, upheld: bool, channel: Channel) -> bool:
        """Return whether a complaint of this channel can have this result for this reason."""
        return self.upholds is upheld and (channel == "judicial" or self not in _OF_COURTS)


_UPHOLD = frozenset(
    {
        Reason.NOT_SUCH_MATERIAL,
        Reason.LAWFUL_HERE,
        Reason.WRONG_ACCOUNT,
        Reason.TAKEN_OVER,
        Reason.TOO_MUCH,
        Reason.PROCEDURE,
        Reason.EVIDENCE_GONE,
        Reason.COURT_ORDER,
    }
)
_GROUND: dict[Reason, Literal["error", "lawful_here"]] = {
    Reason.NOT_SUCH_MATERIAL: "error",
    Reason.LAWFUL_HERE: "lawful_here",
}
_REPORT_STANDS = frozenset({Reason.TAKEN_OVER, Reason.TOO_MUCH, Reason.PROCEDURE, Reason.EVIDENCE_GONE})
_OF_COURTS = frozenset({Reason.COURT_ORDER, Reason.COURT_DISMISSED})
