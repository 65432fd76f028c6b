"""A sum, a refusal and bounds in sentences of a language; every sentence rests on the figures that it names."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from tutela.statistics.union import naming, parts
from tutela.statistics.union.amount import Amount
from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.measure import Unit
from tutela.statistics.union.observation import Caveat
from tutela.statistics.union.period import Period
from tutela.statistics.union.sums.adding import Addition, Reason, Refusal
from tutela.statistics.union.sums.coverage import Covered
from tutela.statistics.union.sums.question import Whose, about
from tutela.statistics.union.sums.span import Step
from tutela.statistics.union.sums.total import Total
from tutela.statistics.union.sums.wrongly_flagged import ErrorBounds
from tutela.statistics.union.tables import labels
from tutela.statistics.union.words import Words

_DAY = timedelta(days=1)


def sum_headings(told: Words) -> tuple[str, str, str, str]:
    """Return the heads of the columns: whose, what is proved, from which figures from below and from above."""
    _ = told.gettext
    return "", _("proved"), _("from below"), _("from above")


def coverage_headings(told: Words) -> tuple[str, str, str, str, str]:
    """Return the heads of the columns: whose, when, received, sent, the ratio."""
    _ = told.gettext
    return "", _("period"), _("reports received"), _("reports sent"), _("received of a hundred sent")


def error_headings(told: Words) -> tuple[str, str, str, str]:
    """Return the heads of the columns: whose, flagged, wrong among them, the share."""
    _ = told.gettext
    return "", _("items flagged"), _("wrong among them"), _("share that is wrong")


def error_line(row: ErrorBounds, told: Words) -> tuple[str, str, str, str]:
    """Return the cells of a provider, or of all together."""
    whose = told.gettext("all providers") if row.code == "EU" else labels.provider(row.code, told)
    proved = row.low is not None or row.high is not None
    share = percentages(row.low, row.high, told) if proved else told.gettext("not known")
    return whose, ends(row.flagged, told), ends(row.wrong, told), share


def whose_coverage(row: Covered, told: Words) -> str:
    """Return of whom a row is."""
    return told.gettext("European Union") if row.code == "EU" else told.country(row.code)


def name(code: str, whose: Whose, told: Words) -> str:
    """Return the name of a Member State or provider."""
    return told.country(code) if whose == "state" else labels.provider(code, told)


def ends(amount: Amount, told: Words) -> str:
    """Return an interval: `4 616`, `4 616 to 4 922`, `at least 4 616`, `not known`."""
    if amount.high is None:
        if not amount.low:
            return told.gettext("not known")
        return told.gettext("at least %(n)s") % {"n": told.number(amount.low)}
    if amount.low == amount.high:
        return told.number(amount.low)
    return told.gettext("%(low)s to %(high)s") % {"low": told.number(amount.low), "high": told.number(amount.high)}


def days(start: date, end: date, told: Words) -> str:
    """Return the period from a day to the day before another; whole months, halves and years by their names."""
    return told.span(Period.of_days(start, end - _DAY))


def refused(data: Dataset, refusal: Refusal, whose: Whose, told: Words) -> str:
    """Return why figures are not added."""
    _ = told.gettext

    def groups(named: Callable[[str], str]) -> str:
        parts = []
        for group, ids in refusal.groups:
            codes = dict.fromkeys(name(c, whose, told) for i in ids if (c := about(data.by_id[i], whose)))
            parts.append(f"{named(group)} ({', '.join(codes)})")
        return "; ".join(parts)

    match refusal.reason:
        case Reason.UNIT:
            return _("They count different things: %(groups)s.") % {
                "groups": groups(lambda g: naming.unit(Unit(g), told))
            }
        case Reason.PERIOD:
            return _("They are of %(n)s different periods: %(groups)s.") % {
                "n": len(refusal.groups),
                "groups": groups(lambda g: _spans(g, told)),
            }
        case Reason.OVERLAP:
            ids = ", ".join(f"{i} ({told.span(p)})" for __, g in refusal.groups for i in g if (p := _period(data, i)))
            return _("Figures of one reporter share days, which would count twice: %(ids)s.") % {"ids": ids}
        case Reason.BREAKDOWN:
            return _("Some are of a part and others of the whole: %(groups)s.") % {
                "groups": groups(lambda g: parts.told_codes(g, told))
            }
    return _("Not all count the same: %(groups)s.") % {"groups": groups(lambda g: caveats(_caveats(g), told))}


def sum_lines(data: Dataset, sum_: Addition, whose: Whose, told: Words) -> list[str]:
    """Return the sum, or every reason against it and the sums that are allowed."""
    _ = told.gettext
    absent = ", ".join(name(c, whose, told) for c in sum_.absent)
    if sum_.amount is not None:
        lines = [
            _("Added as told: %(sum)s (%(parts)s figures).")
            % {"sum": ends(sum_.amount, told), "parts": len(sum_.parts)}
        ]
        if absent:
            lines.append(_("It is no total of all: nothing was told by %(names)s.") % {"names": absent})
        return lines
    if not sum_.parts:
        return [_("Nothing was told.")]
    lines = [_("The %(parts)s figures are not added.") % {"parts": len(sum_.parts)}]
    lines += [refused(data, r, whose, told) for r in sum_.refusals]
    if absent:
        lines.append(_("Nothing was told by %(names)s.") % {"names": absent})
    for group in sum_.groups:
        names = ", ".join(
            dict.fromkeys(name(c, whose, told) for i in group.parts if (c := about(data.by_id[i], whose)))
        )
        lines.append(
            _("Allowed: %(sum)s %(unit)s in %(period)s (%(names)s; %(caveats)s).")
            % {
                "sum": ends(group.amount, told),
                "unit": naming.unit(group.unit, told),
                "period": told.span(group.period) if group.period else "-",
                "names": names,
                "caveats": caveats(group.caveats, told),
            }
        )
    return lines


def bound_lines(proved: Total, told: Words) -> list[str]:
    """Return what is proved of a total."""
    _ = told.gettext
    question = proved.question
    what = {
        "unit": naming.unit(question.unit, told),
        "period": told.span(question.period),
        "low": told.number(proved.low),
    }
    if proved.high == proved.low:
        lines = [_("Proved for %(period)s: exactly %(low)s %(unit)s.") % what]
    elif proved.high is not None:
        lines = [
            _("Proved for %(period)s: at least %(low)s and at most %(high)s %(unit)s.")
            % (what | {"high": told.number(proved.high)})
        ]
    else:
        lines = [
            _("Proved for %(period)s: at least %(low)s %(unit)s. Nothing bounds the total from above.") % what,
            _("No upper end is told by %(names)s.")
            % {"names": ", ".join(name(c, question.whose, told) for c in proved.unbounded)},
        ]
        if proved.bounded is not None:
            count = len(proved.shares) - len(proved.unbounded)
            lines.append(
                _("The other %(n)s together have %(ends)s.") % {"n": count, "ends": ends(proved.bounded, told)}
            )
    lines += [
        _("%(name)s: not all of these can be true, so they prove nothing: %(ids)s.")
        % {"name": name(s.code, question.whose, told), "ids": ", ".join(s.contradictory)}
        for s in proved.shares
        if s.contradictory
    ]
    if question.without:
        lines.append(
            _("Figures with these caveats count only for what they prove without them: %(caveats)s.")
            % {"caveats": caveats(tuple(c for c in Caveat if c in question.without), told)}
        )
    if proved.caveats:
        lines.append(
            _("Taken as they were told, figures carry these caveats: %(caveats)s.")
            % {"caveats": caveats(proved.caveats, told)}
        )
    return lines


def steps(some: Iterable[Step], told: Words) -> str:
    """Return how an end is reached: `101 (8.IE.total, 2021 to 2022) - 50 (IE.children.2021, 2021)`."""
    text = ""
    for step in sorted(some, key=lambda s: (-s.sign, s.start)):
        sign = " - " if step.sign < 0 else " + " if text else ""
        where = f"{' + '.join(step.by)}, {days(step.start, step.end, told)}"
        text += f"{sign}{told.number(step.number)} ({where})"
    return text or told.number(Decimal(0))


def ratio(row: Covered, told: Words) -> str:
    """Return reports received of a hundred sent, its ends rounded outwards to one place."""
    if row.low is None and row.high is None:
        return told.gettext("nothing was sent")
    return percentages(row.low, row.high, told)


def percentages(lowest: Decimal | None, highest: Decimal | None, told: Words) -> str:
    """Return the bounds of a percentage, rounded outwards to one place; no lower end is 0."""
    low = (lowest or Decimal(0)).quantize(Decimal("0.1"), ROUND_FLOOR)
    if highest is None:
        if not low:
            return told.gettext("not known")
        return told.gettext("at least %(n)s") % {"n": told.percent(low, 1)}
    high = highest.quantize(Decimal("0.1"), ROUND_CEILING)
    if lowest == highest:
        return told.percent(highest, 1)
    if not low:
        return told.gettext("at most %(n)s") % {"n": told.percent(high, 1)}
    return told.gettext("%(low)s to %(high)s") % {"low": told.number(low, 1), "high": told.percent(high, 1)}


def caveats(some: Iterable[Caveat], told: Words) -> str:
    """Return caveats in words."""
    return "; ".join(naming.caveat(c, told) for c in some) or told.gettext("no caveat")


def _caveats(text: str) -> list[Caveat]:
    return [] if text == "-" else [Caveat(c) for c in text.split(", ")]


def _spans(text: str, told: Words) -> str:
    if text == "-":
        return told.gettext("no period told")
    pairs = (span.split(" to ") for span in text.split(", "))
    return ", ".join(told.span(Period.of_days(date.fromisoformat(a), date.fromisoformat(b))) for a, b in pairs)


def _period(data: Dataset, identifier: str) -> Period | None:
    return data.by_id[identifier].period
