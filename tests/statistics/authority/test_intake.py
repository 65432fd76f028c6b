"""What strangers send: read for what is needed, with limits, or refused with the place."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tests.referral.package.material import FOUND, material_of, record
from tests.referral.package.test_package import manifest_of
from tutela.events.catalogue.authority import ReportReceived
from tutela.referral.cybertipline.building import build_file_details, build_report
from tutela.referral.cybertipline.writing import to_element
from tutela.referral.material import ReportMaterial, WithdrawnMaterial
from tutela.referral.package.manifest import parse
from tutela.statistics.authority.intake import csv_reports, package
from tutela.statistics.authority.intake.csv_file import read
from tutela.statistics.authority.intake.cybertipline import Circumstances, reports
from tutela.statistics.authority.intake.incoming import Incoming, RefusedFile
from tutela.statistics.authority.intake.tree import MOST_DEPTH
from tutela.statistics.authority.marks import Marks
from tutela.statistics.authority.register import Report
from tutela.statistics.authority.repeats import groups

ON = date(2025, 6, 3)
GIVEN = Circumstances(ON, "actionable")
MARKS = Marks(b"k" * 32)


def exported(*materials: ReportMaterial, beside: bool = False) -> bytes:
    """What the client sends, in one document: each report with the number that it got, and its files."""
    root = etree.Element("reports")
    for number, material in enumerate(materials, 7001):
        report = to_element(build_report(material))
        etree.SubElement(report, "reportId").text = str(number)
        root.append(report)
        for n, file in enumerate(material.items, 1):
            details = to_element(build_file_details(number, f"{n:032x}", file))
            (root if beside else report).append(details)
    return etree.tostring(root)


@pytest.mark.parametrize("beside", [False, True])
def test_what_our_client_reports_is_read_again(beside: bool) -> None:
    one = material_of(b"a bridge", b"a lamp")
    found, second = reports(exported(one, material_of(b"a boat"), beside=beside), GIVEN)
    assert (found.number, found.on, found.source, found.grade) == ("7001", ON, "ncmec", "actionable")
    assert (found.object, found.provider_type) == ("account", "interpersonal_communications")
    assert found.accounts == (("Chat", "anna@chat"),)
    assert [dict(file)["md5"] for file in found.files] == [
        record(b).fingerprints["md5"] for b in (b"a bridge", b"a lamp")
    ]
    assert all(set(dict(file)) == {"md5", "sha256"} for file in found.files)  # no perceptual fingerprint
    assert (second.number, second.row, len(second.files)) == ("7002", 2, 1)


def as_json(element: Any) -> Any:
    """An element as exports in JSON write it: names as keys, what is repeated as a list, attributes beside `value`."""
    inner: dict[str, Any] = dict(element.attrib)
    for child in element:
        value = as_json(child)
        name = etree.QName(child).localname
        if name in inner:
            inner[name] = [*(inner[name] if isinstance(inner[name], list) else [inner[name]]), value]
        else:
            inner[name] = value
    if not inner:
        return (element.text or "").strip()
    return {**inner, "value": (element.text or "").strip()} if (element.text or "").strip() else inner


def test_json_says_what_xml_says() -> None:
    xml = exported(material_of(b"a bridge", b"a lamp"), material_of(b"a boat"))
    root = etree.fromstring(xml)
    for document in (as_json(root), as_json(root)["report"], {"data": {"reports": as_json(root)["report"]}}):
        assert reports(json.dumps(document).encode(), GIVEN) == reports(xml, GIVEN)
    (alone,) = reports(json.dumps(as_json(root)["report"][1]).encode(), GIVEN)
    assert (alone.number, alone.row) == ("7002", 1)


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><report>&b;</report>'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (BOMB, "document type declaration is not allowed"),
        (b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><report/>', "document type declaration is not allowed"),
        (b"<report>", "no well-formed XML"),
        (b"", "no well-formed XML"),
        (b'<?xml version="1.0" encoding="x-none"?><report/>', "XML|encoding"),
        (b"<a>" * (MOST_DEPTH + 2), f"more than {MOST_DEPTH} levels"),
        (b"<reports/>", "no report in it"),
        (b"{", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b'{"reports": ' + b'{"a":' * 80 + b"1" + b"}" * 81, "levels"),
        (b"[]", "no report in it"),
        (b"<report><reportId>12a</reportId></report>", "column reportId: '12a' is no number of a report"),
        (
            b"<report><personOrUserReported><priorCTReports>x</priorCTReports></personOrUserReported></report>",
            "column priorCTReports: 'x'",
        ),
        (
            b'<report><fileDetails><originalFileHash hashType="MD5">zz</originalFileHash></fileDetails></report>',
            "row 1, column originalFileHash: 'zz' is no hexadecimal digest",
        ),
    ],
)
def test_what_is_hostile_or_wrong_is_refused_with_its_place(content: bytes, said: str) -> None:
    with pytest.raises(RefusedFile, match=said):
        reports(content, GIVEN)


@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda t: f"<report>{t}</report>".encode()))
def test_anything_is_read_or_refused(content: bytes) -> None:
    takes: tuple[Callable[[], tuple[Incoming, ...]], ...] = (
        lambda: reports(content, GIVEN),
        lambda: csv_reports.reports(content),
    )
    for take in takes:
        try:
            found = take()
        except RefusedFile:
            continue
        assert all(one.on for one in found)


@pytest.mark.parametrize(
    ("details", "wanted"),
    [
        (("onlineGamingIncident",), "gaming"),
        (("chatImIncident", "emailIncident"), "interpersonal_communications"),
        (("chatImIncident", "onlineGamingIncident"), "not_stated"),
        (("webPageIncident",), "not_stated"),
        ((), "not_stated"),
    ],
)
def test_the_type_of_provider_is_what_the_incident_was(details: tuple[str, ...], wanted: str) -> None:
    root = etree.Element("report")
    for name in details:
        etree.SubElement(etree.SubElement(root, "internetDetails"), name)
    (one,) = reports(etree.tostring(root), GIVEN)
    assert one.provider_type == wanted
    (one,) = reports(etree.tostring(root), Circumstances(ON, provider_type="social_media"))
    assert one.provider_type == "social_media"


def test_the_same_case_by_two_ways_is_one() -> None:
    """A package of a provider and the report of the CyberTipline on the same account and file."""
    material = material_of(b"a bridge")
    (by_ncmec,) = reports(exported(material), GIVEN)
    by_package = package.report(parse(json.dumps(manifest_of(material)).encode()), ON + timedelta(days=1))
    assert (by_package.source, by_package.object, by_package.provider_type) == (
        "provider", "account", "interpersonal_communications",
    )  # fmt: skip
    made = [Report(f"report:{n}", one.stated(MARKS, None), (one.on, n)) for n, one in enumerate((by_ncmec, by_package))]
    assert groups(made)["report:1"] == ("report:0", "report:1")


def test_a_package_that_only_takes_back_is_no_report() -> None:
    gone = WithdrawnMaterial(
        item="i-1", report_id="p-0", file_id=None, service_name="Chat", flagged_at=FOUND, decided_at=None, record=None
    )
    manifest = manifest_of(replace(material_of(b"a bridge"), items=(), withdrawn=(gone,)))
    with pytest.raises(RefusedFile, match="takes back items of p-0"):
        package.report(parse(json.dumps(manifest).encode()), ON)


def test_a_report_by_csv_says_all_that_it_can() -> None:
    text = (
        "\ufeffreceived;source;number;object;provider_type;grade;service;accounts;page;files;earlier\r\n"
        "2025-06-03;hotline;H-1;web_page;hosting;informational;forum;bo cilla;https://example.org/x;"
        f'"md5:{"0" * 32}+sha256:{"1" * 64} keyed-inhope:{"2" * 40}";H-0 H-7\r\n\r\n'
    )
    (one,) = csv_reports.reports(text.encode())
    stated = one.stated(MARKS, "f" * 64)
    assert isinstance(stated, ReportReceived)
    assert (stated.number, stated.earlier, stated.row, stated.on) == ("H-1", ("H-0", "H-7"), 2, ON)
    assert [len(file) for file in stated.files] == [2, 1]
    assert stated.accounts == (MARKS.account("forum", "bo"), MARKS.account("forum", "cilla"))
    assert stated.page == MARKS.page("https://example.org/x")


@pytest.mark.parametrize("digest", ["pdq:" + "0" * 64, "md5:" + "0" * 31, "sha256", ":00", "md5:" + "g" * 32])
def test_what_is_no_exact_digest_is_refused(digest: str) -> None:
    with pytest.raises(RefusedFile, match="column files"):
        csv_reports.reports(f"received,source,files\n2025-06-03,ncmec,{digest}\n".encode())


def test_every_problem_of_a_file_is_told_at_once() -> None:
    rows = "\n".join("x,y" for _ in range(40))
    with pytest.raises(RefusedFile) as told:
        list(read(f"received,source\n{rows}\n".encode(), csv_reports.COLUMNS))
    assert len(told.value.problems) == 80
    assert "and 60 more" in str(told.value)
