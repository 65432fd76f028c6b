"""Section 4: what was reported in relation to EU users, by the day on which the recipient confirmed the report.

A report of both known and new items counts under each class; an item counts once however many reports hold it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tutela.statistics.figure import Figure, Status
from tutela.statistics.provider_return.cells import cell
from tutela.statistics.provider_return.facts import (
    Facts,
    ItemFact,
    ReportFact,
    Services,
    account_bounds,
    in_year,
)

_KINDS = {"images": ("image",), "videos": ("video",), "other_files": ("other", "audio")}


@dataclass(frozen=True, slots=True)
class _Reported:
    report: ReportFact
    item: ItemFact


def identified(facts: Facts, year: int, services: Services, service: str | None) -> list[Figure]:
    """Return the figures of section 4 for a service, or for all in scope."""
    wanted = {service} if service else set(services)
    figures: list[Figure] = []
    for case_class in ("known", "new"):
        reported = [
            _Reported(report, facts.items[referred.item])
            for report in facts.reports
            if in_year(report.at, year) and facts.service_of_case[report.case] in wanted
            for referred in report.items
            if referred.verdict == case_class
        ]
        figures += _class(reported, case_class, service)
    for key in ("reports", "accounts_eu", "accounts_soliciting_child_in_eu"):
        figures.append(
            cell(f"4.solicitation.{key}", service).without(
                Status.NOT_APPLICABLE, "no technology that detects solicitation ran"
            )
        )
    return figures


def _class(reported: list[_Reported], case_class: str, service: str | None) -> list[Figure]:
    eu = [r for r in reported if r.item.region == "eu"]
    unknown = [r for r in reported if r.item.region == "unknown"]

    def figure(key: str, what: Callable[[_Reported], Iterable[object]]) -> Figure:
        sure = {thing for r in eu for thing in what(r)}
        possible = sure | {thing for r in unknown for thing in what(r)}
        counting = [r for r in eu + unknown if any(True for _ in what(r))]
        extra = len(possible) - len(sure)
        note = f"{extra} more where the region of the users is unknown" if extra else ""
        events = [s for r in counting for s in (r.report.sequence, *r.item.sequences)]
        return cell(f"4.{case_class}.{key}", service).value(len(sure), events, at_most=len(possible), note=note)

    def items_of(kinds: tuple[str, ...]) -> Callable[[_Reported], Iterable[object]]:
        return lambda r: [r.item.sequence] if r.item.flagged.kind in kinds else []

    figures = [figure("reports", lambda r: [r.report.sequence])]
    figures += [figure(key, items_of(kinds)) for key, kinds in _KINDS.items()]
    figures.append(_senders(reported, case_class, service))
    figures.append(_receivers(reported, case_class, service))
    return figures


def _senders(reported: list[_Reported], case_class: str, service: str | None) -> Figure:
    items = {r.item.sequence: r.item for r in reported}.values()
    sure = {(i.at.year, i.flagged.sender) for i in items if i.flagged.sender and i.flagged.sender_region == "eu"}
    perhaps = [i for i in items if i.flagged.sender_region != "non_eu"]
    possible = {(i.at.year, i.flagged.sender) for i in perhaps if i.flagged.sender}
    unnamed = [i for i in perhaps if i.flagged.sender is None]
    events = [s for i in perhaps for s in i.sequences]
    low, high = account_bounds(sure)[0], account_bounds(possible)[1] + len(unnamed)
    return cell(f"4.{case_class}.accounts_sending", service).value(low, events, at_most=high, note=_note(low, high))


def _receivers(reported: list[_Reported], case_class: str, service: str | None) -> Figure:
    items = {r.item.sequence: r.item for r in reported}.values()
    sure = {account for i in items for account in i.recipients_eu}
    unknown = sum(i.recipients_unknown for i in items)
    events = [s for i in items if i.recipients_eu or i.recipients_unknown for s in i.sequences]
    low, high = account_bounds(sure)[0], account_bounds(sure)[1] + unknown
    return cell(f"4.{case_class}.accounts_receiving", service).value(low, events, at_most=high, note=_note(low, high))


def _note(low: int, high: int) -> str:
    more = "; more where the region is unknown, nobody is named, or the year changed" if high > low else ""
    return f"distinct accounts by their pseudonym of the year{more}"
