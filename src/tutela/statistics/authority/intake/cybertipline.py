"""Reports of the CyberTipline, exported as XML or JSON under the names of NCMEC's published schema.

Everything that is not needed is passed over, and nothing is trusted: a file is read with limits, and refused as a
whole. An export does not say when a report came, and not always whether it was marked actionable; whoever receives it
says so. The type of provider is taken from what the incident was (`internetDetails`); where that names none or two, it
is not stated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from tutela.events.catalogue.authority import Grade, ProviderType, ReportedObject
from tutela.statistics.authority.intake.incoming import EXACT, MOST_MARKS, MOST_REPORTS, Incoming, Problem, RefusedFile
from tutela.statistics.authority.intake.tree import Node, from_json, from_xml

_ID = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)
_HEXADECIMAL = re.compile(r"[0-9a-fA-F]{16,512}", re.ASCII)
_TYPES: dict[str, ProviderType] = {
    "chatImIncident": "interpersonal_communications",
    "emailIncident": "interpersonal_communications",
    "onlineGamingIncident": "gaming",
    "cellPhoneIncident": "other",
    "newsgroupIncident": "other",
    "peer2peerIncident": "other",
}


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the file does not say: the day on which the reports came, and how they are marked."""

    received: date
    grade: Grade = "not_stated"
    provider_type: ProviderType | None = None


def reports(content: bytes, given: Circumstances) -> tuple[Incoming, ...]:
    """Return the reports of an export; raises RefusedFile."""
    root = from_json(content) if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["} else from_xml(content)
    found = list(_reports(root))
    if not found:
        raise RefusedFile([Problem(1, "report", "there is no report in it: an export has at least one")])
    if len(found) > MOST_REPORTS:
        raise RefusedFile([Problem(1, "report", f"there are more than {MOST_REPORTS} reports: split the file")])
    apart: dict[str, list[Node]] = {}
    for file in _outside(root):
        apart.setdefault(file.first("reportId"), []).append(file)
    problems: list[Problem] = []
    incoming = [
        _incoming(row, report, apart.get(report.first("reportId"), []), given, problems)
        for row, report in enumerate(found, 1)
    ]
    if problems:
        raise RefusedFile(problems)
    return tuple(incoming)


def _is_report(node: Node) -> bool:
    """By its name; in JSON a list names its elements otherwise, and what happened stands in every report."""
    return node.name == "report" or any(child.name == "incidentSummary" for child in node.children)


def _reports(node: Node) -> Iterator[Node]:
    if _is_report(node):
        yield node
        return
    for child in node.children:
        yield from _reports(child)


def _outside(node: Node) -> Iterator[Node]:
    """The descriptions of files that stand beside their reports, as the service takes them one by one."""
    if node.name == "fileDetails":
        yield node
    elif not _is_report(node):
        for child in node.children:
            yield from _outside(child)


def _incoming(
    row: int, report: Node, beside: Iterable[Node], given: Circumstances, problems: list[Problem]
) -> Incoming:
    number = report.first("reportId")
    if number and not _ID.fullmatch(number):
        problems.append(Problem(row, "reportId", f"{number[:40]!r} is no number of a report: it has digits alone"))
    reported = list(report.all("personOrUserReported"))
    earlier = [one.text for person in reported for one in person.all("priorCTReports")]
    for one in earlier:
        if not _ID.fullmatch(one):
            problems.append(Problem(row, "priorCTReports", f"{one[:40]!r} is no number of a report"))
    accounts = tuple(
        (person.first("espService"), account)
        for person in reported
        if (account := person.first("espIdentifier") or person.first("screenName"))
    )
    described = [*report.all("fileDetails"), *report.all("files", "fileDetails"), *report.all("files", "file"), *beside]
    files = tuple(file for node in described if (file := _digests(row, node, problems)))
    page = report.first("internetDetails", "webPageIncident", "url")
    if max(len(accounts), len(files), len(earlier)) > MOST_MARKS:
        problems.append(Problem(row, "report", f"it has more than {MOST_MARKS} accounts or files"))
    return Incoming(
        row=row,
        on=given.received,
        source="ncmec",
        number=number or None,
        object=_object(accounts, page, files),
        provider_type=given.provider_type or _provider_type(report),
        grade=given.grade,
        files=files,
        accounts=accounts,
        page=page or None,
        earlier=tuple(dict.fromkeys(earlier)),
    )


def _object(accounts: tuple[object, ...], page: str, files: tuple[object, ...]) -> ReportedObject:
    return "account" if accounts else "web_page" if page else "file" if files else "not_stated"


def _provider_type(report: Node) -> ProviderType:
    found = {_TYPES.get(inner.name) for details in report.all("internetDetails") for inner in details.children}
    named = {one for one in found if one is not None}
    return named.pop() if len(named) == 1 and None not in found else "not_stated"


def _digests(row: int, file: Node, problems: list[Problem]) -> tuple[tuple[str, str], ...]:
    found = []
    for one in file.all("originalFileHash"):
        kind, digest = one.first("hashType").strip().lower(), one.text
        if not kind or not _HEXADECIMAL.fullmatch(digest):
            problems.append(Problem(row, "originalFileHash", f"{digest[:40]!r} is no hexadecimal digest with its kind"))
            continue
        if (known := kind.replace("-", "")) in EXACT:
            found.append((known, digest.lower()))
    return tuple(dict.fromkeys(found))
