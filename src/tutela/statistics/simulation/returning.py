"""A provider's yearly returns: its events, counted by the code that counts those of an installation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any

from tutela.regimes.regime import RegimeTable, load
from tutela.regimes.services import Encryption, Service, ServiceRegion, ServiceType
from tutela.statistics.provider_return.compilation import YearlyReturn, compile_return
from tutela.statistics.provider_return.counting import Counting, count_cases
from tutela.statistics.provider_return.documents import return_as_csv
from tutela.statistics.provider_return.light import LightEvent
from tutela.statistics.provider_return.records import Setup
from tutela.statistics.provider_return.spans import whole_year
from tutela.statistics.provider_return.words import ENGLISH, words
from tutela.statistics.simulation.telling import Sent
from tutela.statistics.simulation.world import YEARS, Flagged, Processed, Provider
from tutela.statistics.union.period import Period

SERVICE = "chat"
_IMAGE_BYTES = 200_000
_SERVICES = (
    Service(
        SERVICE, "Chat", ServiceType.NUMBER_INDEPENDENT_MESSAGING, Encryption.IN_TRANSIT, ServiceRegion.WORLD
    ),
)  # fmt: skip


@cache
def _regimes() -> RegimeTable:
    return load(None)


def returns(provider: Provider) -> tuple[YearlyReturn, ...]:
    """Return the return of each year, counted from all that a provider recorded."""
    stream = _Stream()
    stream.record(provider)
    last = stream.last
    compiled = []
    for year in YEARS:
        counting = Counting(whole_year(year), [SERVICE], last)
        for tally in stream.tallies:
            counting.tally(tally)
        count_cases(stream.cases.values(), [counting])
        compiled.append(compile_return(year, [counting.counted()], Setup(), _SERVICES, _regimes(), up_to=last))
    return tuple(compiled)


def sent(compiled: YearlyReturn) -> Sent:
    """Return the standard form, filled in, as `tutela return --format csv` writes it."""
    content = return_as_csv(compiled, words(ENGLISH)).encode()
    return Sent(f"return-{compiled.year}.csv", content, Period.of_year(compiled.year))


@dataclass
class _Stream:
    """The events of a provider, as the return reads them."""

    last: int = 0
    tallies: list[LightEvent] = field(default_factory=list)
    cases: dict[str, list[LightEvent]] = field(default_factory=dict)

    def record(self, provider: Provider) -> None:
        for month in provider.processed:
            self.tallies.append(self._event("items.tallied", month.month, {"rows": [_row(month)]}))
        for number, item in enumerate(provider.flagged):
            self.cases[f"case-{number}"] = [self._event(*one) for one in _told(item, number, provider.policy.suspends)]

    def _event(self, type_: str, day: date, data: Mapping[str, Any]) -> LightEvent:
        self.last += 1
        return LightEvent(self.last, type_, f"{day} 12:00:00.000000", data)


def _row(one: Processed) -> dict[str, Any]:
    return {
        "day": str(one.month), "service": SERVICE, "kind": "image", "region": one.region, "technologies": ["pdq"],
        "items": one.images, "bytes": one.images * _IMAGE_BYTES,
    }  # fmt: skip


def _told(one: Flagged, number: int, suspends: bool) -> Iterator[tuple[str, date, dict[str, Any]]]:
    item = f"i{number}"
    yield "case.opened", one.on, {"service": SERVICE, "account": one.account, "planted": None}
    yield (
        "item.flagged",
        one.on,
        {
            "item": item, "kind": one.kind, "region": one.region, "layer": "known", "sender": one.account,
            "sender_region": one.region, "recipients_eu": [], "recipients_unknown": 0,
        },
    )  # fmt: skip
    for name, version in one.technologies:
        yield "detection.recorded", one.on, {"item": item, "technology": name, "version": version}
    if not one.reviewed:
        return
    verdict = {"verdict": "known", "ground": None} if one.right else {"verdict": "not", "ground": "error"}
    yield "item.decided", one.on + timedelta(days=1), {"item": item, "viewed": True, **verdict}
    if one.reported is None:
        return
    referral, action = f"r{number}", f"a{number}"
    stated = [{"item": item, "verdict": "known"}]
    yield "referral.ordered", one.reported, {"referral": referral, "recipient": "cybertipline", "items": stated}
    yield "referral.opened", one.reported, {"referral": referral, "target": "production", "items": stated}
    yield "referral.filed", one.reported, {"referral": referral}
    kind = "suspend_account" if suspends else "remove_content"
    of = None if suspends else item
    yield "action.ordered", one.reported, {"action": action, "kind": kind, "item": of}
    yield "action.carried_out", one.reported, {"action": action}
    if one.lodged is None:
        return
    yield (
        "complaint.lodged",
        one.lodged,
        {"complaint": f"k{number}", "action": action, "channel": "internal", "claim": "too_much"},
    )
    if one.answered is not None:
        reason = "too_much" if one.upheld else "confirmed_on_review"
        yield (
            "complaint.decided",
            one.answered,
            {"complaint": f"k{number}", "upheld": one.upheld, "reason": reason},
        )
        if one.upheld:
            yield "action.reversed", one.answered, {"action": action}
