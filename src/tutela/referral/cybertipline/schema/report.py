"""A report: the document that opens one."""

from __future__ import annotations

from typing import Annotated, ClassVar

from tutela.referral.cybertipline.schema.element import CHOICE, Element
from tutela.referral.cybertipline.schema.incident import BatchedReport, IncidentSummary
from tutela.referral.cybertipline.schema.internet import InternetIncident
from tutela.referral.cybertipline.schema.parties import (
    IntendedRecipient,
    LawEnforcement,
    PersonOrUserReported,
    Reporter,
    Victim,
)
from tutela.referral.cybertipline.schema.values import Text


class Report(Element):
    """A report on an incident."""

    TAG: ClassVar[str] = "report"
    batched_report: BatchedReport | None = None
    incident_summary: IncidentSummary
    internet_details: Annotated[tuple[InternetIncident, ...], CHOICE] = ()
    law_enforcement: LawEnforcement | None = None
    reporter: Reporter
    person_or_user_reported: tuple[PersonOrUserReported, ...] = ()
    intended_recipient: tuple[IntendedRecipient, ...] = ()
    victim: tuple[Victim, ...] = ()
    additional_info: Text | None = None
