"""One cell as reporters fill them in: a number, prose, both, a sign that there is nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from tutela.statistics.figure import Status
from tutela.statistics.union.amount import Amount, Precision, between, rounded
from tutela.statistics.union.grammar import Grammar
from tutela.statistics.union.measure import Unit
from tutela.statistics.union.observation import Missing

EN_DASH, EM_DASH = "\u2013", "\u2014"
_SIGNS: dict[Status, frozenset[str]] = {
    Status.NOT_REPORTED: frozenset({
        "", "-", "--", EN_DASH, EM_DASH, "i.u.", "ingen uppgift", "not reported", "not submitted", "ej rapporterat",
        "not_reported",
    }),
    Status.NOT_APPLICABLE: frozenset({
        "n/a", "na", "n.a.", "n.a", "not applicable", "ej tillämpligt", "inte tillämpligt", "not_applicable",
    }),
    Status.UNKNOWN: frozenset({
        "unknown", "not known", "not available", "data not available", "okänt", "inte känt", "ej känt",
        "uppgift saknas",
    }),
    Status.NOT_COLLECTED: frozenset({"not collected", "samlas inte in", "not_collected"}),
    Status.SUPPRESSED: frozenset({"suppressed", "confidential", "undertryckt", "sekretess"}),
}  # fmt: skip
_BELOW = re.compile(r"(?:<|fewer than|less than|under|färre än|mindre än) ?(?P<n>\d{1,3})", re.ASCII | re.IGNORECASE)
"""How offices write a count that they suppress: it may be zero, as far as the sign itself says."""
_PLAIN = re.compile(r"\d+", re.ASCII)
_DECIMAL = re.compile(r"\d+\.\d+", re.ASCII)
_GROUPED = re.compile(r"\d{1,3}(?:[,.]\d{3})+", re.ASCII)
_NUMBER = re.compile(r"\d")
_BOUNDARY = re.compile(rf"[\s,;:({EN_DASH}-]")
LONGEST = 20_000
"""Characters of a cell; a longer one is a document."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell says: a value or why there is none, the prose beside it, and what a person should look at."""

    raw: str
    value: Amount | Missing
    prose: str = ""
    remark: str = ""


def read_cell(text: str, grammar: Grammar, unit: Unit) -> Cell:
    """Read a cell of a row that asks for a number of a unit.

    Nothing is guessed: what has a number and cannot be read as one is unknown, with a remark. Raises ValueError for
    more than 20 000 characters.
    """
    if len(text) > LONGEST:
        raise ValueError(f"a cell of {len(text)} characters")
    plain = " ".join(text.replace("\u00a0", " ").replace("\u202f", " ").replace("\u2009", " ").split())
    for status, signs in _SIGNS.items():
        if plain.lower() in signs:
            return Cell(text, Missing(status))
    if (below := _BELOW.fullmatch(plain)) is not None and unit.counts and int(below["n"]) > 0:
        return Cell(text, Missing(Status.SUPPRESSED, between(0, int(below["n"]) - 1)))
    if (amount := _amount(plain, grammar, unit)) is not None:
        return _whole(Cell(text, amount), unit)
    if _GROUPED.fullmatch(plain):
        return Cell(
            text, Missing(Status.UNKNOWN), "", "a point or comma in it: is it a thousands mark or a decimal one?"
        )
    found = re.match(rf"(?P<told>{grammar.qualifier}{grammar.number}(?: ?%)?)", plain, re.IGNORECASE)
    if found is not None:
        rest = plain[found.end() :]
        amount = _amount(found["told"], grammar, unit)
        if amount is not None and _BOUNDARY.match(rest):
            remark = "another number stands in the words beside it" if _NUMBER.search(rest) else ""
            return _whole(Cell(text, amount, rest.strip(" ,;:"), remark), unit)
    remark = "a number stands in the words, and none is told as the value" if _NUMBER.search(plain) else ""
    return Cell(text, Missing(Status.UNKNOWN), plain, remark)


def _amount(text: str, grammar: Grammar, unit: Unit) -> Amount | None:
    try:
        if unit is Unit.PERCENT or unit is Unit.HOURS:
            return _measured(text, grammar)
        if _PLAIN.fullmatch(text):
            return between(Decimal(text), Decimal(text))
        if "." in text and _DECIMAL.fullmatch(text):
            return None
        for join in (" to ", " till ", f" {EN_DASH} ", EN_DASH, " - "):
            low, found, high = text.partition(join)
            ends = grammar.quantity(low), grammar.quantity(high)
            if found and ends[0] is not None and ends[1] is not None:
                return between(ends[0][0], ends[1][0])
        return grammar.amount(text)
    except (ValueError, InvalidOperation):
        return None


def _measured(text: str, grammar: Grammar) -> Amount | None:
    """A percentage or a time; written with a point by machines, with its language's mark by people."""
    number = text.removesuffix("%").strip()
    if _PLAIN.fullmatch(number) or _DECIMAL.fullmatch(number):
        value = Decimal(number)
        exponent = value.as_tuple().exponent
        return rounded(value, Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0))
    return grammar.percent(number + "%")


def _whole(cell: Cell, unit: Unit) -> Cell:
    amount = cell.value
    if isinstance(amount, Amount) and unit.counts:
        ends = [n for n in (amount.low, amount.high, amount.stated) if n is not None]
        if any(n != n.to_integral_value() for n in ends):
            return Cell(cell.raw, Missing(Status.UNKNOWN), cell.raw, "what is counted is whole, and this is not")
    if isinstance(amount, Amount) and unit is Unit.PERCENT and amount.low > 100:
        return Cell(cell.raw, Missing(Status.UNKNOWN), cell.raw, "more than 100 %")
    if isinstance(amount, Amount) and amount.precision is Precision.RANGE and cell.prose:
        return Cell(cell.raw, amount, cell.prose, cell.remark or "a range with words beside it")
    return cell
