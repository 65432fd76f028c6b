"""Reads the ledger of the CyberTipline's sandbox, and holds each report against the plan of its case.

It shares nothing with what builds reports: elements are read by their names in the official schema, and every value is
computed here from what was planted.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from lxml import etree

from tests.referral.planted import PlannedCase, PlannedItem

_CASE = re.compile(r"\bCase ([0-9a-f-]{36})\.")


def moment(text: str | None) -> datetime:
    assert text is not None
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)


def texts(root: etree._Element, path: str) -> list[str]:
    """Return the text of every element at a path."""
    return [str(found.text) for found in root.iterfind(path)]


def account_of(report: Mapping[str, Any]) -> str:
    """Return the account that a report is about."""
    (account,) = texts(etree.fromstring(report["xml"].encode()), "personOrUserReported/espIdentifier")
    return account


def assert_each_once(ledger: Mapping[str, Any], planned: Sequence[PlannedCase], recorded: set[str]) -> Counter[str]:
    """Every case has one finished report, which says what the case says; nothing is open; return the ends.

    `recorded` are the numbers that the installation has ever held. Of those, no report was begun while an earlier one
    of the case stood open.
    """
    by_account: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for report in ledger["reports"]:
        by_account[account_of(report)].append(report)
    assert set(by_account) == {case.account for case in planned}
    cases: set[str] = set()
    for case in planned:
        reports = sorted(by_account[case.account], key=lambda one: int(one["id"]))
        assert {one["state"] for one in reports} <= {"finished", "retracted", "expired"}
        (finished,) = [one for one in reports if one["state"] == "finished"]
        cases.add(assert_says(finished, case))
        held = [one for one in reports if str(one["id"]) in recorded]
        assert finished in held
        for one, after in pairwise(held):
            assert moment(one["closed"]) <= moment(after["opened"]), "begun twice"
        assert held[-1] is finished
    assert len(cases) == len(planned)
    return Counter(report["state"] for report in ledger["reports"])


def assert_says(report: Mapping[str, Any], case: PlannedCase) -> str:
    """Hold one report, its files and their details against the plan; return the id of the case that it names."""
    root = etree.fromstring(report["xml"].encode())

    def text(path: str) -> str | None:
        found = root.findtext(path)
        return None if found is None else str(found)

    assert moment(text("incidentSummary/incidentDateTime")) == min(item.sent_at for item in case.items)
    assert text("incidentSummary/platform") == "Chat"
    assert (text("incidentSummary/escalateToHighPriority") is not None) == case.urgent
    assert text("personOrUserReported/espIdentifier") == case.account
    assert sorted(texts(root, "intendedRecipient/espIdentifier")) == sorted({i.recipient for i in case.items})
    assert text("reporter/reportingPerson/firstName") == "Åsa"
    words = text("additionalInfo") or ""
    known = sum(item.verdict == "known" for item in case.items)
    assert f"{known} as known, {len(case.items) - known} as not known before" in words
    files = {file["md5"]: file for file in report["files"]}
    assert len(report["files"]) == len(files) == len(case.items)
    for item in case.items:
        _file_says(files[hashlib.md5(item.data, usedforsecurity=False).hexdigest()], item, int(report["id"]))
    named = _CASE.search(words)
    assert named is not None
    return named[1]


def _file_says(file: Mapping[str, Any], item: PlannedItem, report: int) -> None:
    assert file["size"] == len(item.data)
    # Details may have come twice where an answer was lost: no attempt goes on then, so a finished one has them once.
    (sent,) = file["fileinfo"]
    root = etree.fromstring(sent["xml"].encode())
    assert root.findtext("reportId") == str(report)
    assert root.findtext("fileId") == file["id"]
    assert root.findtext("originalFileName") == item.name
    assert moment(str(root.findtext("uploadedToEspTimestamp"))) == item.sent_at
    assert root.findtext("fileViewedByEsp") == ("true" if item.viewed else "false")
    assert root.findtext("industryClassification") == item.classification
    assert [str(flag.tag) for flag in root.iterfind("fileAnnotations/*")] == (["generativeAi"] if item.signs else [])
    hashes = {str(one.get("hashType")).lower(): str(one.text) for one in root.iterfind("originalFileHash")}
    for name in ("md5", "sha1", "sha256"):
        assert hashes[name] == hashlib.new(name, item.data, usedforsecurity=False).hexdigest()
    words = texts(root, "additionalInfo")
    assert f"A person confirmed it as {'known' if item.verdict == 'known' else 'not known before'}." in words
    assert f"The service's own identifier of the item: {item.identity}" in words
