"""Section 5: actions that the platform confirmed in the year, complaints lodged in it, restorations confirmed in it.

The form asks for items without regard to region, and for accounts of EU users; accounts whose region is unknown make
the upper end of an interval. Average times are of accounts that are known to be of EU users.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from tutela.casework.reasons import Channel
from tutela.statistics.figure import Figure, Status
from tutela.statistics.provider_return.cells import cell
from tutela.statistics.provider_return.facts import ComplaintFact, Facts, Services, in_year
from tutela.statistics.redress.counts import Count, actioned, complaints_of, lodged, restored
from tutela.statistics.redress.selection import Chosen, Unit, choose

_OBJECTS: dict[str, Unit] = {"items": "item", "accounts": "account"}
_CHANNELS: tuple[Channel, ...] = ("internal", "judicial")
_KEYS = ("complaints", "reasons", "restored", "average_time")
_CLAIMS = {
    "not_such_material": "it is not such material",
    "lawful": "it is lawful",
    "not_me": "the account is not theirs",
    "taken_over": "somebody else used the account",
    "too_much": "the action goes too far",
    "other": "something else",
    None: "not said",
}


def complaints(facts: Facts, year: int, services: Services, service: str | None) -> list[Figure]:
    """Return the figures of section 5 for a service, or for all in scope."""
    wanted = {service} if service else set(services)
    figures: list[Figure] = []
    for case_class in ("known", "new"):
        for what, unit in _OBJECTS.items():
            chosen = choose(facts, unit, wanted, users="eu", case_class=case_class)
            figures += _of(facts, chosen, year, f"5.{case_class}.{what}", service)
    for row in ("actioned", *(f"{c}_{k}" for c in _CHANNELS for k in _KEYS)):
        figures.append(
            cell(f"5.solicitation.accounts_{row}", service).without(
                Status.NOT_APPLICABLE, "no technology that detects solicitation ran"
            )
        )
    return figures


def _of(facts: Facts, chosen: Chosen, year: int, row: str, service: str | None) -> list[Figure]:
    def figure(key: str, count: Count, note: str = "") -> Figure:
        if count.unknown:
            more = f"{count.unknown} more where the region of the account is unknown"
            note = "; ".join(filter(None, (note, more)))
        return cell(f"{row}_{key}", service).value(count.low, count.events, at_most=count.high, note=note)

    def within(at: datetime) -> bool:
        return in_year(at, year)

    of_accounts = chosen.unit == "account"
    confirmed = "distinct accounts, confirmed by the platform" if of_accounts else "confirmed by the platform"
    figures = [figure("actioned", actioned(facts, chosen, within), confirmed)]
    for channel in _CHANNELS:
        mine = complaints_of(chosen.sure, within, channel)
        figures += [
            figure(f"{channel}_complaints", lodged(chosen, within, channel)),
            _reasons(mine, channel, f"{row}_{channel}_reasons", service),
            figure(
                f"{channel}_restored",
                restored(facts, chosen, within, channel),
                "distinct accounts" if of_accounts else "",
            ),
            _average(mine, f"{row}_{channel}_average_time", service),
        ]
    return figures


def _reasons(mine: list[ComplaintFact], channel: Channel, row: str, service: str | None) -> Figure:
    if channel == "judicial":
        reason = "what is pleaded before courts is kept encrypted with the case, and not coded"
        return cell(row, service).without(Status.NOT_COLLECTED, reason)
    if not mine:
        return cell(row, service).without(Status.NOT_APPLICABLE, "no complaint was lodged in the year")
    said = Counter(complaint.claim for complaint in mine)
    text = "; ".join(f"{_CLAIMS[claim]}: {number}" for claim, number in said.most_common())
    return cell(row, service).value(text, [c.sequence for c in mine], note="as users chose it from a list")


def _average(lodged_in_year: list[ComplaintFact], row: str, service: str | None) -> Figure:
    times = [(c.decided[1] - c.at, c.sequence, c.decided[0]) for c in lodged_in_year if c.decided]
    if not times:
        return cell(row, service).without(Status.NOT_APPLICABLE, "no complaint of the year is decided")
    mean = sum((t[0] for t in times), timedelta()) / len(times)
    waiting = len(lodged_in_year) - len(times)
    note = "hours" + (f"; {waiting} are not decided yet" if waiting else "")
    events = [sequence for t in times for sequence in t[1:]]
    return cell(row, service).value(round(mean / timedelta(hours=1), 2), events, note=note)
