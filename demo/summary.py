"""What the demonstration found: for people, and as `summary.json`."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from demo.edits import EDITS
from demo.world import END, YEAR, World
from demo.year import Happened, is_in_return, items_of
from tutela.casework.calls import CallState
from tutela.casework.case import CaseState
from tutela.content.item import Outcome
from tutela.events.catalogue.casework import CaseReopened
from tutela.events.catalogue.entries import EntryClustered, EntryFoundWrong, EntrySuspended, EntryVerified
from tutela.events.catalogue.intake import ItemsTallied
from tutela.events.catalogue.notices import NoticeDeferred, NoticeHandedOver
from tutela.events.catalogue.platform import CallDelivered
from tutela.events.catalogue.quality import (
    CanaryPassed,
    CanaryPlanted,
    GoldenPlanted,
    SecondReviewDecided,
    SecondReviewDrawn,
)
from tutela.events.catalogue.redress import ActionReversed, ComplaintDecided
from tutela.events.catalogue.retention import ErasureCertified, HoldPlaced
from tutela.events.envelope import Event
from tutela.statistics.figure import Status
from tutela.statistics.overview.counts import Counted
from tutela.statistics.provider_return.compilation import YearlyReturn
from tutela.storage.casework.case_reader import CaseReader
from tutela.storage.statistics.overview_reader import OverviewReader
from tutela.storage.workplace import Workplace

_COUNTED = (
    CanaryPassed, CanaryPlanted, GoldenPlanted, SecondReviewDrawn, SecondReviewDecided, CaseReopened, EntryClustered,
    EntryFoundWrong, EntrySuspended, EntryVerified, NoticeDeferred, NoticeHandedOver, ActionReversed, ComplaintDecided,
    ErasureCertified, HoldPlaced, CallDelivered, ItemsTallied,
)  # fmt: skip


def summarise(
    place: Workplace, world: World, happened: Happened, compiled: YearlyReturn, arrived: int
) -> dict[str, Any]:
    """Return the summary; `arrived` is the number of finished reports that the sandbox itself counts."""
    outcomes = Counter(answer.recorded.outcome for _, answer in happened.answers)
    by_edit = {
        name: {
            "label": edit.label,
            "planted": sum(s.truth.material and s.truth.edit == name for s, _ in happened.answers),
            "found": sum(
                s.truth.material and s.truth.edit == name and a.recorded.outcome is Outcome.MATCH
                for s, a in happened.answers
            ),
        }
        for name, edit in EDITS.items()
    }
    reader = CaseReader(place.database)
    events = _events(place)
    states = Counter(row.state for row in reader.all() if row.id in _cases(happened))
    return {
        "ends_at": place.clock().isoformat(),
        "items": len(happened.answers),
        "outcomes": {outcome.value: outcomes[outcome] for outcome in Outcome},
        "cases": len(_cases(happened)),
        "cases_by_state": {state.value: states[state] for state in CaseState},
        "processed_eu": sum(is_in_return(*one) for one in happened.answers),
        "flagged": len(items_of(happened.answers)),
        "seen_again": sum(answer.recorded.seen_again for _, answer in happened.answers),
        "reports_filed": len(reader.referrals("filed")),
        "reports_finished_at_sandbox": arrived,
        "failed_reports": happened.failed_reports,
        "calls": _calls(place, happened, events[CallDelivered.TYPE]),
        "counted": _counted(place),
        "tallied": sum(row.items for e in events[ItemsTallied.TYPE] for row in getattr(e.payload, "rows", ())),
        "quality": {
            "second_reviews": len(events[SecondReviewDrawn.TYPE]),
            "disagreements": sum(not getattr(e.payload, "agrees", True) for e in events[SecondReviewDecided.TYPE]),
            "golden_planted": len(events[GoldenPlanted.TYPE]),
            "canaries": len(events[CanaryPlanted.TYPE]),
            "canaries_passed": len(events[CanaryPassed.TYPE]),
        },
        "entries": {
            "clusters": len(events[EntryClustered.TYPE]),
            "wrong": len(events[EntryFoundWrong.TYPE]),
            "suspended": len(events[EntrySuspended.TYPE]),
            "own_verified": sum(getattr(e.payload, "active", False) for e in events[EntryVerified.TYPE]),
            "cases_reopened": len(events[CaseReopened.TYPE]),
        },
        "redress": {
            "complaints": happened.complaints,
            "judicial": happened.judicial,
            "upheld": sum(getattr(e.payload, "upheld", False) for e in events[ComplaintDecided.TYPE]),
            "rejected": sum(not getattr(e.payload, "upheld", True) for e in events[ComplaintDecided.TYPE]),
            "reversed": len(events[ActionReversed.TYPE]),
            "notices": len({getattr(e.payload, "about", "") for e in events[NoticeHandedOver.TYPE]}),
            "deferred": len(events[NoticeDeferred.TYPE]),
        },
        "erased": len(events[ErasureCertified.TYPE]),
        "held": len({getattr(e.payload, "hold", "") for e in events[HoldPlaced.TYPE]}),
        "waiting": {
            "open": states[CaseState.OPEN] + states[CaseState.ESCALATED],
            "held": states[CaseState.HELD],
            "complaints": len(place.redress_reader.waiting(1000)),
        },
        "false_matches": sum(not s.truth.listed and a.recorded.outcome is Outcome.MATCH for s, a in happened.answers),
        "listed_pictures": len(world.listed),
        "by_edit": by_edit,
        "return_figures": {
            f.id: f.value for f in compiled.figures if f.status is Status.VALUE and not isinstance(f.value, str)
        },
    }


def _cases(happened: Happened) -> set[str]:
    return {answer.recorded.case for _, answer in happened.answers if answer.recorded.case}


def _events(place: Workplace) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = {payload.TYPE: [] for payload in _COUNTED}
    with place.transactions.reading() as log:
        for event in log.read(types=list(found)):
            found[event.type].append(event)
    return found


def _calls(place: Workplace, happened: Happened, delivered: list[Event]) -> dict[str, int]:
    """Return what became of signed calls: each that was delivered must be one that the platform received."""
    said = [str(getattr(e.payload, "call", "")) for e in delivered]
    return {
        "delivered": len(said),
        "delivered_twice": len(said) - len(set(said)),
        "received": len(happened.received),
        "not_received": len(set(said) - happened.received),
        "unknown": len(happened.received - {row.id for row in place.calls.newest(limit=100_000)}),
        "failed_tries": happened.failed_calls,
        "waiting": place.calls.counts()[CallState.WAITING],
        "dead": place.calls.counts()[CallState.DEAD],
    }


def _counted(place: Workplace) -> dict[str, int]:
    """Return what the overview counts of the year."""
    found = OverviewReader(place.database).by_day(list(Counted), date(YEAR, 1, 1), END.date())
    totals: Counter[str] = Counter()
    for (name, _), days in found.items():
        totals[name] += sum(days.values())
    return {name.value: totals[name.value] for name in Counted}


def write_summary(summary: dict[str, Any], path: Path) -> None:
    """Write it as JSON."""
    path.write_text(json.dumps(summary, indent=1, ensure_ascii=False) + "\n", "utf-8")


def print_summary(summary: dict[str, Any], console: Console) -> None:
    """Print what was found and missed by kind of edit, and what came of it."""
    table = Table(title="Copies of known pictures, by kind of edit", title_justify="left", box=None, pad_edge=False)
    table.add_column("edit")
    for column in ("planted", "found", "missed"):
        table.add_column(column, justify="right")
    for row in summary["by_edit"].values():
        table.add_row(row["label"], str(row["planted"]), str(row["found"]), str(row["planted"] - row["found"]))
    console.print()
    console.print(table)
    console.print()
    for line in _lines(summary):
        console.print(line, markup=False, soft_wrap=True)


def _lines(summary: dict[str, Any]) -> list[str]:
    outcomes = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in summary["outcomes"].items() if count)
    states = ", ".join(f"{count} {name}" for name, count in summary["cases_by_state"].items() if count)
    quality, entries, redress, calls = (summary[name] for name in ("quality", "entries", "redress", "calls"))
    union = summary["union"]
    return [
        f"items     {summary['items']:,}: {outcomes}; {summary['false_matches']} matched by chance",
        f"cases     {summary['cases']}: {states}",
        f"quality   {quality['second_reviews']} second reviews, {quality['disagreements']} disagreements; "
        f"{quality['golden_planted']} golden items, "
        f"{quality['canaries_passed']} of {quality['canaries']} canaries passed",
        f"entries   {entries['clusters']} clusters, {entries['wrong']} found wrong, {entries['suspended']} suspended, "
        f"{entries['own_verified']} own verified; {entries['cases_reopened']} times a case was opened again",
        f"redress   {redress['complaints']} complaints and {redress['judicial']} in court: {redress['upheld']} upheld, "
        f"{redress['rejected']} rejected, {summary['waiting']['complaints']} wait; "
        f"{redress['reversed']} actions undone; {redress['notices']} notices, {redress['deferred']} deferred",
        f"reports   {summary['reports_filed']} filed, {summary['reports_finished_at_sandbox']} finished at the "
        f"sandbox; {summary['failed_reports']} attempts failed and were made again",
        f"calls     {calls['delivered']} delivered to the platform, {calls['failed_tries']} tries failed",
        f"evidence  {summary['erased']} cases erased with a certificate, {summary['held']} holds",
        f"return    {len(summary['return_figures'])} figures have a number",
        f"Union     a made-up one: {union['published_wrong']} of {union['questions']} published numbers are off, one "
        f"by {union['most_off_percent']} %; what is proved holds the truth in {union['proved']}",
    ]
