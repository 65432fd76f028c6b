"""How often investigations end in a conviction within a time, of those that may still do so among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

End = Literal["convicted", "closed", "open"]


@dataclass(frozen=True, slots=True)
class Spell:
    """Days from the first report to a first conviction, to a close without one, or to the day of looking."""

    days: int
    end: End


def incidence(spells: Sequence[Spell], days: int) -> float | None:
    """Return the share that is convicted within so many days, 0 to 1, or None where nobody was looked at for so long.

    The Aalen-Johansen estimate (Scandinavian Journal of Statistics 5, 1978) with closing as the competing end: what is
    still open counts for as long as it was looked at. Where nothing is open it is the plain share. An end comes before
    a look of the same day.
    """
    if not spells:
        return None
    at_risk = len(spells)
    open_share, found = 1.0, 0.0
    for day in sorted({s.days for s in spells if s.days <= days}):
        of_day = [s.end for s in spells if s.days == day]
        convicted, closed = of_day.count("convicted"), of_day.count("closed")
        found += open_share * convicted / at_risk
        open_share *= 1 - (convicted + closed) / at_risk
        at_risk -= len(of_day)
    seen_to_the_end = at_risk > 0 or any(s.days == days for s in spells) or all(s.end != "open" for s in spells)
    return found if seen_to_the_end or open_share < 1e-12 else None
