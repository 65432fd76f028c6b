"""Absolute cases and repeated ones, for any period: held against what was sent."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime, timedelta

from tests.databases import SteppableClock
from tests.rig import CHAT, MAIL, Rig, party, picture
from tutela.content.item import Provenance
from tutela.events.catalogue.intake import CaseOpened
from tutela.events.envelope import NewEvent
from tutela.storage.casework.repeats import Counted, RepeatReader
from tutela.storage.workplace import Workplace


def test_counts_of_any_period_are_those_of_what_came(place: Workplace, clock: SteppableClock) -> None:
    rng = random.Random(5)
    rig = Rig(place, clock)
    came: list[tuple[datetime, str, str, str]] = []
    cases: set[str] = set()
    for number in range(40):
        clock.advance(minutes=rng.randrange(900))
        service = rng.choice([CHAT, MAIL])
        sender = party(f"a{rng.randrange(3)}") if rng.random() < 0.8 else None
        one = rig.take(str(number), picture(rng.randrange(6)), Provenance(sender), service)
        assert one.case is not None
        assert one.item is not None
        if one.case not in cases:
            cases.add(one.case)
            came.append((clock(), "cases", service.id, one.case))
        came.append((clock(), "repeats" if one.seen_again else "items", service.id, one.case))
        if rng.random() < 0.2 and not one.seen_again:
            rig.decide(one.case, one.item, rng.choice(["known", "not"]))
    planted = CaseOpened(service="chat", account=None, layer="known", planted="golden")
    with place.transactions.record() as log:
        log.append([NewEvent(planted, "planted", clock())])
    reader = RepeatReader(place.database)
    start = came[0][0]
    for _ in range(8):
        since = start + timedelta(hours=rng.randrange(400))
        until = since + timedelta(hours=rng.randrange(1, 300))
        within = [c for c in came if since <= c[0] < until]
        found = reader.between(since, until)
        for services in (["chat", "mail"], ["mail"]):
            wanted = Counter((s, what) for _, what, s, _ in within if s in services)
            got = found if len(services) == 2 else reader.between(since, until, "mail")
            assert {(s, w): getattr(c, w) for s, c in got.services.items() for w in ("cases", "items", "repeats")
                    if getattr(c, w)} == wanted  # fmt: skip
        by_case = Counter((case, what) for _, what, _, case in within)
        assert {(i, w): getattr(c, w) for i, c in found.cases.items() for w in ("cases", "items", "repeats")
                if getattr(c, w)} == by_case  # fmt: skip
    every = reader.between(start, clock() + timedelta(seconds=1))
    assert sum(c.cases for c in every.services.values()) == len(cases)
    assert "planted" not in every.cases
    assert every.repeated_accounts == sum(c.cases > 1 for c in every.accounts.values()) > 0
    assert reader.between(start - timedelta(days=9), start).services == {}
    assert Counted() == Counted(0, 0, 0)
