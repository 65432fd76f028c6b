"""How grave a case is, as a small number that can be explained. Pure.

A case weighs as much as its gravest item, plus one if it was opened again; nothing but urgency gives 9:

| what | points |
|---|---|
| layer: known material | 1 |
| layer: new material | 3 |
| layer: solicitation | 4 |
| class of a listed entry that it matched: A1 | 3 |
| A2, B1 | 2 |
| B2 | 1 |
| the case was opened again: somebody may have been wronged | 1 |
| a child is in danger now | 9, whatever else there is |

New material comes before known because nobody may know of the child yet, and solicitation because it goes on.
"""

from __future__ import annotations

from collections.abc import Mapping

from tutela.events.catalogue.base import Layer

URGENT = 9
"""The severity of a case in which a child is in danger now, and of no other."""
MOST = 8
LAYER_POINTS: Mapping[Layer, int] = {"known": 1, "new": 3, "solicitation": 4}
CLASS_POINTS: Mapping[str, int] = {"A1": 3, "A2": 2, "B1": 2, "B2": 1}
REOPENED_POINTS = 1


def item_points(layer: Layer, classification: str | None) -> int:
    """Return what an item weighs, 1 to 7. `classification` is that of an entry it matched."""
    return LAYER_POINTS[layer] + CLASS_POINTS.get(classification or "", 0)


def severity(points: int, *, reopened: bool, urgent: bool) -> int:
    """Return the severity of a case whose gravest item weighs so much: 0 (no item yet) to 9."""
    if urgent:
        return URGENT
    return min(MOST, points + (REOPENED_POINTS if reopened and points else 0))
