"""The words of the twin, in English as written here and in other languages by a catalogue alone."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path

from tutela.statistics.simulation.against_truth import Held
from tutela.statistics.simulation.summary import Answered, Summary
from tutela.statistics.union.words import HARD_SPACE, Words, catalogue_of, words

CATALOGUES = Path(__file__).parent / "locale"
_MINUS = "\u2212"


class Wording:
    """The words of one language. Raises ValueError for one that the tables of the Union are not in either."""

    def __init__(self, language: str) -> None:
        self.words: Words = words(language)
        self._catalogue = catalogue_of(CATALOGUES, language)

    def gettext(self, message: str) -> str:
        """Return a text in this language; as it is where the catalogue has none."""
        return str(self._catalogue.gettext(message))

    @property
    def questions(self) -> Mapping[str, str]:
        """What is asked, by the id of the question."""
        _ = self.gettext
        return {
            "received_year": _("reports received, 2023"),
            "received_odd": _("reports received, August 2022 to July 2023"),
            "received_in_scope": _("reports received that are of services in scope, 2022 to 2023"),
            "sent_year": _("reports that NCMEC sent, 2023"),
            "sent_odd": _("reports that NCMEC sent, August 2022 to July 2023"),
            "convictions_online": _("convictions without those that mix online and offline, 2023"),
            "convictions_strict": _("convictions without any caveat, 2022 to 2023"),
            "children": _("children identified, of any age, 2023"),
            "girls": _("girls identified, of any age, 2023"),
            "children_strict": _("children identified without any caveat, 2022 to 2023"),
            "items": _("images that providers reported, August 2022 to July 2023"),
            "provider_reports": _("reports of providers, 2023"),
            "flagged": _("items flagged, 2023"),
            "processed": _("images of users of the Union processed, 2023"),
            "accounts": _("accounts reported, 2022 to 2023"),
            "coverage": _("reports received of a hundred sent, 2023"),
            "error_rate": _("share of the flagged that is wrong, 2023"),
        }

    @property
    def headings(self) -> tuple[str, ...]:
        """The heads of the columns of one regime."""
        _ = self.gettext
        return _("question"), _("truth"), _("published"), _("off by"), _("proved"), _("holds")

    @property
    def summary_headings(self) -> tuple[str, ...]:
        """The heads of the columns of many regimes."""
        _ = self.gettext
        return (
            _("question"), _("bounds hold"), _("of single reporters"), _("upper end known"), _("typical width"),
            _("published off by, typically"), _("at worst"), _("by more than 10 %"),
        )  # fmt: skip

    def line(self, one: Held) -> tuple[str, ...]:
        """Return the cells of one question in one regime."""
        nothing = self.gettext("not told")
        return (
            self.questions[one.id],
            self._number(one.truth, one.percent),
            nothing if one.published is None else self._number(one.published, one.percent),
            "" if one.off_by is None else self._signed(one.off_by, one.percent),
            self._bounds(one),
            self.gettext("yes") if one.holds and not one.missed else self.gettext("no"),
        )

    def summary_line(self, one: Answered) -> tuple[str, ...]:
        """Return the cells of one question in many regimes; differences in per cent of the truth or in points."""
        least, most = one.off_least, one.off_most
        worst = "" if least is None or most is None else f"{self._per_cent(least)} / {self._per_cent(most)}"
        return (
            self.questions[one.id],
            self._of(one.held, one.regimes),
            self._of(one.parts_held, one.parts),
            self._of(one.ended, one.regimes),
            "" if one.width_median is None else self._unsigned(one.width_median),
            "" if one.off_median is None else self._unsigned(one.off_median),
            worst,
            self._of(one.far_off, len(one.offs)),
        )

    def told(self, one: Summary) -> list[str]:
        """Return what is to be said of a run."""
        _ = self.gettext
        n = self.words.number
        lines = [
            _("Regimes: %(regimes)s, events: %(events)s, seed: %(seed)s.")
            % {"regimes": n(Decimal(one.regimes)), "events": n(Decimal(one.happened)), "seed": one.seed},
            _("Regimes in which every bound holds: %(whole)s of %(regimes)s.")
            % {"whole": n(Decimal(one.whole)), "regimes": n(Decimal(one.regimes))},
        ]
        if one.undeclared:
            errors = {"n": n(Decimal(sum(one.mistakes.values()))), "rate": self.words.percent(_hundredths(one), 1)}
            lines.append(_("Errors that nobody declared: %(n)s, at a rate of %(rate)s.") % errors)
        lines += [
            _("Regime %(number)s, %(question)s: the bounds miss the truth (%(codes)s).")
            % {"number": number, "question": self.questions[question], "codes": ", ".join(codes) or "EU"}
            for number, question, codes in (one.missed if one.broken else ())
        ]
        return lines

    def _bounds(self, one: Held) -> str:
        low = self._number(one.low, one.percent)
        if one.high is None:
            return self.gettext("at least %(n)s") % {"n": low}
        if one.high == one.low:
            return low
        return self.gettext("%(low)s to %(high)s") % {"low": low, "high": self._number(one.high, one.percent)}

    def _number(self, number: Decimal, percent: bool) -> str:
        if percent:
            return self.words.percent(number, 1)
        return self.words.number(number, 0 if number == number.to_integral_value() else 1)

    def _signed(self, number: Decimal, percent: bool) -> str:
        sign = _MINUS if number < 0 else "+" if number else ""
        return sign + self._number(abs(number), percent)

    def _unsigned(self, number: Decimal) -> str:
        return self.words.number(number, 1) + HARD_SPACE + "%"

    def _per_cent(self, number: Decimal) -> str:
        sign = _MINUS if number < 0 else "+" if number else ""
        return sign + self._unsigned(abs(number))

    def _of(self, part: int, whole: int) -> str:
        n = self.words.number
        return self.gettext("%(part)s of %(whole)s") % {"part": n(Decimal(part)), "whole": n(Decimal(whole))}


def _hundredths(one: Summary) -> Decimal:
    return Decimal(str(one.undeclared)) * 100


@cache
def wording(language: str) -> Wording:
    """Return the words of a language. Raises ValueError for one without a catalogue."""
    return Wording(language)
