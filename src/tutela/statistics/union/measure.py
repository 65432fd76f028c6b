"""What is counted, and in which unit."""

from __future__ import annotations

from enum import StrEnum


class Unit(StrEnum):
    """In what a value is told. Two units are never added, compared or divided without a word."""

    ACCOUNTS = "accounts"
    USERS = "users"
    ITEMS = "items"
    REPORTS = "reports"
    REPORTS_PER_MONTH = "reports_per_month"
    CASES = "cases"
    COMPLAINTS = "complaints"
    PERSONS = "persons"
    CONVICTIONS = "convictions"
    STATES = "states"
    DECISIONS = "decisions"
    ORGANISATIONS = "organisations"
    INVESTIGATIONS = "investigations"
    BYTES = "bytes"
    HOURS = "hours"
    PERCENT = "percent"

    @property
    def counts(self) -> bool:
        """Whether it counts things, so that a value is whole."""
        return self not in {Unit.PERCENT, Unit.HOURS}


class Measure(StrEnum):
    """What a value measures; the reference page says each in words."""

    ITEMS_PROCESSED = "items_processed"
    ITEMS_REPORTED = "items_reported"
    CASES_IDENTIFIED = "cases_identified"
    ACCOUNTS_INVOLVED = "accounts_involved"
    ITEMS_REVIEWED = "items_reviewed"
    ITEMS_CONFIRMED = "items_confirmed"
    SUSPENDED = "suspended"
    COMPLAINTS = "complaints"
    APPEALS = "appeals"
    REINSTATED = "reinstated"
    REINSTATED_ON_APPEAL = "reinstated_on_appeal"
    REVERSALS = "reversals"
    FLAGGED = "flagged"
    REVIEWED = "reviewed"
    REJECTED = "rejected"
    ERROR_RATE = "error_rate"
    ROW_OF_FORM = "row_of_form"
    """A number of the provider's standard form that no other measure stands for; its kind is the row."""
    REINSTATED_PER_APPEAL = "reinstated_per_appeal"
    REINSTATED_PER_SUSPENDED = "reinstated_per_suspended"
    REPORTS_RECEIVED = "reports_received"
    OFFENCES = "offences"
    SHARE_OF_OFFENCES = "share_of_offences"
    REPORTS_SENT = "reports_sent"
    SHARE_OF_REPORTS = "share_of_reports"
    SHARE_OF_POPULATION = "share_of_population"
    CHILDREN_IDENTIFIED = "children_identified"
    CONVICTIONS = "convictions"
    PERSONS_CONVICTED = "persons_convicted"
    CONVICTIONS_QUASHED = "convictions_quashed"
    CASES_REPORTED = "cases_reported"
    CASES_REPEATED = "cases_repeated"
    REPORTS_REPEATED = "reports_repeated"
    REPORTS_INVESTIGATED = "reports_investigated"
    INVESTIGATIONS_OPENED = "investigations_opened"
    INVESTIGATIONS_OF_REPORTS = "investigations_of_reports"
    INVESTIGATIONS_MERGED = "investigations_merged"
    INVESTIGATIONS_CLOSED = "investigations_closed"
    STATES_SILENT_ON_REPORTS = "states_silent_on_reports"
    STATES_SILENT_ON_CONVICTIONS = "states_silent_on_convictions"
    USING_ORGANISATIONS = "using_organisations"
    ITEMS_PER_FALSE_POSITIVE = "items_per_false_positive"
    FALSE_POSITIVE_RATE = "false_positive_rate"
    PRECISION = "precision"


SILENCE = {
    Measure.STATES_SILENT_ON_REPORTS: Measure.REPORTS_RECEIVED,
    Measure.STATES_SILENT_ON_CONVICTIONS: Measure.CONVICTIONS,
}
"""Which measure the states did not report that a value counts."""
BASES = {
    Measure.APPEALS: Measure.COMPLAINTS,
    Measure.REINSTATED_ON_APPEAL: Measure.REINSTATED,
    Measure.SUSPENDED: Measure.CASES_IDENTIFIED,
}
"""What a rate is made of, and what is told elsewhere under another name though it should be the same."""
SHARES = frozenset({Measure.SHARE_OF_REPORTS, Measure.SHARE_OF_POPULATION})
"""Shares of a whole that its parts make up."""
