"""Tables 6 to 9: reports that Member States received or were sent, children identified, convictions."""

from __future__ import annotations

from tutela.statistics.union.measure import Measure, Unit
from tutela.statistics.union.observation import Dimension, Reporter
from tutela.statistics.union.tables.column import DASH
from tutela.statistics.union.tables.count_column import Counts
from tutela.statistics.union.tables.period_column import Periods
from tutela.statistics.union.tables.reporter_column import Reporters
from tutela.statistics.union.tables.share_columns import Given, Shares
from tutela.statistics.union.tables.table import Table
from tutela.statistics.union.tables.text_column import Texts
from tutela.statistics.union.words import Words

NCMEC = Reporter("body", "ncmec")
COMMISSION = Reporter("body", "commission")


def _country(w: Words) -> str:
    return w.gettext("Country")


def _period(w: Words) -> str:
    return w.gettext("Reporting period")


def _comments(w: Words) -> str:
    return w.gettext("Comments")


def reports_received(number: int) -> Table:
    """Return table 6: reports that the authorities of Member States received."""
    measure = Measure.REPORTS_RECEIVED
    return Table(
        number,
        lambda w: w.gettext(
            "The total number of reports of detected online child sexual abuse as reported by Member States"
        ),
        (
            Reporters("state", _country),
            Periods(lambda w: w.gettext("Reporting Period"), measure),
            Counts(
                "reports",
                lambda w: w.gettext("Total number of reports of online child sexual abuse"),
                measure=measure,
                unit=Unit.REPORTS,
            ),
            Texts("source", lambda w: w.gettext("Source of reports"), empty=DASH),
            Texts("comments", _comments),
        ),
        "state",
        (measure,),
    )


def reports_sent(number: int, one: int, other: int) -> Table:
    """Return table 7: reports that NCMEC sent to Member States in two years."""

    def counts(year: int) -> Counts:
        return Counts(
            f"reports_{year}",
            lambda w: w.gettext("Total reports %(year)s") % {"year": year},
            measure=Measure.REPORTS_SENT,
            unit=Unit.REPORTS,
            year=year,
            sums=True,
            told_by=NCMEC,
        )

    def shares(of: Counts, year: int) -> Shares:
        return Shares(
            f"share_{year}",
            lambda w: w.gettext("%% of EU total %(year)s") % {"year": year},
            of=of,
            measure=Measure.SHARE_OF_REPORTS,
            year=year,
        )

    first, second = counts(one), counts(other)
    return Table(
        number,
        lambda w: (
            w.gettext(
                "NCMEC reports of suspected online child sexual abuse provided to EU Member States in %(first)s and "
                "%(second)s"
            )
            % {"first": one, "second": other}
        ),
        (
            Reporters("state", _country, total=lambda w: w.gettext("Total")),
            first,
            shares(first, one),
            second,
            shares(second, other),
            Given(
                "population",
                lambda w: w.gettext("% of EU population"),
                measure=Measure.SHARE_OF_POPULATION,
                told_by=COMMISSION,
            ),
        ),
        "state",
        (Measure.REPORTS_SENT,),
    )


def children(number: int) -> Table:
    """Return table 8: children identified, by gender."""
    measure, unit = Measure.CHILDREN_IDENTIFIED, Unit.PERSONS
    return Table(
        number,
        lambda w: w.gettext("Number of children identified, differentiated by gender"),
        (
            Reporters("state", _country, total=lambda w: w.gettext("TOTAL FOR ALL MEMBER STATES")),
            Periods(_period, measure),
            Counts(
                "female",
                lambda w: w.pgettext("children", "Female"),
                measure=measure,
                unit=unit,
                breakdown=((Dimension.GENDER, "female"),),
                sums=True,
            ),
            Counts(
                "male",
                lambda w: w.pgettext("children", "Male"),
                measure=measure,
                unit=unit,
                breakdown=((Dimension.GENDER, "male"),),
                sums=True,
            ),
            Counts("total", lambda w: w.pgettext("children", "Total"), measure=measure, unit=unit, sums=True),
            Texts("comments", _comments),
        ),
        "state",
        (measure,),
    )


def convictions(number: int) -> Table:
    """Return table 9: convictions."""
    measure = Measure.CONVICTIONS
    return Table(
        number,
        lambda w: w.gettext("The number of perpetrators convicted"),
        (
            Reporters("state", _country),
            Periods(_period, measure),
            Counts("convictions", lambda w: w.gettext("Number of convictions"), measure=measure, unit=Unit.CONVICTIONS),
            Texts("comments", _comments),
        ),
        "state",
        (measure,),
    )
