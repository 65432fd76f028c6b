"""The heads of Article 9(2): conditions, proportionality, technologies. Nothing is scored, and nothing is concluded."""

from __future__ import annotations

from tutela.statistics.union import naming
from tutela.statistics.union.content.section import Listing, Section
from tutela.statistics.union.content.statement_labels import head, label
from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.measure import Measure, Unit
from tutela.statistics.union.observation import Observation
from tutela.statistics.union.period import Period
from tutela.statistics.union.sums.question import Question, Whose, units
from tutela.statistics.union.sums.total import Total, total
from tutela.statistics.union.sums.wording import ends, name
from tutela.statistics.union.tables import labels
from tutela.statistics.union.words import Words

_CLAIMS = (Measure.ITEMS_PER_FALSE_POSITIVE, Measure.FALSE_POSITIVE_RATE, Measure.PRECISION)
_INDICATORS: tuple[tuple[Measure, Whose], ...] = (
    (Measure.REPORTS_SENT, "state"),
    (Measure.REPORTS_RECEIVED, "state"),
    (Measure.CHILDREN_IDENTIFIED, "state"),
    (Measure.CONVICTIONS, "state"),
    (Measure.CASES_IDENTIFIED, "provider"),
    (Measure.SUSPENDED, "provider"),
    (Measure.COMPLAINTS, "provider"),
    (Measure.REINSTATED, "provider"),
    (Measure.ITEMS_REVIEWED, "provider"),
    (Measure.ITEMS_CONFIRMED, "provider"),
)


def conditions(data: Dataset, told: Words) -> Section:
    """Return what providers told of the conditions of processing, and what nobody told."""
    _ = told.gettext
    title = _("Article 9(2)(a): conditions of the processing")
    if not data.statements:
        return Section("conditions", title, (_("The data set tells nothing of it."),))
    codes = sorted({p for s in data.statements for p in s.providers})
    names = tuple(labels.provider(code, told).partition(" (")[0] for code in codes)
    rows = tuple(
        (head(s.head, told), label(s.id, told), *(_("yes") if code in s.providers else "-" for code in codes))
        for s in data.statements
    )
    told_by = _("A dash says that the provider did not tell it, not that it does not do it.")
    widths = (2.1, 3.4, *(0.9 for _code in codes))
    listing = Listing(_("What providers told"), (_("Head"), _("Statement"), *names), rows, widths)
    silent = [label(s.id, told) for s in data.statements if not s.providers]
    sentences = [told_by]
    if silent:
        sentences.append(_("No provider told of: %(what)s.") % {"what": "; ".join(silent)})
    return Section("conditions", title, tuple(sentences), (listing,))


def proportionality(data: Dataset, told: Words) -> Section:
    """Return the figures that bear on proportionality, side by side with what is not known of each."""
    _ = told.gettext
    rows = []
    for measure, whose in _INDICATORS:
        for unit in units(data, measure, whose):
            for year in data.years:
                proved = total(data, Question(measure, unit, Period.of_year(year), whose))
                if any(s.span.low or s.span.high is not None for s in proved.shares):
                    rows.append(_indicator(measure, unit, year, proved, told))
    title = _("Article 9(2)(b): figures that bear on proportionality")
    sentences = (
        _("The figures stand side by side; no number is made of them, as they count different things."),
        _("Each is bounded by what was told for the year; a figure of other days counts for what it proves of it."),
    )
    header = (_("Counted"), _("Unit"), _("Year"), _("Proved"), _("Told by"), _("No upper end from"))
    listing = Listing(_("Indicators"), header, tuple(rows), (1.8, 1.2, 0.6, 1.4, 0.9, 2.6), (3,))
    return Section("proportionality", title, sentences, (listing,) if rows else ())


def _indicator(measure: Measure, unit: Unit, year: int, proved: Total, told: Words) -> tuple[str, ...]:
    whose = proved.question.whose
    known = [s for s in proved.shares if s.span.low or s.span.high is not None]
    out_of = told.gettext("%(n)s of %(all)s") % {"n": len(known), "all": len(proved.shares)}
    names = [name(c, whose, told) for c in proved.unbounded]
    return (
        naming.measure(measure, told).capitalize(),
        naming.unit(unit, told),
        str(year),
        ends(proved.amount, told),
        out_of,
        ", ".join(names) or "-",
    )


def technologies(data: Dataset, told: Words) -> Section:
    """Return the register of technologies, and the claims on their accuracy with what each leaves open."""
    _ = told.gettext
    title = _("Article 9(2)(c): technologies and their accuracy")
    if not data.tools:
        return Section("technologies", title, (_("The data set tells nothing of it."),))
    kinds = {"known": _("known material"), "new": _("new material"), "solicitation": _("solicitation")}
    tools = [(kinds.get(t.kind, t.kind), dict(t.names).get(told.language, t.names[0][1])) for t in data.tools]
    claims = [_claim(o, told) for m in _CLAIMS for o in data.of(m)]
    header = (_("Claim of"), _("Measure"), _("Told"), _("What it is a share of"), _("What is not told"))
    listings = [
        Listing(_("Technologies named"), (_("Looks for"), _("Technology")), tuple(tools), (1, 3)),
        Listing(_("Claims on accuracy"), header, tuple(claims), (1, 1.6, 1, 2.4, 2.6)),
    ]
    users = [o for o in data.of(Measure.USING_ORGANISATIONS) if o.amount is not None]
    sentences = [
        _("%(count)s technologies are named; of %(claimed)s makers a claim on accuracy is told.")
        % {"count": len(data.tools), "claimed": len({o.reporter for m in _CLAIMS for o in data.of(m)})},
        _("A false positive rate is of all that is harmless, a precision of all that is flagged: neither follows from "
          "the other without the share of what is searched for."),
        *(
            _("A technology of %(maker)s is used by %(n)s organisations.")
            % {"maker": labels.provider(o.reporter.code, told), "n": told.told(o.amount)}
            for o in users if o.amount is not None
        ),
    ]  # fmt: skip
    return Section("technologies", title, tuple(sentences), tuple(listings))


def _claim(one: Observation, told: Words) -> tuple[str, ...]:
    _ = told.gettext
    names = {
        Measure.PRECISION: (_("precision"), _("right among all that is flagged")),
        Measure.FALSE_POSITIVE_RATE: (_("false positive rate"), _("wrong among all that is harmless")),
        Measure.ITEMS_PER_FALSE_POSITIVE: (
            _("false positives"),
            _("one among so many items at most; of which items is not told"),
        ),
    }
    measure, share = names[one.measure]
    missing = [
        _("period") if one.period is None else "",
        _("threshold"),
        _("what it was measured on"),
        _("share of what is searched for"),
    ]
    if one.amount is None:
        value = "-"
    elif one.unit is Unit.PERCENT and one.amount.stated is not None:
        exponent = one.amount.stated.as_tuple().exponent
        value = told.percent(one.amount.stated, max(0, -exponent) if isinstance(exponent, int) else 0)
    else:
        value = _("1 in %(n)s") % {"n": told.told(one.amount)}
    return labels.provider(one.reporter.code, told), measure, value, share, ", ".join(filter(None, missing))
