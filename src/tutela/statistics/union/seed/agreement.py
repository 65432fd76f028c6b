"""Which of two language versions is followed where they do not tell the same.

The rules, in this order:
1. `rows_whole`: of a table whose labels slipped in one language, the other is followed.
2. `grammar`: a language that writes a figure as it writes none (a decimal comma in English) is not followed.
3. `whole_number`: a language in which a count of things is no whole number is not followed.
4. Where one writes out what the other shortens (4 900 beside 4.9k), both tell the same, as exactly as the shorter does.
5. `unresolved`: else neither is better, and both figures are kept, each with its own source.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tutela.statistics.union.amount import Amount
from tutela.statistics.union.dataset import Disagreement
from tutela.statistics.union.grammar import wider
from tutela.statistics.union.tables.reading import Amounts, Prose, RateTold, Reading, Unreadable


@dataclass(frozen=True, slots=True)
class Told:
    """A cell or passage in one language."""

    language: str
    reading: Reading
    printed: str


@dataclass(frozen=True, slots=True)
class Agreed:
    """What is followed, each reading with the languages that tell it, and the disagreement if there was one."""

    readings: tuple[tuple[Reading, tuple[str, ...]], ...]
    disagreement: Disagreement | None = None


def agree(place: str, one: Told, other: Told, *, counts: bool) -> Agreed:
    """Return what two language versions of one place tell; `counts` where it counts things."""
    both = one.language, other.language
    if one.reading == other.reading or isinstance(one.reading, Prose):
        return Agreed(((one.reading, both),))
    if (merged := _merged(one.reading, other.reading)) is not None:
        return Agreed(((merged, both),))
    told = ((one.language, one.printed), (other.language, other.printed))
    for bad, good in ((one, other), (other, one)):
        if isinstance(bad.reading, RateTold) and bad.reading.percent is None and isinstance(good.reading, RateTold):
            numbers = _merged(replace(bad.reading, percent=good.reading.percent), good.reading)
            if numbers is not None and good.reading.percent is not None:
                return Agreed(((numbers, both),), Disagreement(place, "grammar", told, bad.language))
        if isinstance(bad.reading, Unreadable) and not isinstance(good.reading, Unreadable):
            return Agreed(((good.reading, both),), Disagreement(place, "grammar", told, bad.language))
    for bad, good in ((one, other), (other, one)):
        if counts and not _whole(bad.reading) and _whole(good.reading):
            details = (("stated", _stated(bad.reading)),)
            return Agreed(((good.reading, both),), Disagreement(place, "whole_number", told, bad.language, details))
    kept = (one.reading, (one.language,)), (other.reading, (other.language,))
    return Agreed(kept, Disagreement(place, "unresolved", told, ""))


def _merged(one: Reading, other: Reading) -> Reading | None:
    match one, other:
        case Amounts(), Amounts() if (one.unit, one.service) == (other.unit, other.service):
            if len(one.amounts) != len(other.amounts):
                return None
            amounts = [wider(a, b) for a, b in zip(one.amounts, other.amounts, strict=True)]
            known = tuple(a for a in amounts if a is not None)
            return Amounts(known, one.unit, one.service) if len(known) == len(amounts) else None
        case RateTold(), RateTold():
            percent = _either(one.percent, other.percent)
            part, whole = _either(one.part, other.part), _either(one.whole, other.whole)
            if percent is None or (part is None) != (one.part is None) or (whole is None) != (one.whole is None):
                return None
            return RateTold(percent, part, whole)
        case _:
            return None


def _either(one: Amount | None, other: Amount | None) -> Amount | None:
    return None if one is None or other is None else wider(one, other)


def _whole(reading: Reading) -> bool:
    if not isinstance(reading, Amounts):
        return True
    return all(a.stated is None or a.stated == a.stated.to_integral_value() for a in reading.amounts)


def _stated(reading: Reading) -> str:
    return ", ".join(str(a.stated) for a in reading.amounts) if isinstance(reading, Amounts) else ""
