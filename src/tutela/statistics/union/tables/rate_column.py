"""Columns of rates, each with the two numbers that it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tutela.statistics.figure import Status
from tutela.statistics.union.amount import Amount
from tutela.statistics.union.dataset import Ratio
from tutela.statistics.union.grammar import Grammar
from tutela.statistics.union.measure import Measure, Unit
from tutela.statistics.union.observation import Missing
from tutela.statistics.union.period import Period
from tutela.statistics.union.tables.column import DASH, Column, Heading
from tutela.statistics.union.tables.reading import Absent, RateTold, Reading, Unreadable
from tutela.statistics.union.tables.rows import RowIn, RowOut
from tutela.statistics.union.words import Words


@dataclass(frozen=True, slots=True)
class Of:
    """What a rate is of: the measure of the whole, and its unit."""

    measure: Measure
    unit: Unit


class Rates(Column):
    """The percentage of what was reinstated; made anew from the two numbers where they are told."""

    def __init__(self, key: str, *headings: Heading, measure: Measure, of: Of, year: int) -> None:
        super().__init__(key, *headings)
        self.measure, self.of, self.year = measure, of, year

    def read(self, text: str, words: Words, grammar: Grammar) -> Reading:
        """Return what a cell says."""
        if text == DASH:
            return Absent(Status.UNKNOWN)
        if text == see_comments(words):
            return Absent(Status.UNKNOWN, see_comments=True)
        percent, _, rest = text.partition(" (")
        told = grammar.percent(percent)
        if rest and not rest.endswith(")"):
            return Unreadable(text)
        if told is None and not rest:
            return Unreadable(text)
        if not rest or rest[:-1] == see_comments(words).lower():
            return RateTold(told)
        part, _, whole = rest[:-1].partition(f" {versus(words)} ")
        numbers = grammar.amount(part), grammar.amount(whole)
        return Unreadable(text) if None in numbers else RateTold(told, *numbers)

    def observe(self, row: RowIn, reading: Reading) -> None:
        """Add to the row what was read."""
        year = Period.of_year(self.year)
        match reading:
            case Absent():
                row.add(self.key, self.measure, Unit.PERCENT, Missing(reading.status), year)
            case RateTold(Amount() as percent, part, whole):
                rate = row.add(self.key, self.measure, Unit.PERCENT, percent, year)
                if part is not None and whole is not None:
                    reinstated = Measure.REINSTATED_ON_APPEAL
                    row.ratios.append(
                        Ratio(
                            rate,
                            row.add(self.key, reinstated, Unit.ACCOUNTS, part, year, suffix=".part"),
                            row.add(self.key, self.of.measure, self.of.unit, whole, year, suffix=".whole"),
                        )
                    )
            case _:
                raise TypeError(f"{row.place(self.key)}: {reading} is no rate")

    def write(self, row: RowOut, words: Words) -> str:
        """Return the cell."""
        rates = row.cells(self.measure, year=self.year)
        if not rates or rates[0].amount is None:
            elsewhere = row.data.of(self.measure, row.reporter, year=self.year, prose=True)
            return see_comments(words) if elsewhere else DASH
        ratio = row.data.ratio_of.get(rates[0].id)
        if ratio is not None:
            part, whole = (row.data.by_id[name].amount for name in (ratio.part, ratio.whole))
            if part is None or whole is None or part.stated is None or not whole.stated:
                return DASH
            percent = words.percent(100 * part.stated / whole.stated)
            numbers = f"{words.amount(part, narrow=True)} {versus(words)} {words.amount(whole, narrow=True)}"
            return f"{percent} ({numbers})"
        reinstated = row.cells(Measure.REINSTATED_ON_APPEAL, year=self.year)
        if reinstated and all(o.amount is not None and o.amount.high == 0 for o in reinstated):
            return f"{words.percent(Decimal(0))} ({see_comments(words).lower()})"
        return DASH


def see_comments(words: Words) -> str:
    """Return what sends the reader to the last column."""
    return words.gettext("See comments")


def versus(words: Words) -> str:
    """Return what stands between the two numbers of a rate."""
    return words.pgettext("rate", "vs")
