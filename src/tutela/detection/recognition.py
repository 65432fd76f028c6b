"""Judging an item from a reduced picture where that is enough, and from the full one where it is not.

Whatever is flagged, recorded or listed later was computed the reference way.
"""

from __future__ import annotations

from collections.abc import Callable

from tutela.detection.fingerprinting import Fingerprinted
from tutela.detection.matcher import Judgement, Matcher


def full_must_decide(item: Fingerprinted, judgement: Judgement) -> bool:
    """Return whether an item was told from a reduced picture and matches, or nearly does."""
    return item.reduced and (judgement.near or bool(judgement.detections))


def recognise(
    item: Fingerprinted, matcher: Matcher, full: Callable[[], Fingerprinted]
) -> tuple[Fingerprinted, Judgement]:
    """Return what is known of an item and its judgement. `full` gives the fingerprints of the full picture, which
    alone decide where `full_must_decide`."""
    judgement = matcher.judge(item)
    if full_must_decide(item, judgement):
        item = full()
        judgement = matcher.judge(item)
    return item, judgement
