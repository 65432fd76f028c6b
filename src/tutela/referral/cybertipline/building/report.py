"""A case as a report."""

from __future__ import annotations

from datetime import datetime

from tutela.referral.cybertipline.building import words
from tutela.referral.cybertipline.building.conversation import conversations
from tutela.referral.cybertipline.building.parties import recipients, reporter, senders
from tutela.referral.cybertipline.building.records import is_messenger, kept_records
from tutela.referral.cybertipline.schema import ChatImIncident, IncidentSummary, IncidentType, Report, clean
from tutela.referral.cybertipline.schema.values import MAX_ESCALATION, MAX_PLATFORM
from tutela.referral.material import ReportMaterial


def build_report(material: ReportMaterial) -> Report:
    """Return the report of a case; of a supplement it names the earlier reports."""
    return Report(
        incident_summary=_summary(material),
        internet_details=_where(material),
        reporter=reporter(material.reporter),
        person_or_user_reported=senders(material),
        intended_recipient=recipients(material),
        additional_info=clean(words.of_report(material)),
    )


def _summary(material: ReportMaterial) -> IncidentSummary:
    # "known" and "new" both say that it is such material; the record has no verdict that says another incident.
    moment, description = _incident_time(material)
    platforms = dict.fromkeys(
        [*(f.record.service_name for f in material.items), *(w.service_name for w in material.withdrawn)]
    )
    urgent = material.items and material.urgent
    return IncidentSummary(
        incident_type=IncidentType.MATERIAL,
        platform=clean(", ".join(platforms))[:MAX_PLATFORM],
        escalate_to_high_priority=words.urgency(material.urgent)[:MAX_ESCALATION] if urgent else None,
        incident_date_time=moment,
        incident_date_time_description=description,
    )


def _where(material: ReportMaterial) -> tuple[ChatImIncident, ...]:
    # Of a service that is no messenger the record does not say where in it the file was: no element is true of it.
    # What was said there still goes with the file (building/files.py).
    first = [record for record in kept_records(material) if is_messenger(record)][:1]
    said = conversations(file.record for file in material.items if is_messenger(file.record))
    return tuple(ChatImIncident(chat_client=clean(record.service_name), content=said) for record in first)


def _incident_time(material: ReportMaterial) -> tuple[datetime, str]:
    # A file cannot have been sent after it was found: such a time is the platform's mistake, and the recipient
    # refuses a report of an incident in the future.
    if not material.items:
        return min(w.flagged_at for w in material.withdrawn), (
            "Time at which the first of the files that are withdrawn here was found."
        )
    sent = [f.record.sent_at for f in material.items if f.record.sent_at and f.record.sent_at <= f.record.found_at]
    if sent:
        return min(sent), "Time at which the first of the reported files was sent."
    return min(f.record.found_at for f in material.items), (
        "Time at which the first of the reported files was found; no usable time of sending is on record."
    )
