"""The states of a referral.

```
            +-------> stopped <------+     a person must look; back to where it stopped
            |            |           |
ordered <-> open -> finishing -> filed
   |
   +-> dropped                             nothing is left to tell
```
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class ReferralState(StrEnum):
    """Where a referral stands. `filed` and `dropped` are its ends."""

    ORDERED = "ordered"
    OPEN = "open"
    FINISHING = "finishing"
    STOPPED = "stopped"
    FILED = "filed"
    DROPPED = "dropped"

    @property
    def pending(self) -> bool:
        """Whether it is neither filed nor dropped."""
        return self not in (ReferralState.FILED, ReferralState.DROPPED)


_S = ReferralState
TRANSITIONS: Mapping[ReferralState, frozenset[ReferralState]] = {
    _S.ORDERED: frozenset({_S.OPEN, _S.STOPPED, _S.DROPPED}),
    _S.OPEN: frozenset({_S.ORDERED, _S.FINISHING, _S.STOPPED}),
    _S.FINISHING: frozenset({_S.ORDERED, _S.FILED, _S.STOPPED}),
    _S.STOPPED: frozenset({_S.ORDERED, _S.OPEN, _S.FINISHING}),
    _S.FILED: frozenset(),
    _S.DROPPED: frozenset(),
}
"""Where a referral may go from each state; storage writes no other step."""
