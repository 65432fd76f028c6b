"""The states of a referral.

```
            +-------> stopped <------+     a dead letter: a person must look; back to where it stopped, or given up
            |            |           |
ordered <-> open -> finishing -> filed
   |
   +-> dropped                             nothing is left to tell

each but the ends -> retracting -> retracted    a person gave it up; or filed, where its recipient had it already
```
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class ReferralState(StrEnum):
    """Where a referral stands. `filed`, `dropped` and `retracted` are its ends."""

    ORDERED = "ordered"
    OPEN = "open"
    FINISHING = "finishing"
    STOPPED = "stopped"
    RETRACTING = "retracting"
    FILED = "filed"
    DROPPED = "dropped"
    RETRACTED = "retracted"

    @property
    def pending(self) -> bool:
        """Whether it has not come to its end."""
        return self not in ENDS


_S = ReferralState
ENDS = frozenset({_S.FILED, _S.DROPPED, _S.RETRACTED})
TRANSITIONS: Mapping[ReferralState, frozenset[ReferralState]] = {
    _S.ORDERED: frozenset({_S.OPEN, _S.STOPPED, _S.DROPPED, _S.RETRACTING}),
    _S.OPEN: frozenset({_S.ORDERED, _S.FINISHING, _S.STOPPED, _S.RETRACTING}),
    _S.FINISHING: frozenset({_S.ORDERED, _S.FILED, _S.STOPPED, _S.RETRACTING}),
    _S.STOPPED: frozenset({_S.ORDERED, _S.OPEN, _S.FINISHING, _S.RETRACTING}),
    _S.RETRACTING: frozenset({_S.RETRACTED, _S.FILED}),
    _S.FILED: frozenset(),
    _S.DROPPED: frozenset(),
    _S.RETRACTED: frozenset(),
}
"""Where a referral may go from each state; storage writes no other step."""
