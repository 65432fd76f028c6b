"""A case of nothing but text goes all the way to a receipt; and what a platform told of people goes with it."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta, timezone

import httpx
import pytest
from lxml import etree

from tests.databases import Opening, SteppableClock
from tests.rig import Rig
from tutela.casework.evidence import ItemRecord, MessageRecord, record_name
from tutela.content.item import Provenance
from tutela.detection.hashlists.hashlist import NewEntry
from tutela.referral.cybertipline.actionable import Lack
from tutela.referral.cybertipline.target import CyberTiplineSettings
from tutela.regimes.eu_users import EuBasis, Party
from tutela.regimes.party_details import IpEvent, Known, Occasion, PartyDetails
from tutela.sandboxes.cybertipline import running
from tutela.storage.casework.case_reader import CaseReader
from tutela.storage.referral.foresight import Foresight

TEXT = b"12:00 anna: Send me ten euros, and I send you twenty.\n"
SEEN = datetime(2025, 6, 1, 8, tzinfo=UTC)
ANNA = PartyDetails(
    first_name="Anna", last_name="Berg", emails=("anna@mail.example",), phones=("+46 70 000 00 00",),
    screen_name="anna71", display_names=("Anna B",), profile_urls=("https://chat.example/anna71",),
    ip_events=(IpEvent("192.0.2.7", SEEN, Occasion.UPLOAD, 4711),), devices=(("IMEI", "000000000000000"),),
)  # fmt: skip


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_text_alone_is_reported_with_who_said_what_when(opening: Opening, clock: SteppableClock) -> None:
    with running(user="sandbox", password="sandbox") as sandbox:
        place = opening(cybertipline=CyberTiplineSettings(url=sandbox.base_url))
        rig = Rig(place, clock)
        place.lists.add("known", [NewEntry("sha256", hashlib.sha256(TEXT).digest(), "A1", ("One", "Two"))])
        sender = Party("anna", "SE", EuBasis.DECLARED, ANNA)
        bo = Party("bo", details=PartyDetails(emails=("bo@mail.example",)))
        taken = rig.take("chat-7", TEXT, Provenance(sender, (bo,), SEEN, name="chat.txt"))
        case, item = taken.case, taken.item
        assert case is not None
        assert item is not None
        # Who writes the messages of a conversation into the record comes with the search for solicitation (issue 8).
        record = ItemRecord.model_validate_json(place.vault.get(case, record_name(item)))
        said = MessageRecord(author="anna", at=SEEN.astimezone(timezone(timedelta(hours=2))), text="Send me ten euros")
        held = record.model_copy(update={"kind": "text", "messages": (said,)})
        place.vault.put(case, record_name(item), held.model_dump_json().encode())
        assert Foresight(place.database).lacks(case) == (Lack.NO_FILE_VIEWED,)
        rig.decide(case, item, "known", view=False)
        (sent,) = place.dispatcher().run_due()
        (report,) = httpx.get(f"{sandbox.sandbox_url}/ledger.json", auth=("sandbox", "sandbox")).json()["reports"]
    assert (sent.result, report["state"]) == ("filed", "finished")
    (file,) = report["files"]
    assert file["md5"] == hashlib.md5(TEXT).hexdigest()
    document = etree.fromstring(report["xml"].encode())
    content = document.findtext("internetDetails/chatImIncident/content") or ""
    assert "2025-06-01T10:00:00+02:00 (2025-06-01T08:00:00.000Z) anna: Send me ten euros" in content
    user = document.find("personOrUserReported")
    assert user is not None
    assert user.findtext("personOrUserReportedPerson/firstName") == "Anna"
    assert user.findtext("personOrUserReportedPerson/email") == "anna@mail.example"
    assert user.findtext("screenName") == "anna71"
    assert user.findtext("ipCaptureEvent/ipAddress") == "192.0.2.7"
    assert user.findtext("ipCaptureEvent/eventName") == "Upload"
    assert user.findtext("ipCaptureEvent/dateTime") == "2025-06-01T08:00:00.000Z"
    assert user.findtext("ipCaptureEvent/port") == "4711"
    assert user.findtext("deviceId/idType") == "IMEI"
    assert document.findtext("intendedRecipient/intendedRecipientPerson/email") == "bo@mail.example"
    assert CaseReader(place.database).one(case).state.value == "reported"
    with place.transactions.reading() as log:
        events = str([event.payload.model_dump() for event in log.read(subject=case)])
    assert "ip_address" in events
    for private in ("anna", "Berg", "192.0.2.7", "ten euros", "IMEI"):
        assert private not in events


def test_what_is_known_is_told_by_its_kind_alone() -> None:
    assert ANNA.known() == tuple(Known)
    assert PartyDetails().known() == ()
    assert PartyDetails(ip_events=(IpEvent("2001:db8::1"),)).known() == (Known.IP_ADDRESS,)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: IpEvent("300.1.1.1"), "is no IP address"),
        (lambda: IpEvent("192.0.2.7", datetime(2025, 6, 1)), "needs a zone"),  # noqa: DTZ001
        (lambda: IpEvent("192.0.2.7", port=65536), "0 to 65535"),
        (lambda: PartyDetails(first_name=" "), "1 to 512 characters"),
        (lambda: PartyDetails(emails=("x" * 513,)), "1 to 512 characters"),
        (lambda: PartyDetails(phones=("1",) * 101), "at most 100"),
    ],
)
def test_details_that_cannot_be_are_refused(make: object, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        make()  # type: ignore[operator]
