"""Histories of events, drawn from a seed: every way of a case that the return tells apart, in any mixture."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tutela.events.catalogue.base import parse
from tutela.events.envelope import Event, new_id

SERVICES = ("chat", "mail", "drive")
"""The last one is out of scope."""
TECHNOLOGIES = (("sha256", "1"), ("pdq", "1"), ("pdq", "2"), ("md5", "1"))
REGIONS = ("eu", "non_eu", "unknown")
KINDS = ("image", "image", "video", "other", "audio")
BEGIN, DAYS = datetime(2024, 10, 1, tzinfo=UTC), 560


@dataclass
class _Case:
    """A case as it goes on."""

    rng: random.Random
    id: str
    now: datetime
    told: list[tuple[datetime, str, int, str, dict[str, Any]]] = field(default_factory=list)
    verdicts: dict[str, str] = field(default_factory=dict)

    def tell(self, type_: str, version: int = 1, /, **data: Any) -> None:
        self.now += timedelta(hours=self.rng.expovariate(1 / 60), microseconds=self.rng.randrange(10**6))
        self.told.append((self.now, type_, version, self.id, data))

    def name(self) -> str:
        return f"{self.rng.getrandbits(128):032x}"


def history(seed: int, cases: int) -> list[Event]:
    """Return the events of so many cases and some batches, in the order in which they happened."""
    rng = random.Random(seed)
    accounts = [f"{rng.getrandbits(128):032x}" for _ in range(max(3, cases // 2))]
    told: list[tuple[datetime, str, int, str, dict[str, Any]]] = []
    for _ in range(cases):
        at = BEGIN + timedelta(days=rng.random() * DAYS)
        case = _Case(rng, new_id(at), at)
        _happens(case, accounts)
        told += case.told
    for number in range(max(2, cases // 8)):
        at = BEGIN + timedelta(days=rng.random() * DAYS)
        told.append((at, "items.tallied", 1, f"batch-{number}", {"batch": str(number), "rows": list(_rows(rng, at))}))
    told.sort(key=lambda one: one[0])
    return [
        Event(sequence, new_id(at), parse(type_, version, data), subject, "system", at, at)
        for sequence, (at, type_, version, subject, data) in enumerate(told, start=1)
    ]


def _reached(rng: random.Random, accounts: list[str], number: int) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"recipients_eu": rng.sample(accounts, number)}
    for account in found["recipients_eu"]:
        told = rng.choice(["recipients_automated", "recipients_persons", ""])
        if told:
            found.setdefault(told, []).append(account)
    return found


def _rows(rng: random.Random, at: datetime) -> Iterator[dict[str, Any]]:
    for _ in range(rng.randint(1, 6)):
        yield {
            "day": str((at - timedelta(days=rng.randint(0, 3))).date()), "service": rng.choice(SERVICES),
            "regime": "r", "kind": rng.choice(KINDS), "region": rng.choice(REGIONS), "outcome": "clean",
            "technologies": ["pdq"] if rng.random() < 0.8 else [], "items": rng.randint(1, 999), "bytes": 1,
            "low_quality": 0,
        }  # fmt: skip


def _happens(case: _Case, accounts: list[str]) -> None:
    rng = case.rng
    service, layer = rng.choice(SERVICES), rng.choice(["known", "known", "new"])
    sender = rng.choice([*accounts, None])
    planted = rng.choice(["golden", "canary", "second"]) if rng.random() < 0.08 else None
    said = rng.choice(["automated", "person", "not_stated", "not_stated"])
    case.tell("case.opened", 2, service=service, account=sender, layer=layer, planted=planted)
    region = rng.choice(REGIONS)
    items = [case.name() for _ in range(rng.choice([1, 1, 1, 2, 3]))]
    for item in items:
        case.tell(
            "item.flagged", 3, item=item, service=service, regime="r", kind=rng.choice(KINDS),
            region=rng.choice(REGIONS), layer=layer, content=case.name(), sender=sender, sender_region=region,
            recipients_unknown=rng.choice([0, 0, 1]), sent_at=None, sender_operation=said,
            **_reached(rng, accounts, rng.choice([0, 0, 1, 2])),
        )  # fmt: skip
        for name, version in rng.sample(TECHNOLOGIES, rng.choice([1, 1, 2, 3])):
            _detected(case, item, name, version)
        if rng.random() < 0.2:
            _detected(case, item, *TECHNOLOGIES[0])
        if rng.random() < 0.2:
            case.tell(
                "item.seen_again", 2, item=item, region=rng.choice(REGIONS), recipients_unknown=rng.choice([0, 1]),
                sender_operation=rng.choice([said, "not_stated"]), **_reached(rng, accounts, rng.choice([0, 1])),
            )  # fmt: skip
    for item in items:
        if rng.random() < 0.85:
            _decided(case, item)
    referrals = _reported(case, items) if rng.random() < 0.8 else []
    actions = _acted(case, items)
    if rng.random() < 0.15:
        case.tell("case.reopened", reason="new_facts", cause=None, items=items[:1])
        case.verdicts.pop(items[0], None)
        if rng.random() < 0.7:
            _decided(case, items[0])
            _reported(case, items, supplements=referrals[0] if referrals else None)
            actions += _acted(case, items)
    for action in actions:
        if rng.random() < 0.3:
            _complained(case, action)


def _detected(case: _Case, item: str, name: str, version: str) -> None:
    case.tell(
        "detection.recorded", 2, detection=case.name(), item=item, technology=name, version=version, threshold=1,
        hashlist="known", entry_id=1, distance=0, orientation="upright", computed="here", quality=None,
    )  # fmt: skip


def _decided(case: _Case, item: str) -> None:
    verdict = case.rng.choice(["known", "known", "new", "not"])
    ground = case.rng.choice(["error", "error", "lawful_here", None]) if verdict == "not" else None
    case.verdicts[item] = verdict
    case.tell(
        "item.decided", 2, item=item, verdict=verdict, classification=None, viewed=case.rng.random() < 0.9,
        remarks=False, ground=ground,
    )  # fmt: skip


def _reported(case: _Case, items: list[str], supplements: str | None = None) -> list[str]:
    rng, referral = case.rng, case.name()
    stated = [{"item": i, "verdict": case.verdicts[i]} for i in items if case.verdicts.get(i, "not") != "not"]
    recipient = rng.choice(["cybertipline", "national_contact_point", "eu_centre"])
    case.tell("referral.ordered", 2, referral=referral, recipient=recipient, items=stated, supplements=supplements)
    for attempt in range(1, rng.choice([2, 2, 3])):
        told = {} if rng.random() < 0.3 else {"items": stated[: rng.randint(0, len(stated))]}
        target = rng.choice(["production", "sandbox"])
        case.tell(
            "referral.opened", 2 if told else 1, referral=referral, attempt=attempt, report_id=case.name()[:8],
            target=target, **told,
        )  # fmt: skip
    if rng.random() < 0.9:
        case.tell(
            "referral.filed", referral=referral, attempt=1, report_id="1", files=len(stated), confirmed_by="finish"
        )
    return [referral]


def _acted(case: _Case, items: list[str]) -> list[str]:
    rng = case.rng
    wanted: list[tuple[str, str | None]] = [
        ("remove_content", item) for item in items if case.verdicts.get(item, "not") != "not"
    ]
    if rng.random() < 0.7:
        wanted.append(("suspend_account", None))
    if rng.random() < 0.1:
        wanted.append(("warn_account", None))
    done = []
    for kind, item in wanted:
        action = case.name()
        case.tell("action.ordered", 2, action=action, kind=kind, item=item)
        if rng.random() < 0.9:
            case.tell("action.carried_out", action=action)
            done.append(action)
    return done


def _complained(case: _Case, action: str) -> None:
    rng, undone = case.rng, False
    for _ in range(rng.choice([1, 1, 2])):
        complaint, channel = case.name(), rng.choice(["internal", "internal", "judicial"])
        claim = rng.choice(["not_such_material", "lawful", "not_me", None])
        case.tell("complaint.lodged", 2, complaint=complaint, action=action, channel=channel, claim=claim)
        if rng.random() < 0.8:
            upheld = rng.random() < 0.5
            reason = rng.choice(["not_such_material", "wrong_account", "lawful_here"]) if upheld else "out_of_time"
            case.tell("complaint.decided", 2, complaint=complaint, upheld=upheld, reason=reason)
            if upheld and not undone and rng.random() < 0.8:
                undone = True
                case.tell("action.reversal_ordered", 2, action=action)
                case.tell("action.reversed", action=action)
