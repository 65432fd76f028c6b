"""Tables 1 to 5: what providers identified, who complained, and how often what was done was undone."""

from __future__ import annotations

from tutela.statistics.union.measure import Measure, Unit
from tutela.statistics.union.tables.column import Heading
from tutela.statistics.union.tables.count_column import Counts
from tutela.statistics.union.tables.rate_column import Of, Rates
from tutela.statistics.union.tables.reporter_column import Reporters as Reporter
from tutela.statistics.union.tables.table import Table
from tutela.statistics.union.tables.text_column import Texts
from tutela.statistics.union.words import Words


def _provider(w: Words) -> str:
    return w.gettext("Provider")


def _comments(w: Words) -> str:
    return w.gettext("Comments")


def _nothing(_: Words) -> str:
    return ""


def identified(number: int, year: int) -> Table:
    """Return table 1 or 2: cases identified in a year, each in the unit that the provider chose."""

    def title(w: Words) -> str:
        return w.gettext("Number of cases of online child sexual abuse identified in %(year)s") % {"year": year}

    def heading(w: Words) -> str:
        return w.gettext("Number of cases of CSAM identified in %(year)s") % {"year": year}

    return Table(
        number,
        title,
        (
            Reporter("provider", _provider),
            Counts("cases", heading, measure=Measure.CASES_IDENTIFIED, unit=None),
            Texts("comments", _comments),
        ),
        "provider",
        (Measure.CASES_IDENTIFIED,),
        year,
    )


def complaints(number: int, year: int, *, about_with_capital: bool) -> Table:
    """Return table 3 or 4: complaints of users in a year and their outcome."""
    measure = Measure.REINSTATED
    return Table(
        number,
        _title(year),
        (
            Reporter("provider", _provider),
            Counts(
                "complaints",
                lambda w: w.gettext("Number of cases of user complaints"),
                measure=Measure.COMPLAINTS,
                unit=Unit.COMPLAINTS,
                about_with_capital=about_with_capital,
            ),
            Counts(
                "accounts",
                lambda w: w.gettext("Number of reinstated accounts"),
                measure=measure,
                unit=Unit.ACCOUNTS,
                about_with_capital=about_with_capital,
            ),
            Counts("contents", lambda w: w.gettext("Number of reinstated contents"), measure=measure, unit=Unit.ITEMS),
            Texts("comments", _comments),
        ),
        "provider",
        (Measure.COMPLAINTS, measure),
        year,
    )


def _title(year: int) -> Heading:
    """Of 2022 it ends with a full stop, as in the report of 2023; of 2021 it does not, and nor does any other."""
    if year == 2022:
        return lambda w: w.gettext(
            "Number of cases in which a user has lodged a complaint with the internal redress mechanism or with a "
            "judicial authority and the outcome of such complaints in 2022."
        )
    return lambda w: (
        w.gettext(
            "Number of cases in which a user has lodged a complaint with the internal redress mechanism or with a "
            "judicial authority and the outcome of such complaints in %(year)s"
        )
        % {"year": year}
    )


def rates(number: int, first: int, second: int) -> Table:
    """Return table 5: what was reinstated, of the appeals and of what was suspended, in two years.

    In 2021, the first year of the Regulation, each provider began on a day of its own, which a footnote says.
    """
    began = first == 2021

    def per_appeal(w: Words) -> str:
        return w.gettext("% of reinstated accounts vs number of appeals")

    def per_suspended(w: Words) -> str:
        return w.gettext("% of reinstated vs suspended accounts")

    appeals, suspended = Of(Measure.APPEALS, Unit.COMPLAINTS), Of(Measure.SUSPENDED, Unit.ACCOUNTS)
    on_appeal, on_suspended = Measure.REINSTATED_PER_APPEAL, Measure.REINSTATED_PER_SUSPENDED
    return Table(
        number,
        lambda w: w.gettext("Appeal reinstate/reversal rates"),
        (
            Reporter("provider", _provider, _nothing),
            Rates(
                f"appeals_{first}", _year(first, starred=began), per_appeal, measure=on_appeal, of=appeals, year=first
            ),
            Rates(f"suspended_{first}", _nothing, per_suspended, measure=on_suspended, of=suspended, year=first),
            Rates(
                f"appeals_{second}",
                _year(second, starred=False),
                per_appeal,
                measure=on_appeal,
                of=appeals,
                year=second,
            ),
            Rates(f"suspended_{second}", _nothing, per_suspended, measure=on_suspended, of=suspended, year=second),
            Texts("comments", _comments, _nothing),
        ),
        "provider",
        (Measure.REINSTATED_PER_APPEAL, Measure.REINSTATED_PER_SUSPENDED),
        footnote=(lambda w: w.gettext("* The reporting periods in 2021 vary for each provider")) if began else None,
    )


def _year(year: int, *, starred: bool) -> Heading:
    return lambda _: f"{year}*" if starred else str(year)
