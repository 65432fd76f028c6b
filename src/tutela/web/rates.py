"""How often somebody may try: counted in the memory of this server, over a window that slides."""

from __future__ import annotations

import math
import time
from typing import Literal, get_args

from limits import RateLimitItem, RateLimitItemPerMinute, parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from tutela.access.credentials import digest_of
from tutela.access.entrance import Rates
from tutela.storage.settings import BadSettings

Kind = Literal["sign_in_name", "sign_in_address", "key", "link", "link_address"]
_ONCE_A_MINUTE = RateLimitItemPerMinute(1)


class TooMany(Exception):
    """There were too many of these. `retry_after`: seconds until the next one is served."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"too many at a time: try again in {retry_after} s")
        self.retry_after = retry_after


class RateLimits:
    """The configured limits. Raises BadSettings for one that cannot be read."""

    def __init__(self, rates: Rates) -> None:
        self._limits: dict[str, RateLimitItem] = {}
        for kind in get_args(Kind):
            try:
                self._limits[kind] = parse(getattr(rates, kind))
            except ValueError as error:
                raise BadSettings(f"[access.rates] {kind}: write a number and a time, such as 30/minute") from error
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    def require(self, kind: Kind, who: str) -> None:
        """Count one more; raises TooMany. What `who` is does not stay: its digest is counted."""
        limit, counted = self._limits[kind], digest_of(who)
        if not self._limiter.hit(limit, kind, counted):
            ready = self._limiter.get_window_stats(limit, kind, counted).reset_time
            raise TooMany(max(1, math.ceil(ready - time.time())))

    def allows(self, kind: Kind, who: str) -> bool:
        """Count one more; return whether it is not too many, for a page that says so in its own words."""
        try:
            self.require(kind, who)
        except TooMany:
            return False
        return True

    def first_this_minute(self, what: str) -> bool:
        """Return whether this has not happened for a minute, so that a flood of it is not a flood of records."""
        return self._limiter.hit(_ONCE_A_MINUTE, "first", digest_of(what))
