"""Which reports tell of the same case, so that cases stand apart from those reported several times.

Two reports are of one case if they bear the same number of one sender or one names the other as earlier; if they share
an account and a file; if they share a page; or, where neither names an account or a page, if their files are the same.
A file alone makes no case: what is passed around is reported with many people. Under two other rules the number of
cases is told beside it: by numbers alone (`NUMBERS`, the most that there can be), and by anything that they share
(`ANYTHING`, the fewest).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from enum import Enum

from tutela.events.catalogue.authority import ReportReceived
from tutela.statistics.authority.register import Report


class Rule(Enum):
    """What makes two reports one case."""

    NUMBERS = "numbers"
    CASES = "cases"
    ANYTHING = "anything"


def groups(reports: Collection[Report], rule: Rule = Rule.CASES) -> Mapping[str, tuple[str, ...]]:
    """Return, by each report, the reports of its case, the earliest first; reports that are alone stand alone."""
    ordered = sorted(reports, key=lambda r: r.place)
    parent: dict[str, str] = {r.id: r.id for r in ordered}
    place = {r.id: n for n, r in enumerate(ordered)}

    def root(one: str) -> str:
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    seen: dict[Hashable, str] = {}
    for report in ordered:
        for mark in _MARKS[rule](report.said):
            other = seen.setdefault(mark, report.id)
            if other == report.id or (one := root(report.id)) == (two := root(other)):
                continue
            # The earlier one stays the root, so that the root is the first report of its case.
            if place[one] < place[two]:
                parent[two] = one
            else:
                parent[one] = two
    members: dict[str, list[str]] = {}
    for report in ordered:
        members.setdefault(root(report.id), []).append(report.id)
    # One tuple a case, and not one a report: a case may have as many reports as there are.
    cases = [tuple(found) for found in members.values()]
    return {one: case for case in cases for one in case}


def _numbers(one: ReportReceived) -> Iterator[Hashable]:
    if one.number is not None:
        yield "number", one.source, one.number
    for number in one.earlier:
        yield "number", one.source, number


def _cases(one: ReportReceived) -> Iterator[Hashable]:
    yield from _numbers(one)
    for account in one.accounts:
        for file in one.files:
            for digest in file:
                yield "account and file", account, digest
    if one.page is not None:
        yield "page", one.page
    if one.files and not one.accounts and one.page is None:
        yield "files", frozenset(one.files)


def _anything(one: ReportReceived) -> Iterator[Hashable]:
    yield from _numbers(one)
    for account in one.accounts:
        yield "account", account
    for file in one.files:
        for digest in file:
            yield "file", digest
    if one.page is not None:
        yield "page", one.page


_MARKS: Mapping[Rule, Callable[[ReportReceived], Iterator[Hashable]]] = {
    Rule.NUMBERS: _numbers,
    Rule.CASES: _cases,
    Rule.ANYTHING: _anything,
}
