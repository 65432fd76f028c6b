"""Section 5: actions that the platform confirmed in the year, complaints lodged in it, restorations confirmed in it.

The form asks for items without regard to region, and for accounts of EU users; accounts whose region is unknown make
the upper end of an interval. Average times are of accounts that are known to be of EU users.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from tutela.statistics.figure import Figure, Status
from tutela.statistics.provider_return.cells import cell
from tutela.statistics.provider_return.facts import (
    ActionFact,
    ComplaintFact,
    Facts,
    Services,
    account_bounds,
    action_class,
    in_year,
)

_OBJECTS = {"items": "remove_content", "accounts": "suspend_account"}


def complaints(facts: Facts, year: int, services: Services, service: str | None) -> list[Figure]:
    """Return the figures of section 5 for a service, or for all in scope."""
    wanted = {service} if service else set(services)
    mine = [a for a in facts.actions.values() if facts.service_of_case[a.case] in wanted]
    figures: list[Figure] = []
    for case_class in ("known", "new"):
        for what, kind in _OBJECTS.items():
            actions = [a for a in mine if a.ordered.kind == kind and action_class(facts, a) == case_class]
            unknown: list[ActionFact] = []
            if what == "accounts":
                unknown = [a for a in actions if _sender_region(facts, a) == "unknown"]
                actions = [a for a in actions if _sender_region(facts, a) == "eu"]
            figures += _of(facts, actions, unknown, year, f"5.{case_class}.{what}", service)
    for row in ("actioned", *(f"{c}_{k}" for c in ("internal", "judicial") for k in _KEYS)):
        figures.append(
            cell(f"5.solicitation.accounts_{row}", service).without(
                Status.NOT_APPLICABLE, "no technology that detects solicitation ran"
            )
        )
    return figures


_KEYS = ("complaints", "reasons", "restored", "average_time")


def _of(
    facts: Facts, actions: list[ActionFact], unknown: list[ActionFact], year: int, row: str, service: str | None
) -> list[Figure]:
    def accounts(key: str, done: Callable[[ActionFact], tuple[int, datetime] | None], note: str) -> Figure:
        """Count the accounts concerned, each once: one that was suspended twice is one account."""
        hits = [(a, hit[0]) for a in actions + unknown if (hit := done(a)) and in_year(hit[1], year)]
        named = {(a.case, facts.account_of_case[a.case]) for a, _ in hits if a in actions}
        low, high = account_bounds({(facts.year_of_case(case), name) for case, name in named})
        more = {(facts.year_of_case(a.case), facts.account_of_case[a.case]) for a, _ in hits} - {
            (facts.year_of_case(case), name) for case, name in named
        }
        if more:
            note += f"; {len(more)} more where the region of the account is unknown"
        return cell(f"{row}_{key}", service).value(low, [s for _, s in hits], at_most=high + len(more), note=note)

    def counted(key: str, count: Callable[[list[ActionFact]], list[int]], note: str = "") -> Figure:
        sure, more = count(actions), count(unknown)
        if more:
            note = "; ".join(filter(None, (note, f"{len(more)} more where the region of the account is unknown")))
        return cell(f"{row}_{key}", service).value(len(sure), sure + more, at_most=len(sure) + len(more), note=note)

    def done(some: list[ActionFact]) -> list[int]:
        return [a.carried_out[0] for a in some if a.carried_out and in_year(a.carried_out[1], year)]

    of_accounts = row.endswith("accounts")
    if of_accounts:
        figures = [accounts("actioned", lambda a: a.carried_out, "distinct accounts, confirmed by the platform")]
    else:
        figures = [counted("actioned", done, "confirmed by the platform")]
    for channel in ("internal", "judicial"):

        def lodged(some: list[ActionFact], channel: str = channel) -> list[ComplaintFact]:
            return [c for a in some for c in a.complaints if c.channel == channel and in_year(c.at, year)]

        def restored(some: list[ActionFact], channel: str = channel) -> list[int]:
            return [
                a.reversed[0] for a in some if a.reversed and in_year(a.reversed[1], year) and _upheld_in(a, channel)
            ]

        figures.append(counted(f"{channel}_complaints", lambda some, f=lodged: [c.sequence for c in f(some)]))  # type: ignore[misc]
        figures.append(
            cell(f"{row}_{channel}_reasons", service).without(
                Status.NOT_COLLECTED, "the reasons of the complainants are not recorded yet"
            )
        )
        if of_accounts:
            figures.append(
                accounts(
                    f"{channel}_restored",
                    lambda a, channel=channel: a.reversed if _upheld_in(a, channel) else None,  # type: ignore[misc]
                    "distinct accounts",
                )
            )
        else:
            figures.append(counted(f"{channel}_restored", restored))
        figures.append(_average(lodged(actions), f"{row}_{channel}_average_time", service))
    return figures


def _upheld_in(action: ActionFact, channel: str) -> bool:
    return any(c.channel == channel and c.decided is not None and c.decided[2].upheld for c in action.complaints)


def _average(lodged: list[ComplaintFact], row: str, service: str | None) -> Figure:
    times = [(c.decided[1] - c.at, c.sequence, c.decided[0]) for c in lodged if c.decided]
    if not times:
        return cell(row, service).without(Status.NOT_APPLICABLE, "no complaint of the year is decided")
    mean = sum((t[0] for t in times), timedelta()) / len(times)
    waiting = len(lodged) - len(times)
    note = "hours" + (f"; {waiting} are not decided yet" if waiting else "")
    events = [sequence for t in times for sequence in t[1:]]
    return cell(row, service).value(round(mean / timedelta(hours=1), 2), events, note=note)


def _sender_region(facts: Facts, action: ActionFact) -> str:
    regions = {facts.items[i].flagged.sender_region for i in facts.items_of_case.get(action.case, [])}
    return "eu" if "eu" in regions else "unknown" if "unknown" in regions else "non_eu"
