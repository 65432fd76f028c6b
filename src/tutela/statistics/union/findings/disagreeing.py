"""Why one of two language versions is not followed, as a sentence."""

from __future__ import annotations

from decimal import Decimal

from tutela.statistics.union.dataset import Disagreement
from tutela.statistics.union.findings.sentence import Sentence
from tutela.statistics.union.findings.values import Language, Value, in_full

_WHY = {
    "rows_whole": Sentence(
        "In %(bad)s, row %(row)s of a table (%(cells)s) is labelled “%(printed)s”, which another version labels "
        "“%(other)s”: one row of that table has no label and one label no row. In %(good)s every row has its label, "
        "and it is followed."
    ),
    "grammar": Sentence(
        "“%(printed)s” is written as %(bad)s writes no figure; %(good)s prints “%(other)s”, and is followed."
    ),
    "whole_number": Sentence(
        "In %(bad)s “%(printed)s” is %(stated)s, and what is counted is whole; %(good)s prints “%(other)s”, and is "
        "followed."
    ),
    "unresolved": Sentence(
        "Two language versions do not tell the same: %(bad)s prints “%(printed)s”, %(good)s prints “%(other)s”. "
        "Neither is better, and both are kept."
    ),
}


def why(one: Disagreement) -> Sentence:
    """Return what the versions tell, and which is followed for what reason."""
    told = dict(one.told)
    bad = one.refused or one.told[0][0]
    good = next(language for language in told if language != bad)
    details: dict[str, Value] = dict(one.details)
    if "stated" in details:
        details["stated"] = tuple(map(in_full, _numbers(dict(one.details)["stated"])))
    return _WHY[one.rule].of(bad=Language(bad), good=Language(good), printed=told[bad], other=told[good], **details)


def _numbers(text: str) -> list[Decimal]:
    return [Decimal(number) for number in text.split(", ")]
