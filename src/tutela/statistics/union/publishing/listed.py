"""A text of a cell in which a list was written as one run, as pieces that a page sets one below the other."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LEAD = re.compile(r"(?P<item>.*\d\w*) (?P<lead>[^\W\d_]\D*)")
"""After the number of an item, words that begin anew."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text; `item` if it is one of a list."""

    text: str
    item: bool


def pieces(text: str) -> list[Piece]:
    """Return a text as its lead and the items that follow a colon with dashes before them; whole if it has none.

    What introduces a further list, as in `: - one: 1 - two: 2 Therefore: - three`, stands for itself: it begins with a
    capital after a number. A dash elsewhere is one of the text.
    """
    lead, found, rest = text.partition(": - ")
    if not found:
        return [Piece(text, item=False)]
    made = [Piece(lead + ":", item=False)]
    parts = rest.split(" - ")
    for number, part in enumerate(parts):
        between = _LEAD.fullmatch(part) if number < len(parts) - 1 else None
        if between is None or not between["lead"][0].isupper():
            made.append(Piece(part, item=True))
        else:
            made += [Piece(between["item"], item=True), Piece(between["lead"], item=False)]
    return made
