"""The table of elements: it has each element of the schema once, and is true of the documents that are made."""

from __future__ import annotations

import dataclasses
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from lxml import etree

from tests.referral.cybertipline.elements import all_elements, stated_elements
from tests.referral.test_builder import materials
from tutela.casework.evidence import DetailsRecord, IpEventRecord, ItemRecord, MessageRecord, PartyRecord
from tutela.referral.cybertipline.building import build_file_details, build_report
from tutela.referral.cybertipline.writing import to_xml
from tutela.referral.material import FileMaterial, Reporter, ReportMaterial, SuspensionMaterial
from tutela.regimes.eu_users import EuBasis
from tutela.regimes.party_details import Occasion
from tutela.regimes.services import ServiceType

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "cybertipline-elements.md"
_ROW = re.compile(r"^\| `([^`]+)` \| (.+) \|$", re.MULTILINE)
ROWS: dict[str, str] = dict(_ROW.findall(PAGE.read_text("utf-8")))
AT = datetime(2025, 6, 1, 12, tzinfo=UTC)


def row_of(element: str) -> str:
    """Return the line that an element belongs to: its own, or the nearest that is of everything within."""
    if element in ROWS:
        return element
    parts = element.split("/")
    for length in range(len(parts) - 1, 0, -1):
        within = "/".join([*parts[:length], "*"])
        if within in ROWS:
            return within
    raise AssertionError(f"docs/reference/cybertipline-elements.md has no line for {element}")


def is_filled(row: str) -> bool:
    return not ROWS[row].startswith("not collected: ")


def stated(material: ReportMaterial) -> set[str]:
    documents = [to_xml(build_report(material)), *(to_xml(build_file_details(1, "f", f)) for f in material.items)]
    found = set().union(*(stated_elements(document) for document in documents))
    return {element.replace("report/internetDetails/", "report/") for element in found}


def whole() -> ReportMaterial:
    """Return material in which every record holds everything that one can."""
    told = DetailsRecord(
        first_name="Anna", last_name="Berg", emails=("a@mail.example",), phones=("1",), screen_name="anna",
        display_names=("Anna",), profile_urls=("https://chat.example/anna", "anna at chat"),
        ip_events=(IpEventRecord(address="192.0.2.7", at=AT, occasion=Occasion.UPLOAD, port=1),),
        devices=(("IMEI", "0"),),
    )  # fmt: skip
    party = PartyRecord(account="anna", country="SE", basis=EuBasis.DECLARED, details=told)
    record = ItemRecord(
        service="chat", service_name="Chat", service_type=ServiceType.NUMBER_INDEPENDENT_MESSAGING, name="chat.txt",
        kind="text", size=1, fingerprints={"md5": "00"}, sender=party, recipients=(party,), sent_at=AT, found_at=AT,
        identity="7", messages=(MessageRecord(author="anna", at=AT, text="Send me ten euros"),),
    )  # fmt: skip
    file = FileMaterial(
        "i", record, "known", "A1", viewed=True, load=lambda: b"", signs=frozenset({"generated", "self_produced"})
    )
    return ReportMaterial(
        "r", "c", Reporter("O", "F", "L", "e@mail.example"), (file,), SuspensionMaterial(AT), ("4711",),
        urgent=(AT + timedelta(hours=1),),
    )  # fmt: skip


def test_every_element_has_one_line_and_every_line_an_element() -> None:
    used = {row_of(element) for element in all_elements()}
    assert used == set(ROWS)
    assert all(not is_filled(row) for row in ROWS if row.endswith("/*")), "what is filled is named"


def test_the_elements_are_those_of_the_schema(reference: Path) -> None:
    """Counted in the schema itself: no name of an element or an attribute is there that the models do not have."""
    schema = etree.parse(reference / "cybertipline.xsd")
    names = {
        str(e.get("name")) for tag in ("element", "attribute") for e in schema.iter(f"{{*}}{tag}") if e.get("name")
    }
    of_models = {part.lstrip("@") for element in all_elements() for part in element.split("/")}
    answers = {"reportResponse", "reportDoneResponse", "responseCode", "responseDescription", "hash", "files"}
    assert of_models <= names
    assert names - of_models - answers - {"internetDetails"} == set()


def test_what_the_table_says_to_be_filled_is_filled() -> None:
    assert {row_of(element) for element in stated(whole())} == {row for row in ROWS if is_filled(row)}


@settings(max_examples=60)
@given(material=materials)
def test_whatever_the_records_hold_nothing_else_is_stated(material: ReportMaterial) -> None:
    assert {row_of(element) for element in stated(material) if not is_filled(row_of(element))} == set()


def test_without_anything_told_of_people_nothing_is_said_of_them() -> None:
    (file,) = whole().items
    bare = PartyRecord(account="anna", country=None, basis=EuBasis.UNKNOWN)
    record = file.record.model_copy(update={"sender": bare, "recipients": (bare,), "messages": ()})
    material = dataclasses.replace(
        whole(), items=(dataclasses.replace(file, record=record),), suspension=None, prior=(), urgent=()
    )
    of_people = {element for element in stated(material) if "eported/" in element or "Recipient/" in element}
    assert {element.rpartition("/")[2] for element in of_people} == {"espIdentifier", "espService"}
