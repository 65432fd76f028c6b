"""The documents: valid by NCMEC's schema, accepted by the sandbox, and silent on what no record holds."""

from __future__ import annotations

import dataclasses
import string
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tutela.casework.evidence import DetailsRecord, IpEventRecord, ItemRecord, MessageRecord, PartyRecord
from tutela.casework.review import Sign
from tutela.referral.cybertipline.building import build_file_details, build_report
from tutela.referral.cybertipline.schema import clean
from tutela.referral.cybertipline.writing import to_xml
from tutela.referral.material import FileMaterial, Reporter, ReportMaterial, SuspensionMaterial, WithdrawnMaterial
from tutela.regimes.eu_users import COUNTRIES, EuBasis
from tutela.regimes.party_details import Occasion
from tutela.regimes.services import ServiceType
from tutela.sandboxes.cybertipline.checking import Checker

FOUND = datetime(2025, 6, 1, 12, tzinfo=UTC)
NOW = FOUND + timedelta(hours=1)
HASHES = {"md5": "MD5", "sha1": "SHA1", "sha256": "SHA256", "pdq": "PDQ", "photodna": "PhotoDNA"}
# What a record in the vault can hold: it is written as UTF-8, so lone surrogates are gone before it.
nasty = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.sampled_from(
    ["\x00", "<&>\"'", "]]>", "\ufffe\uffff", "\x85\u2028", " ", "\r\n", "\U0010ffff", "a\x1bb", "x" * 4000, "é" * 2057]
)
nastier = nasty | st.text(max_size=20) | st.sampled_from(["\ud800", "a\udfffb"])
hexes = st.text(string.hexdigits.lower()[:16], min_size=1, max_size=64)
zones = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
moments = st.datetimes(datetime(1970, 1, 1), datetime(2030, 1, 1), timezones=zones)  # noqa: DTZ001
few = st.lists(nasty.filter(bool), max_size=2).map(tuple)
ip_events = st.builds(
    IpEventRecord,
    address=st.ip_addresses().map(str),
    at=st.none() | moments,
    occasion=st.none() | st.sampled_from(Occasion),
    port=st.none() | st.integers(0, 65535),
)
details = st.builds(
    DetailsRecord,
    first_name=st.none() | nasty,
    last_name=st.none() | nasty,
    emails=few,
    phones=few,
    screen_name=st.none() | nasty,
    display_names=few,
    profile_urls=few | st.just(("https://chat.example/anna",)),
    ip_events=st.lists(ip_events, max_size=2).map(tuple),
    devices=st.lists(st.tuples(nasty, nasty), max_size=1).map(tuple),
)
parties = st.builds(
    PartyRecord,
    account=nasty.filter(bool),
    country=st.none() | st.sampled_from(sorted(COUNTRIES)),
    basis=st.sampled_from(EuBasis),
    details=st.none() | details,
)
messages = st.builds(MessageRecord, author=nasty, at=moments, text=nasty)
records = st.builds(
    ItemRecord,
    service=st.just("chat"),
    service_name=nasty,
    service_type=st.sampled_from(ServiceType),
    name=nasty,
    kind=st.sampled_from(["image", "video", "text", "other"]),
    size=st.integers(0, 10**12),
    fingerprints=st.dictionaries(st.sampled_from([*HASHES, "other"]), hexes),
    sender=st.none() | parties,
    recipients=st.lists(parties, max_size=3).map(tuple),
    sent_at=st.none() | st.datetimes(datetime(1970, 1, 1), datetime(2030, 1, 1), timezones=zones),  # noqa: DTZ001
    found_at=st.just(FOUND),
    identity=st.none() | nasty,
    messages=st.lists(messages, max_size=3).map(tuple),
)
SIGNS: list[Sign] = ["generated", "self_produced"]
verdicts: st.SearchStrategy[Literal["known", "new"]] = st.sampled_from(["known", "new"])
files = st.builds(
    FileMaterial,
    item=st.uuids().map(str),
    record=records,
    verdict=verdicts,
    classification=st.none() | st.sampled_from(["A1", "A2", "B1", "B2"]),
    viewed=st.booleans(),
    load=st.just(lambda: b""),
    repeats=st.lists(records, max_size=2).map(tuple),
    signs=st.frozensets(st.sampled_from(SIGNS)),
)
withdrawals = st.builds(
    WithdrawnMaterial,
    item=st.uuids().map(str),
    report_id=st.integers(1, 10**9).map(str) | st.just("NR-7"),
    file_id=st.none() | st.just("0" * 32),
    flagged_at=st.just(FOUND),
    service_name=nasty,
    decided_at=st.none() | st.just(NOW),
    record=st.none() | records,
)
numbers = st.lists(st.sampled_from(["4564654", "9", "NR-7", "9" * 19, "x" * 5]), max_size=3, unique=True).map(tuple)
materials = st.builds(
    ReportMaterial,
    referral=st.uuids().map(str),
    case=st.uuids().map(str),
    reporter=st.builds(Reporter, nastier, nastier, nastier, nastier),
    items=st.lists(files, min_size=1, max_size=4).map(tuple),
    suspension=st.none() | st.builds(SuspensionMaterial, st.datetimes(datetime(2020, 1, 1), timezones=zones)),  # noqa: DTZ001
    prior=numbers,
    withdrawn=st.lists(withdrawals, max_size=3).map(tuple),
    urgent=st.lists(moments, max_size=2).map(tuple) | st.just((FOUND,) * 200),
)


@cache
def official(path: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(path / "cybertipline.xsd"))


@cache
def checker() -> Checker:
    return Checker()


def held(material: ReportMaterial, reference: Path) -> tuple[etree._Element, list[etree._Element]]:
    """Build everything, and hold it against both schemas and the sandbox's rules, as bytes."""
    documents = [to_xml(build_report(material))]
    documents += [to_xml(build_file_details(4711, "ab" * 16, file)) for file in material.items]
    roots = []
    for number, document in enumerate(documents):
        checker().check(document, "fileDetails" if number else "report", NOW, "utf-8")
        root = etree.fromstring(document)
        official(reference).assertValid(root)
        roots.append(root)
    return roots[0], roots[1:]


@settings(max_examples=80)
@given(material=materials)
def test_whatever_the_records_hold(material: ReportMaterial, reference: Path) -> None:
    report, details = held(material, reference)
    kept = [f.record for f in material.items] + [w.record for w in material.withdrawn if w.record]
    senders = {record.sender.account for record in kept if record.sender}
    recipients = {r.account for f in material.items for record in f.records for r in record.recipients}
    assert len(report.findall("personOrUserReported")) == len(senders)
    assert len(report.findall("intendedRecipient")) == len(recipients)
    suspended = [e for e in report.findall("personOrUserReported/additionalInfo") if "it suspended the" in str(e.text)]
    assert len(suspended) == (len(senders) if material.suspension else 0)
    assert_details_are_those_of_the_records(report, material)
    assert_conversations_are_there(report, details, material)
    assert not report.findall(".//accountPermanentlyDisabled")
    for file, element in zip(material.items, details, strict=True):
        assert element.findtext("fileViewedByEsp") == str(file.viewed).lower()
        assert element.findtext("industryClassification") == file.classification
        possible = file.record.sent_at is not None and file.record.sent_at <= file.record.found_at
        assert (element.find("uploadedToEspTimestamp") is not None) == possible
        assert (element.find("originalFileName") is None) == (not file.record.name)
        for silent in ("exifViewedByEsp", "publiclyAvailable", "potentialMeme", "ipCaptureEvent", "locationOfFile"):
            assert element.find(silent) is None
        flags = {str(flag.tag) for flag in element.findall("fileAnnotations/*")}
        assert flags == {
            {"generated": "generativeAi", "self_produced": "possibleSelfProduction"}[sign] for sign in file.signs
        }
        words = [e.text or "" for e in element.findall("additionalInfo")]
        assert words[0].startswith("A person confirmed it as")
        assert any("own identifier of the item" in text for text in words) == bool(file.record.identity)
        assert sum(text.count("recipients on record") for text in words if "sent it again" in text) >= len(file.repeats)
        assert {h.get("hashType"): h.text for h in element.findall("originalFileHash")} == {
            official_name: file.record.fingerprints[kind]
            for kind, official_name in HASHES.items()
            if kind in file.record.fingerprints
        }
    for silent in ("victim", "lawEnforcement", "batchedReport"):
        assert report.find(silent) is None
    escalated = report.findtext("incidentSummary/escalateToHighPriority")
    assert (escalated is None) == (not material.urgent)
    assert len(escalated or "") <= 3000
    countries = {record.sender.country for record in kept if record.sender and record.sender.country}
    named = [e.text for e in report.findall("personOrUserReported/priorCTReports")]
    assert named == [n for n in material.prior if n.isdigit() and int(n) < 2**63] * len(senders)
    stated = {e.text for e in report.findall("personOrUserReported/estimatedLocation/countryCode")}
    assert stated <= countries
    text = report.findtext("additionalInfo") or ""
    known = sum(f.verdict == "known" for f in material.items)
    assert f"{known} as known, {len(material.items) - known} as not known before" in text
    assert ("This supplements report" in text) == bool(material.prior)
    assert text.count("Withdrawn: ") == len(material.withdrawn)
    for one in material.withdrawn:
        assert f" of report {one.report_id} does not stand any more." in text


def assert_details_are_those_of_the_records(report: etree._Element, material: ReportMaterial) -> None:
    """Hold what is said of each account against what records tell of it: nothing is lost, and nothing added."""
    withdrawn = [w.record for w in material.withdrawn if w.record]
    records = [*(r for f in material.items for r in f.records), *withdrawn]
    told: dict[str, list[DetailsRecord]] = {}
    named: dict[str, set[str]] = {}
    for record in records:
        for party in [*([record.sender] if record.sender else []), *record.recipients]:
            told.setdefault(clean(party.account), []).extend([party.details] if party.details else [])
            named.setdefault(clean(party.account), set()).add(party.account)
    for element, person in (
        ("personOrUserReported", "personOrUserReportedPerson"), ("intendedRecipient", "intendedRecipientPerson")
    ):  # fmt: skip
        for one in report.findall(element):
            name = one.findtext("espIdentifier") or ""
            if len(named.get(name, ())) != 1:
                continue  # two accounts that XML cannot tell apart, or one that it writes in another way
            known = told[name]
            assert {e.text or "" for e in one.findall(f"{person}/email")} == {clean(m) for d in known for m in d.emails}
            assert {e.text or "" for e in one.findall(f"{person}/phone")} == {clean(m) for d in known for m in d.phones}
            addresses = [e.text for e in one.findall("ipCaptureEvent/ipAddress")]
            assert set(addresses) == {event.address for d in known for event in d.ip_events}
            personal = any(d.first_name or d.last_name or d.emails or d.phones for d in known)
            assert (one.find(person) is not None) == personal
            for silent in ("possibleProxy", "age", "dateOfBirth", "address", "accountTemporarilyDisabled"):
                assert one.find(f".//{silent}") is None


def assert_conversations_are_there(
    report: etree._Element, details: list[etree._Element], material: ReportMaterial
) -> None:
    """Every message stands once, on a line of its own that begins with its time: none can be made up in another."""
    content = report.findtext("internetDetails/chatImIncident/content") or ""
    texts = [content, *(e.text or "" for d in details for e in d.findall("additionalInfo"))]
    lines = [line for text in texts for line in text.split("\n")]
    stamped = [message.at.isoformat() for f in material.items for message in f.record.messages]
    for stamp in set(stamped):
        assert sum(line.startswith(f"{stamp} (") for line in lines) >= stamped.count(stamp)
    in_content = [line for line in content.split("\n") if line and not line.startswith(("Conversation", "    "))]
    messengers = (ServiceType.NUMBER_INDEPENDENT_MESSAGING, ServiceType.NUMBER_BASED_MESSAGING)
    of_messengers = [f.record for f in material.items if f.record.service_type in messengers]
    assert len(in_content) == sum(len(record.messages) for record in of_messengers)


def material(**changes: object) -> ReportMaterial:
    record = ItemRecord(
        service="chat", service_name="Chat", service_type=ServiceType.HOSTING, name="n.png", kind="image", size=1,
        fingerprints={}, sender=None, recipients=(), sent_at=None, found_at=FOUND,
    ).model_copy(update=changes)  # fmt: skip
    file = FileMaterial("i", record, "known", None, viewed=False, load=lambda: b"")
    return ReportMaterial("r", "c", Reporter("O", "F", "L", "e@example.test"), (file,), None)


def test_the_moment_is_of_sending_where_it_is_known(reference: Path) -> None:
    report, _ = held(material(sent_at=FOUND - timedelta(days=2)), reference)
    assert report.findtext("incidentSummary/incidentDateTime") == "2025-05-30T12:00:00.000Z"
    assert "sent" in (report.findtext("incidentSummary/incidentDateTimeDescription") or "")


@pytest.mark.parametrize("sent", [None, FOUND + timedelta(seconds=1), datetime(2099, 1, 1, tzinfo=UTC)])
def test_the_moment_is_of_finding_otherwise(reference: Path, sent: datetime | None) -> None:
    report, _ = held(material(sent_at=sent), reference)
    assert report.findtext("incidentSummary/incidentDateTime") == "2025-06-01T12:00:00.000Z"
    assert "found" in (report.findtext("incidentSummary/incidentDateTimeDescription") or "")


@pytest.mark.parametrize("country", sorted(COUNTRIES))
def test_every_country_can_be_stated(reference: Path, country: str) -> None:
    sender = PartyRecord(account="a", country=country, basis=EuBasis.DECLARED)
    held(material(sender=sender, recipients=(sender,)), reference)


def test_a_case_of_text_alone_is_reported_as_a_file(reference: Path) -> None:
    report, (details,) = held(material(kind="text", name="chat.txt"), reference)
    assert report.findtext("incidentSummary/incidentType")
    assert details.findtext("originalFileName") == "chat.txt"
    assert details.findtext("fileRelevance") == "Reported"


def test_a_class_that_the_schema_does_not_have_is_not_stated(reference: Path) -> None:
    (file,) = material().items
    with pytest.raises(ValueError, match="C1"):
        build_file_details(1, "f", dataclasses.replace(file, classification="C1"))


def test_the_words_of_a_file(reference: Path) -> None:
    first = material(identity="m-1", sent_at=FOUND).items[0]
    again = first.record.model_copy(update={"found_at": NOW, "sent_at": None})
    whole = dataclasses.replace(material(), items=(dataclasses.replace(first, repeats=(again,)),))
    _, (details,) = held(whole, reference)
    assert [e.text for e in details.findall("additionalInfo")] == [
        "A person confirmed it as known.",
        "The service's own identifier of the item: m-1",
        "The account sent it again: found at 2025-06-01T13:00:00.000Z, recipients on record: 0.",
    ]


def test_many_recipients(reference: Path) -> None:
    many = tuple(PartyRecord(account=f"r{n}", country=None, basis=EuBasis.UNKNOWN) for n in range(2000))
    report, _ = held(material(recipients=many), reference)
    assert len(report.findall("intendedRecipient")) == 2000
    assert report.find("intendedRecipient/estimatedLocation") is None
    assert report.find("personOrUserReported") is None


def test_a_supplement_that_only_withdraws(reference: Path) -> None:
    """Also where the evidence is gone: the record says when it was found, and the recipient's own id of the file."""
    gone = WithdrawnMaterial("i", "4711", "ab" * 16, FOUND, "Chat", NOW, None)
    bare = dataclasses.replace(material(), items=(), withdrawn=(gone,), prior=("4711",))
    report, _ = held(bare, reference)
    assert report.findtext("additionalInfo") == (
        f"Reported by O. Case c. This supplements report 4711. Withdrawn: what was said of file {'ab' * 16} of "
        "report 4711 does not stand any more. It was decided anew at 2025-06-01T13:00:00.000Z."
    )
    assert report.findtext("incidentSummary/incidentDateTime") == "2025-06-01T12:00:00.000Z"
    assert report.find("personOrUserReported") is None
    sender = PartyRecord(account="a", country="SE", basis=EuBasis.DECLARED)
    kept = dataclasses.replace(gone, record=material(sender=sender).items[0].record, file_id=None, decided_at=None)
    report, _ = held(dataclasses.replace(bare, withdrawn=(kept,)), reference)
    assert report.findtext("personOrUserReported/priorCTReports") == "4711"
    text = report.findtext("additionalInfo") or ""
    assert "Withdrawn: what was said of a file of report 4711 does not stand any more." in text


@settings(max_examples=50)
@given(whole=materials, gone=st.lists(withdrawals, min_size=1, max_size=3).map(tuple))
def test_whatever_is_withdrawn_alone(
    whole: ReportMaterial, gone: tuple[WithdrawnMaterial, ...], reference: Path
) -> None:
    report, details = held(dataclasses.replace(whole, items=(), withdrawn=gone), reference)
    assert details == []
    assert report.find("incidentSummary/escalateToHighPriority") is None
    assert report.find("internetDetails/chatImIncident/content") is None


def test_what_several_sendings_tell_of_an_account_is_told_together(reference: Path) -> None:
    def sender(**told: object) -> PartyRecord:
        return PartyRecord(account="a", country=None, basis=EuBasis.UNKNOWN, details=DetailsRecord.model_validate(told))

    first = material(sender=sender(first_name="Anna", emails=("a@x.example",), profile_urls=("no url",))).items[0]
    again = first.record.model_copy(
        update={"sender": sender(last_name="Berg", emails=("b@x.example", "a@x.example"), first_name="Ann")}
    )
    whole = dataclasses.replace(material(), items=(dataclasses.replace(first, repeats=(again,)),))
    report, _ = held(whole, reference)
    person = report.find("personOrUserReported/personOrUserReportedPerson")
    assert person is not None
    assert (person.findtext("firstName"), person.findtext("lastName")) == ("Ann", "Berg")
    assert [e.text for e in person.findall("email")] == ["a@x.example", "b@x.example"]
    assert report.findtext("personOrUserReported/additionalInfo") == "Profile: no url"


def test_a_conversation_keeps_its_zones_and_its_lines(reference: Path) -> None:
    zone = timezone(timedelta(hours=2))
    said = (
        MessageRecord(author="anna", at=datetime(2025, 6, 1, 12, tzinfo=zone), text="Send me ten euros\nby noon"),
        MessageRecord(author="bo\nx", at=datetime(2025, 6, 1, 10, 1, tzinfo=UTC), text=""),
    )
    messenger = material(
        kind="text", service_type=ServiceType.NUMBER_INDEPENDENT_MESSAGING, messages=said, identity="chat-7"
    )
    report, (details,) = held(messenger, reference)
    assert (report.findtext("internetDetails/chatImIncident/content") or "").split("\n") == [
        "Conversation chat-7. Time as the platform gave it, the same in UTC, account, text. Further lines of a message "
        "are indented.",
        "2025-06-01T12:00:00+02:00 (2025-06-01T10:00:00.000Z) anna: Send me ten euros",
        "    by noon",
        "2025-06-01T10:01:00+00:00 (2025-06-01T10:01:00.000Z) bo\ufffdx: ",
    ]
    assert not any("ten euros" in str(e.text) for e in details.findall("additionalInfo"))
    report, (details,) = held(material(kind="text", messages=said), reference)
    assert report.find("internetDetails") is None
    assert sum("ten euros" in str(e.text) for e in details.findall("additionalInfo")) == 1


def test_a_report_needs_an_item() -> None:
    with pytest.raises(ValueError, match="no item"):
        dataclasses.replace(material(), items=())


@given(st.text())
def test_clean_keeps_what_xml_can_carry(text: str) -> None:
    cleaned = clean(text)
    assert len(cleaned) == len(text)
    element = etree.Element("x")
    element.text = cleaned
    assert clean(cleaned) == cleaned
    assert all(a in (b, "\ufffd") for a, b in zip(cleaned, text, strict=True))
