"""Counts of redress in a period: actions confirmed, complaints lodged, what was restored after one.

The yearly return and the figures of any period count here, so that they cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tutela.casework.reasons import Channel
from tutela.statistics.redress.facts import ActionFact, ComplaintFact, Facts, account_bounds
from tutela.statistics.redress.selection import Chosen, Within


@dataclass(frozen=True, slots=True)
class Count:
    """At least `low`, at most `high`, with the events that say so.

    `unknown`: how many of the difference are there because the region of the account is unknown.
    """

    low: int
    high: int
    events: tuple[int, ...]
    unknown: int = 0


def actioned(facts: Facts, chosen: Chosen, within: Within) -> Count:
    """Count what the platform confirmed in the period: removals, or distinct accounts that were suspended."""
    return _acted(facts, chosen, within, lambda a: a.carried_out)


def restored(facts: Facts, chosen: Chosen, within: Within, channel: Channel | None = None) -> Count:
    """Count what the platform confirmed as undone in the period after an upheld complaint; accounts once each."""
    return _acted(facts, chosen, within, lambda a: a.reversed if was_upheld(a, channel) else None)


def lodged(chosen: Chosen, within: Within, channel: Channel | None = None) -> Count:
    """Count the complaints that were lodged in the period."""
    sure = [c.sequence for c in complaints_of(chosen.sure, within, channel)]
    more = [c.sequence for c in complaints_of(chosen.unknown, within, channel)]
    return Count(len(sure), len(sure) + len(more), tuple(sure + more), len(more))


def complaints_of(
    actions: tuple[ActionFact, ...], within: Within, channel: Channel | None = None
) -> list[ComplaintFact]:
    """Return the complaints against actions that were lodged in the period."""
    return [c for a in actions for c in a.complaints if channel in (None, c.channel) and within(c.at)]


def was_upheld(action: ActionFact, channel: Channel | None = None) -> bool:
    """Return whether a complaint against an action was upheld."""
    return any(
        channel in (None, c.channel) and c.decided is not None and c.decided[2].upheld for c in action.complaints
    )


def _acted(
    facts: Facts, chosen: Chosen, within: Within, done: Callable[[ActionFact], tuple[int, datetime] | None]
) -> Count:
    sure = [(a, hit[0]) for a in chosen.sure if (hit := done(a)) and within(hit[1])]
    more = [(a, hit[0]) for a in chosen.unknown if (hit := done(a)) and within(hit[1])]
    events = tuple(sequence for _, sequence in sure + more)
    if chosen.unit == "item":
        return Count(len(sure), len(sure) + len(more), events, len(more))
    # One that was suspended twice is one account.
    named = {_account(facts, a) for a, _ in sure}
    besides = {_account(facts, a) for a, _ in more} - named
    low, high = account_bounds(named)
    return Count(low, high + len(besides), events, len(besides))


def _account(facts: Facts, action: ActionFact) -> tuple[int, str | None]:
    return facts.year_of_case(action.case), facts.account_of_case[action.case]
