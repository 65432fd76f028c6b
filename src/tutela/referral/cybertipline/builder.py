"""From records to the documents of the CyberTipline schema, in its order. Pure: material in, elements out.

Nothing is stated that no record carries: an element is left out rather than filled with a default.
"""

from __future__ import annotations

from datetime import UTC, datetime

from lxml import etree

from tutela.casework.evidence import ItemRecord, PartyRecord
from tutela.referral.material import FileMaterial, ReportMaterial, WithdrawnMaterial
from tutela.regimes.services import ServiceType

MAX_FILE_NAME = 2056
MAX_PLATFORM = 3000

# Official identifiers of the schema.
_INCIDENT_TYPE = "Child Pornography (possession, manufacture, and distribution)"
_MEDIA_HASHES = (("md5", "MD5"), ("sha256", "SHA256"), ("pdq", "PDQ"))


def build_report(material: ReportMaterial) -> etree._Element:
    """Return the `report` element of a case; of a supplement it names the earlier reports."""
    report = etree.Element("report")
    summary = etree.SubElement(report, "incidentSummary")
    _text(summary, "incidentType", _INCIDENT_TYPE)
    platforms = dict.fromkeys(
        [*(f.record.service_name for f in material.items), *(w.service_name for w in material.withdrawn)]
    )
    _text(summary, "platform", ", ".join(platforms)[:MAX_PLATFORM])
    moment, description = _incident_time(material)
    _text(summary, "incidentDateTime", _moment(moment))
    _text(summary, "incidentDateTimeDescription", description)
    records = _records(material)
    for record in records[:1]:
        _where(report, record)
    _reporter(report, material)
    senders = _distinct([record.sender for record in records])
    for sender in senders:
        _sender(report, sender, material)
    for recipient in _distinct([r for f in material.items for record in f.records for r in record.recipients]):
        element = etree.SubElement(report, "intendedRecipient")
        _text(element, "espIdentifier", recipient.account)
        _text(element, "espService", material.items[0].record.service_name)
        _country(element, recipient)
    _text(report, "additionalInfo", _additional(material))
    return report


def build_file_details(report_id: str, file_id: str, file: FileMaterial) -> etree._Element:
    """Return the `fileDetails` element of an uploaded item."""
    record = file.record
    details = etree.Element("fileDetails")
    _text(details, "reportId", report_id)
    _text(details, "fileId", file_id)
    if record.name:
        _text(details, "originalFileName", clean(record.name)[-MAX_FILE_NAME:])
    if record.sent_at is not None:
        _text(details, "uploadedToEspTimestamp", _moment(record.sent_at))
    _text(details, "fileViewedByEsp", "true" if file.viewed else "false")
    _text(details, "fileRelevance", "Reported")
    if file.classification is not None:
        _text(details, "industryClassification", file.classification)
    for kind, official in _MEDIA_HASHES:
        if kind in record.fingerprints:
            _text(details, "originalFileHash", record.fingerprints[kind]).set("hashType", official)
    return details


def to_bytes(element: etree._Element) -> bytes:
    """Return a document as UTF-8 with its declaration."""
    return etree.tostring(element, xml_declaration=True, encoding="UTF-8")


def clean(text: str) -> str:
    """Return a text without what XML cannot carry: control characters and lone surrogates become U+FFFD."""
    return "".join(c if _allowed(ord(c)) else "\ufffd" for c in text)


def _allowed(code: int) -> bool:
    return code in (0x9, 0xA, 0xD) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF


def _where(report: etree._Element, record: ItemRecord) -> None:
    # Of a service that is no messenger the record does not say where in it the file was: no element is true of it.
    if record.service_type in (ServiceType.NUMBER_INDEPENDENT_MESSAGING, ServiceType.NUMBER_BASED_MESSAGING):
        details = etree.SubElement(report, "internetDetails")
        _text(etree.SubElement(details, "chatImIncident"), "chatClient", record.service_name)


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


def _reporter(report: etree._Element, material: ReportMaterial) -> None:
    reporter = etree.SubElement(report, "reporter")
    person = etree.SubElement(reporter, "reportingPerson")
    _text(person, "firstName", material.reporter.first_name)
    _text(person, "lastName", material.reporter.last_name)
    _text(person, "email", material.reporter.email)


def _sender(report: etree._Element, sender: PartyRecord, material: ReportMaterial) -> None:
    element = etree.SubElement(report, "personOrUserReported")
    _text(element, "espIdentifier", sender.account)
    _text(element, "espService", _records(material)[0].service_name)
    for number in material.prior:
        if _is_long(number):
            _text(element, "priorCTReports", number)
    _country(element, sender)
    if material.suspension is not None:
        # The schema knows accounts disabled for a time and for good; the record does not say which it will be.
        moment = _moment(material.suspension.at)
        _text(element, "additionalInfo", f"The platform confirmed at {moment} that it suspended the account.")


def _country(element: etree._Element, party: PartyRecord) -> None:
    if party.country is not None:
        location = etree.SubElement(element, "estimatedLocation")
        _text(location, "countryCode", party.country)


def _additional(material: ReportMaterial) -> str:
    known = sum(f.verdict == "known" for f in material.items)
    new = len(material.items) - known
    bases = sorted(
        {
            f"{party.country} by {party.basis.value.replace('_', ' ')}"
            for f in material.items
            for record in f.records
            for party in _parties(record)
            if party.country
        }
    )
    lines = [
        f"Reported by {material.reporter.organisation}. Case {material.case}.",
    ]
    if material.items:
        lines.append(f"Files that a person confirmed: {known} as known, {new} as not known before.")
    if material.prior:
        lines.append(f"This supplements {_listed('report', material.prior)}.")
    lines += [_withdrawal(one) for one in material.withdrawn]
    if bases:
        lines.append("Countries of the accounts and their basis: " + "; ".join(bases) + ".")
    return " ".join(lines)


def _withdrawal(one: WithdrawnMaterial) -> str:
    file = "a file" if one.file_id is None else f"file {one.file_id}"
    when = "" if one.decided_at is None else f" It was decided anew at {_moment(one.decided_at)}."
    return f"Withdrawn: {file} of report {one.report_id} was found not to be such material.{when}"


def _listed(word: str, values: tuple[str, ...]) -> str:
    return f"{word}{'' if len(values) == 1 else 's'} {', '.join(values)}"


def _is_long(number: str) -> bool:
    # The schema takes whole numbers alone; another form of number still stands in the words.
    return number.isascii() and number.isdigit() and int(number) < 2**63


def _records(material: ReportMaterial) -> list[ItemRecord]:
    kept = [one.record for one in material.withdrawn if one.record is not None]
    return [*(file.record for file in material.items), *kept]


def _parties(record: ItemRecord) -> list[PartyRecord]:
    return [*([record.sender] if record.sender else []), *record.recipients]


def _distinct(parties: list[PartyRecord | None] | list[PartyRecord]) -> list[PartyRecord]:
    return list({party.account: party for party in parties if party is not None}.values())


def _text(parent: etree._Element, name: str, text: str) -> etree._Element:
    child = etree.SubElement(parent, name)
    child.text = clean(text)
    return child


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
