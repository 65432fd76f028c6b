"""Measures, units, caveats, statuses, reporters and sources in the words of a language."""

from __future__ import annotations

from tutela.statistics.figure import Status
from tutela.statistics.union.measure import Measure, Unit
from tutela.statistics.union.observation import Caveat, Reporter, Source
from tutela.statistics.union.tables import labels
from tutela.statistics.union.words import Words


def measure(one: Measure, told: Words) -> str:
    """Return what is counted."""
    _ = told.gettext
    return {
        Measure.ITEMS_PROCESSED: _("items processed"),
        Measure.ITEMS_REPORTED: _("items reported"),
        Measure.CASES_IDENTIFIED: _("cases identified"),
        Measure.ACCOUNTS_INVOLVED: _("accounts involved"),
        Measure.ITEMS_REVIEWED: _("items reviewed"),
        Measure.ITEMS_CONFIRMED: _("items confirmed"),
        Measure.SUSPENDED: _("suspended or removed"),
        Measure.COMPLAINTS: _("complaints of users"),
        Measure.APPEALS: _("appeals"),
        Measure.REINSTATED: _("reinstated"),
        Measure.REINSTATED_ON_APPEAL: _("reinstated on appeal"),
        Measure.REVERSALS: _("reversals"),
        Measure.REPORTS_RECEIVED: _("reports received"),
        Measure.REPORTS_SENT: _("reports sent"),
        Measure.OFFENCES: _("offences"),
        Measure.CHILDREN_IDENTIFIED: _("children identified"),
        Measure.CONVICTIONS: _("convictions"),
        Measure.PERSONS_CONVICTED: _("persons convicted"),
        Measure.CONVICTIONS_QUASHED: _("convictions quashed"),
        Measure.CASES_REPORTED: _("cases reported"),
        Measure.CASES_REPEATED: _("cases reported several times"),
        Measure.REPORTS_REPEATED: _("repeated reports"),
        Measure.REPORTS_INVESTIGATED: _("reports in an investigation"),
        Measure.INVESTIGATIONS_OPENED: _("investigations opened"),
        Measure.INVESTIGATIONS_OF_REPORTS: _("investigations with reports"),
        Measure.INVESTIGATIONS_MERGED: _("investigations merged"),
        Measure.INVESTIGATIONS_CLOSED: _("investigations closed"),
        Measure.FLAGGED: _("items flagged"),
        Measure.REVIEWED: _("flagged items that people reviewed"),
        Measure.REJECTED: _("flagged items that reviewers rejected"),
        Measure.ERROR_RATE: _("error rate"),
        Measure.ROW_OF_FORM: _("a row of the standard form"),
        Measure.REINSTATED_PER_APPEAL: _("reinstated, of the appeals"),
        Measure.REINSTATED_PER_SUSPENDED: _("reinstated, of the suspended"),
        Measure.SHARE_OF_OFFENCES: _("share of the offences"),
        Measure.SHARE_OF_REPORTS: _("share of the reports"),
        Measure.SHARE_OF_POPULATION: _("share of the population"),
        Measure.STATES_SILENT_ON_REPORTS: _("Member States without figures of reports"),
        Measure.STATES_SILENT_ON_CONVICTIONS: _("Member States without figures of convictions"),
        Measure.USING_ORGANISATIONS: _("organisations that use it"),
        Measure.ITEMS_PER_FALSE_POSITIVE: _("items for each one wrongly flagged"),
        Measure.FALSE_POSITIVE_RATE: _("share of harmless items that is flagged"),
        Measure.PRECISION: _("share of flagged items that is rightly flagged"),
    }[one]


def unit(one: Unit, told: Words) -> str:
    """Return the things that are counted."""
    _ = told.gettext
    return {
        Unit.ACCOUNTS: _("accounts"),
        Unit.USERS: _("users"),
        Unit.ITEMS: _("content items"),
        Unit.REPORTS: _("reports"),
        Unit.REPORTS_PER_MONTH: _("reports per month"),
        Unit.CASES: _("cases"),
        Unit.COMPLAINTS: _("complaints"),
        Unit.PERSONS: _("persons"),
        Unit.CONVICTIONS: _("convictions"),
        Unit.STATES: _("Member States"),
        Unit.DECISIONS: _("decisions"),
        Unit.ORGANISATIONS: _("organisations"),
        Unit.INVESTIGATIONS: _("investigations"),
        Unit.BYTES: _("bytes"),
        Unit.HOURS: _("hours"),
        Unit.PERCENT: _("per cent"),
    }[one]


def caveat(one: Caveat, told: Words) -> str:
    """Return what to know before a value is compared."""
    _ = told.gettext
    return {
        Caveat.ONLINE_AND_OFFLINE: _("online and offline are not told apart"),
        Caveat.DYNAMIC_DATA: _("the number depends on the day on which it was taken"),
        Caveat.AGE_LIMIT: _("only children below an age are in it"),
        Caveat.SELF_GENERATED: _("children who made the material themselves are in it"),
        Caveat.SOURCE_NOT_SEPARATED: _("what began with a report of a provider is not told apart from the rest"),
        Caveat.OTHER_SERVICES_POSSIBLE: _("services outside the Regulation may be in it"),
        Caveat.REGION_UNCLEAR: _("it is not told whether it is of the Union or of the world"),
        Caveat.GENDER_NOT_SEPARATED: _("there is no number by gender"),
        Caveat.NOT_FINAL: _("decisions may have been appealed since"),
        Caveat.OFFENCES_NOT_REPORTS: _("offences are counted where reports were asked for"),
        Caveat.OTHER_PATHS: _("some began otherwise than with a report of a provider or an organisation"),
        Caveat.EARLIER_REPORTS: _("some go back to reports of earlier periods"),
    }[one]


def status(one: Status, told: Words) -> str:
    """Return why there is no value."""
    _ = told.gettext
    return {
        Status.VALUE: _("a value"),
        Status.UNKNOWN: _("not known"),
        Status.NOT_APPLICABLE: _("not applicable"),
        Status.NOT_COLLECTED: _("not collected"),
        Status.NOT_REPORTED: _("not reported"),
        Status.SUPPRESSED: _("suppressed"),
    }[one]


def reporter(one: Reporter, told: Words) -> str:
    """Return who tells."""
    if one.kind == "union":
        return told.gettext("European Union")
    return told.gettext("the Commission") if str(one) == "body:commission" else labels.name_of(one, told)


def source(one: Source, told: Words) -> str:
    """Return where in a document something stands."""
    where = {"document": one.document, "language": one.language, "words": one.words}
    if one.table is None:
        return told.gettext("%(document)s (%(language)s), “%(words)s”") % where
    return told.gettext("%(document)s (%(language)s), table %(table)s, row %(row)s, column %(column)s") % (
        where | {"table": one.table, "row": one.row, "column": one.column}
    )
