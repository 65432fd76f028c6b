"""Labelled conversations drawn from the scripts: accounts, times, factors, typing errors. One seed, the same lines."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from tutela.detection.conversations.indicators import Indicator
from tutela.detection.conversations.stand_in.scripts import LANGUAGES, Line, Script, Scripts, scripts

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 180
_SLOT = re.compile(r"\{([a-z]+)\}")
_SHARE = {"en": 0.6, "sv": 0.4}


def stand_in(conversations: int, scams: float, seed: int) -> Iterator[dict[str, Any]]:
    """Yield labelled conversations, as `read_labelled` reads them, in the order of their beginning.

    `scams` is the share of them that are scams, above 0 and below 1. Raises ValueError for another share.
    """
    if not 0 < scams < 1 or conversations < 1:
        raise ValueError("at least one conversation, and a share of scams between 0 and 1")
    chance = random.Random(seed)
    wanted = {True: round(conversations * scams)}
    wanted[False] = conversations - wanted[True]
    made: list[dict[str, Any]] = []
    for scam, count in wanted.items():
        left, account = count, 0
        while left:
            account += 1
            # An account that scams sends one script many times, others talk about all sorts of things.
            share = min(left, chance.choice((1, 1, 2, 3, 5)))
            language = chance.choices(LANGUAGES, [_SHARE[one] for one in LANGUAGES])[0]
            kept = scripts(language)
            script = chance.choice(kept.scams if scam else kept.ordinary)
            begin = _begin(script, scam, chance)
            name = f"{'s' if scam else 'o'}{account}"
            for _ in range(share):
                if not scam:
                    script, begin = chance.choice(kept.ordinary), _begin(script, scam, chance)
                made.append(_conversation(name, language, kept, script, begin, chance))
                begin += timedelta(hours=chance.expovariate(1 / 20))
            left -= share
    made.sort(key=lambda one: str(one["messages"][0]["at"]))
    for number, one in enumerate(made, start=1):
        yield {"id": f"c{number}", **one}


def _begin(script: Script, scam: bool, chance: random.Random) -> datetime:
    day = chance.uniform(0, DAYS)
    if scam:
        # A campaign runs for two months, so that some are new after any day that parts training from test.
        first = sum(map(ord, script.name)) % 5 * 30
        day = min(first + chance.uniform(0, 60), DAYS)
    return BEGIN + timedelta(days=day)


def _conversation(
    account: str, language: str, kept: Scripts, script: Script, begin: datetime, chance: random.Random
) -> dict[str, Any]:
    other = f"p{chance.randrange(10**9)}"
    filled = {name: chance.choice(values) for name, values in kept.slots.items()}
    careless = chance.choice((0.0, 0.0, 0.01, 0.03, 0.06))
    slow = chance.random() < 0.4
    at, messages = begin, []
    lines = list(_spoken(script, kept, chance, slow=slow))
    for side, text, indicator in lines:
        wait = chance.lognormvariate(3.2, 1.2)
        if slow and chance.random() < 0.1:
            wait += chance.uniform(0.2, 2.0) * 86_400
        at += timedelta(seconds=round(wait, 1))
        said = _typed(_SLOT.sub(lambda found: filled[found[1]], text), careless, chance)
        messages.append(
            {
                "sender": account if side == "A" else other,
                "at": at.isoformat(timespec="milliseconds"),
                "text": said,
                "indicators": [indicator.value] if indicator else [],
            }
        )
    return {
        "label": script.scam,
        "account": account,
        "language": language,
        "campaign": script.name if script.scam else None,
        "factors": drawn_factors(script.scam, chance),
        "messages": messages,
    }


def _spoken(
    script: Script, kept: Scripts, chance: random.Random, *, slow: bool
) -> Iterator[tuple[str, str, Indicator | None]]:
    if slow:
        yield from _small_talk(kept, chance, chance.randint(2, 8))
    for line in script.lines:
        if not line.says:
            yield from _small_talk(kept, chance, chance.randint(0, 3))
            continue
        if line.optional and chance.random() < 0.5:
            continue
        yield line.side, chance.choice(line.says), line.indicator
        if line.side == "A" and chance.random() < 0.2:
            yield "B", chance.choice(kept.answers), None
        if script.scam and line.side == "A" and chance.random() < 0.1:
            return  # the other side does not answer any more


def _small_talk(kept: Scripts, chance: random.Random, exchanges: int) -> Iterator[tuple[str, str, Indicator | None]]:
    for _ in range(exchanges):
        lines: tuple[Line, ...] = chance.choice(kept.small_talk)
        turned = chance.random() < 0.5
        for line in lines:
            yield ("BA"[line.side == "B"] if turned else line.side), line.says[0], None


def _typed(text: str, careless: float, chance: random.Random) -> str:
    signs = []
    for sign in re.sub("#", lambda _: str(chance.randint(1, 9)), text):
        drawn = chance.random() / careless if careless else 1.0
        if drawn < 0.4:
            continue
        signs.append(sign * 2 if drawn < 0.7 else sign)
    said = "".join(signs) or text
    style = chance.random()
    if style < 0.3:
        said = said.lower()
    elif style < 0.34:
        said = said.upper()
    return said + chance.choice(("", "", "", "", ".", "!", " :)"))


def drawn_factors(scam: bool, chance: random.Random) -> dict[str, Any]:
    """Return made-up factors that overlap widely, each unknown in three cases of ten, whatever the label."""
    gaps = ["under_5", "5_to_14", "15_or_more"]
    given: dict[str, Any] = {
        "age_gap": chance.choices(gaps, (3, 3, 4) if scam else (5, 3, 2))[0],
        "new_contact": chance.random() < (0.9 if scam else 0.45),
        "similar_contacts": int(chance.lognormvariate(1.6 if scam else 0.8, 1.0)),
        "unanswered_share": round(chance.betavariate(3, 3) if scam else chance.betavariate(2, 5), 2),
        "moved_elsewhere": chance.random() < (0.25 if scam else 0.1),
    }
    known = {name: value for name, value in given.items() if chance.random() < 0.7}
    if "age_gap" in known:
        known["age_basis"] = chance.choice(("declared", "estimated"))
    return known
