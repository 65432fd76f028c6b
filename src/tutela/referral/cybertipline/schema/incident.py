"""What happened, and when. Its identifiers are official ones of the schema."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from tutela.referral.cybertipline.schema.element import ATTRIBUTE, Element
from tutela.referral.cybertipline.schema.values import Escalation, Moment, Platform, Text


class IncidentType(StrEnum):
    """What kind of incident it is."""

    MATERIAL = "Child Pornography (possession, manufacture, and distribution)"
    TRAFFICKING = "Child Sex Trafficking"
    TOURISM = "Child Sex Tourism"
    MOLESTATION = "Child Sexual Molestation"
    MISLEADING_DOMAIN_NAME = "Misleading Domain Name"
    MISLEADING_WORDS_OR_IMAGES = "Misleading Words or Digital Images on the Internet"
    ENTICEMENT = "Online Enticement of Children for Sexual Acts"
    UNSOLICITED_MATERIAL = "Unsolicited Obscene Material Sent to a Child"


class ReportAnnotation(StrEnum):
    """What the reporter says of the incident as a whole."""

    SEXTORTION = "sextortion"
    SOLICITATION_OF_MATERIAL = "csamSolicitation"
    MINOR_TO_MINOR = "minorToMinorInteraction"
    SPAM = "spam"
    SADISTIC_EXPLOITATION = "sadisticOnlineExploitation"


class BatchReason(StrEnum):
    """Why otherwise separate reports are sent as one."""

    VIRAL_POTENTIAL_MEME = "VIRAL_POTENTIAL_MEME"


class BatchedReport(Element):
    """That the report stands for several."""

    reason: Annotated[BatchReason, ATTRIBUTE]


class IncidentSummary(Element):
    """The incident. `incident_date_time` lies in the past when it is sent, which the client checks.

    `escalate_to_high_priority` says why it is urgent; it is left out where it is not.
    """

    incident_type: IncidentType
    platform: Platform | None = None
    escalate_to_high_priority: Escalation | None = None
    report_annotations: frozenset[ReportAnnotation] = frozenset()
    incident_date_time: Moment
    incident_date_time_description: Text | None = None
