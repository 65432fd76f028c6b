"""The models against the official schema: the same structure, and everything that they hold is valid when written."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree
from pydantic import AwareDatetime, ValidationError

from tests.referral.cybertipline.models import LATEST, models_of
from tutela.referral.cybertipline.answers import ReportDoneResponse, ReportResponse
from tutela.referral.cybertipline.schema import (
    Address,
    ContactPerson,
    Details,
    Email,
    FileAnnotation,
    FileClassification,
    FileDetails,
    FileRelevance,
    IncidentSummary,
    IncidentType,
    IpCaptureEvent,
    Person,
    PersonOrUserReported,
    Phone,
    Report,
    ReportAnnotation,
    Reporter,
    WebPageIncident,
)
from tutela.referral.cybertipline.schema.element import Element, Place, parts_of
from tutela.referral.cybertipline.writing import to_xml
from tutela.sandboxes.cybertipline.checking import Checker

XS = "{http://www.w3.org/2001/XMLSchema}"
PAST = datetime(2025, 1, 1, tzinfo=UTC)
SIMPLE: dict[Any, str] = {
    str: "string",
    bool: "boolean",
    int: "int",
    float: "double",
    AwareDatetime: "dateTime",
    date: "date",
}
ALIKE = {"token": "string", "long": "int"}
Shape = tuple[Any, ...]


class Official:
    """The shapes of the official schema. A part is (place, name, required, repeats, what it holds)."""

    def __init__(self, path: Path) -> None:
        root = etree.parse(path).getroot()
        self._named = {
            (str(node.tag).removeprefix(XS), str(node.get("name"))): node
            for node in root
            if isinstance(node.tag, str) and node.get("name") is not None
        }

    def root(self, name: str) -> Shape:
        return self._holds(self._named["element", name])

    def _holds(self, node: etree._Element) -> Shape:
        name = node.get("type")
        if name is None:
            return self._type(next(c for c in node if str(c.tag) in {f"{XS}complexType", f"{XS}simpleType"}))
        return self._type_named(str(name))

    def _type_named(self, name: str) -> Shape:
        if name.startswith("xs:"):
            builtin = name.removeprefix("xs:")
            return ("simple", ALIKE.get(builtin, builtin))
        found = self._named.get(("complexType", name))
        return self._type(self._named["simpleType", name] if found is None else found)

    def _type(self, node: etree._Element) -> Shape:
        restriction = node.find(f"{XS}restriction")
        if restriction is not None:
            found = {str(e.get("value")) for e in restriction.iterfind(f"{XS}enumeration")} - {""}
            return ("one of", frozenset(found)) if found else self._type_named(str(restriction.get("base")))
        flags = node.find(f"{XS}all")
        if flags is not None:
            return ("flags", frozenset(str(e.get("name")) for e in flags.iterfind(f"{XS}element")))
        extension = node.find(f"{XS}simpleContent/{XS}extension")
        holder = node if extension is None else extension
        attributes = {
            ("attribute", str(a.get("name")), a.get("use") == "required", False, self._holds(a))
            for a in holder.iterfind(f"{XS}attribute")
        }
        if extension is not None:
            base = self._type_named(str(extension.get("base")))
            return ("element", (("content", base),), frozenset(attributes)) if attributes else base
        children = tuple(
            self._child(child)
            for group in node
            if str(group.tag) in {f"{XS}sequence", f"{XS}choice"}
            for child in group.iter(f"{XS}element")
            if child.getparent() is group or child.getparent().tag == f"{XS}choice"  # type: ignore[union-attr]
        )
        choice = node.find(f"{XS}choice")
        if choice is not None:
            return ("choice", frozenset((name, held) for _, name, _, _, held in children))
        return ("element", children, frozenset(attributes))

    def _child(self, node: etree._Element) -> Shape:
        reference = node.get("ref")
        declared = node if reference is None else self._named["element", str(reference)]
        required, repeats = node.get("minOccurs", "1") != "0", node.get("maxOccurs", "1") == "unbounded"
        return ("child", str(declared.get("name")), required, repeats, self._holds(declared))


def shape_of(kind: type[Element]) -> Shape:
    """Return the shape of a model, in the form of `Official`."""
    hints = typing.get_type_hints(kind, include_extras=True)
    children: list[Shape] = []
    attributes = set()
    for part in parts_of(kind):
        held, repeats = held_by(hints[part.field])
        field = kind.model_fields[part.field]
        required = field.is_required()
        if part.place is Place.CONTENT:
            children.append(("content", held))
        elif part.place is Place.ATTRIBUTE:
            attributes.add(("attribute", part.name, required, repeats, held))
        else:
            children.append(("child", part.name, required, repeats, held))
    return ("element", tuple(children), frozenset(attributes))


def held_by(hint: Any) -> tuple[Shape, bool]:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return held_by(arguments[0])
    if origin is tuple:
        return held_by(arguments[0])[0], True
    if origin in (typing.Union, types.UnionType):
        kinds = [one for one in arguments if one is not type(None)]
        if len(kinds) == 1:
            return held_by(kinds[0])
        return ("choice", frozenset((one.TAG, shape_of(one)) for one in kinds)), False
    if origin is frozenset:
        return ("flags", held_by(arguments[0])[0][1]), False
    if origin is typing.Literal:
        return ("one of", frozenset(arguments)), False
    if issubclass(hint, Enum):
        return ("one of", frozenset(one.value for one in hint)), False
    return (shape_of(hint) if issubclass(hint, Element) else ("simple", SIMPLE[hint])), False


@pytest.fixture(scope="module")
def official(reference: Path) -> Official:
    return Official(reference / "cybertipline.xsd")


@pytest.mark.parametrize("kind", [Report, FileDetails])
def test_the_models_have_every_part_of_the_schema_and_no_other(
    kind: type[Report | FileDetails], official: Official
) -> None:
    assert shape_of(kind) == official.root(kind.TAG)


@pytest.mark.parametrize(
    ("kind", "name"), [(ReportResponse, "reportResponse"), (ReportDoneResponse, "reportDoneResponse")]
)
def test_the_answers_have_every_part_of_the_schema(kind: Any, name: str, official: Official) -> None:
    names = [part[1] for part in official.root(name)[1]]
    camel = [f.split("_")[0] + "".join(word.title() for word in f.split("_")[1:]) for f in kind.__dataclass_fields__]
    assert camel == names


@cache
def validator(path: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(path / "cybertipline.xsd"))


@cache
def checker() -> Checker:
    return Checker()


def assert_valid(document: Report | FileDetails, reference: Path | None) -> etree._Element:
    data = to_xml(document)
    checker().check(data, document.TAG, LATEST, "utf-8")
    root = etree.fromstring(data)
    if reference is not None:
        validator(reference).assertValid(root)
    return root


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(report=models_of(Report))
def test_every_report_that_can_be_built_is_valid(report: Report, reference: Path) -> None:
    assert_valid(report, reference)


@settings(max_examples=150)
@given(details=models_of(FileDetails))
def test_every_description_that_can_be_built_is_valid(details: FileDetails, reference: Path) -> None:
    root = assert_valid(details, reference)
    assert root.findtext("additionalInfo") == (details.additional_info[0] if details.additional_info else None)
    assert {str(flag.tag) for flag in root.iterfind("fileAnnotations/*")} == {str(f) for f in details.file_annotations}


def summary(**changes: Any) -> IncidentSummary:
    given_: dict[str, Any] = {"incident_type": IncidentType.MISLEADING_DOMAIN_NAME, "incident_date_time": PAST}
    return IncidentSummary(**{**given_, **changes})


def described(**changes: Any) -> FileDetails:
    return FileDetails(**{"report_id": 1, "file_id": "ab" * 16, **changes})


BROKEN: dict[str, Callable[[], Element]] = {
    "a time without a zone": lambda: summary(incident_date_time=PAST.replace(tzinfo=None)),
    "a number for a time": lambda: summary(incident_date_time=1_700_000_000),
    "a text for a time": lambda: summary(incident_date_time="2025-01-01T00:00:00Z"),
    "a time that UTC does not have": lambda: summary(
        incident_date_time=datetime.fromisoformat("0001-01-01T00:00:00+01:00")
    ),
    "a platform that is too long": lambda: summary(platform="x" * 3001),
    "an escalation that is too long": lambda: summary(escalate_to_high_priority="x" * 3001),
    "an annotation of files on a report": lambda: summary(report_annotations=frozenset({FileAnnotation.VIRAL})),
    "a text for an enumeration": lambda: summary(incident_type="Misleading Domain Name"),
    "an unknown field": lambda: summary(nowhere="x"),
    "a character that XML does not have": lambda: WebPageIncident(additional_info="\x00"),
    "half a character": lambda: WebPageIncident(additional_info="\ud800"),
    "a URL with a space": lambda: WebPageIncident(url=("http://127.0.0.1/a b",)),
    "a URL with a control character": lambda: WebPageIncident(url=("http://127.0.0.1/\x7f",)),
    "a profile with a line break": lambda: PersonOrUserReported(profile_url=("x\n",)),
    "a location that is too long": lambda: described(location_of_file="x" * 2084),
    "a file name that is too long": lambda: described(original_file_name="x" * 2057),
    "metadata viewed without the file": lambda: described(exif_viewed_by_esp=True),
    "metadata viewed of a file not viewed": lambda: described(exif_viewed_by_esp=True, file_viewed_by_esp=False),
    "a meme flag beside annotations": lambda: described(
        potential_meme=False, file_annotations=frozenset({FileAnnotation.VIRAL})
    ),
    "a supplemental file with a class": lambda: described(
        file_relevance=FileRelevance.SUPPLEMENTAL, industry_classification=FileClassification.A1
    ),
    "a supplemental file with a meme flag": lambda: described(
        file_relevance=FileRelevance.SUPPLEMENTAL, potential_meme=False
    ),
    "a supplemental file with a meme annotation": lambda: described(
        file_relevance=FileRelevance.SUPPLEMENTAL, file_annotations=frozenset({FileAnnotation.POTENTIAL_MEME})
    ),
    "a file id with a line break": lambda: described(file_id="ab\n"),
    "an empty file id": lambda: described(file_id=""),
    "report 0": lambda: described(report_id=0),
    "a report beyond 63 bits": lambda: described(report_id=2**63),
    "a report that is a truth": lambda: described(report_id=True),
    "details without a pair": lambda: Details(name_value_pair=()),
    "an unknown country": lambda: Address.model_validate({"country": "XX"}),
    "a country that says nothing": lambda: Address.model_validate({"country": ""}),
    "a calling code with letters": lambda: Phone(value="1", country_calling_code="+a"),
    "a calling code and a line break": lambda: Phone(value="1", country_calling_code="+46\n"),
    "a port beyond 16 bits": lambda: IpCaptureEvent(ip_address="127.0.0.1", port=65536),
    "a person where only a contact may stand": lambda: Reporter(
        reporting_person=Person(),
        contact_person=Person(age=3),  # type: ignore[arg-type]
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_the_service_would_refuse_cannot_be_built(name: str) -> None:
    with pytest.raises(ValidationError) as refused:
        BROKEN[name]()
    assert "input_value" not in str(refused.value)


def test_models_are_frozen_and_times_are_kept_in_utc() -> None:
    made = summary(incident_date_time=datetime.fromisoformat("2025-01-01T01:30:00.123+01:30"))
    assert made.incident_date_time == datetime(2025, 1, 1, 0, 0, 0, 123000, UTC)
    assert made.incident_date_time.utcoffset() == timedelta(0)
    with pytest.raises(ValidationError):
        made.platform = "x"  # type: ignore[misc]


def test_the_order_is_the_schemas_and_not_the_callers() -> None:
    report = Report(
        additional_info="last",
        victim=(),
        reporter=Reporter(contact_person=ContactPerson(), reporting_person=Person(email=(Email(value="e"),))),
        incident_summary=summary(report_annotations=frozenset({ReportAnnotation.SPAM})),
    )
    root = assert_valid(report, None)
    assert [str(child.tag) for child in root] == ["incidentSummary", "reporter", "additionalInfo"]
    assert root.findtext("incidentSummary/reportAnnotations/spam") == "true"
    assert root.findtext("incidentSummary/incidentDateTime") == "2025-01-01T00:00:00.000Z"
