"""Judging an item from a reduced picture where that is enough, and from the full one where it is not."""

from __future__ import annotations

from collections.abc import Callable

from tutela.detection.fingerprinting import Fingerprinted
from tutela.detection.matcher import Judgement, Matcher


def recognise(
    item: Fingerprinted, matcher: Matcher, again: Callable[[], Fingerprinted]
) -> tuple[Fingerprinted, Judgement]:
    """Return what is known of an item and its judgement.

    If its fingerprints were made from a reduced picture and it matches, or nearly does, `again` gives those of the
    full one, and they alone decide: whatever is flagged, recorded or listed later was computed the reference way.
    """
    judgement = matcher.judge(item)
    if item.reduced and (judgement.detections or judgement.near):
        item = again()
        judgement = matcher.judge(item)
    return item, judgement
