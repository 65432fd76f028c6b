"""Many confirmed cases, each with its report ordered, and the plan by which they were made.

The plan is what a reader holds the recipient's ledger against: nothing of it comes from the record of the installation.
Of each case the decisions, what follows from them and the order to report are recorded in one transaction, as the desk
does it; many cases share one here.
"""

from __future__ import annotations

import hashlib
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from tests.databases import SteppableClock
from tests.rig import CHAT, SENIOR, Rig, known_of, party, picture
from tutela.casework import review
from tutela.casework.policy import Policy
from tutela.casework.review import Decision, Sign
from tutela.content.item import Provenance
from tutela.detection.fingerprinting import Fingerprinted
from tutela.detection.hashlists.hashlist import NewEntry
from tutela.events.catalogue.base import Verdict
from tutela.storage.settings import load_settings
from tutela.storage.workplace import Workplace

AT_ONCE = 25
BASES = 20


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """An item, and what is decided of it."""

    identity: str
    name: str
    data: bytes
    sent_at: datetime
    recipient: str
    verdict: Verdict
    classification: str | None
    viewed: bool
    signs: frozenset[Sign]


@dataclass(frozen=True, slots=True)
class PlannedCase:
    """A case: the account that sent its items. `urgent`: its reviewer says that a child is in danger now."""

    account: str
    items: tuple[PlannedItem, ...]
    urgent: bool


def plan(cases: int, rng: random.Random, before: datetime) -> list[PlannedCase]:
    """Make up cases of one to three items that were sent in the week before a time. No two contents are the same."""
    made = []
    for number in range(cases):
        items = tuple(
            PlannedItem(
                identity=f"m-{number}-{n}",
                name=f"bro över älv {number}-{n} & <ö>.png",
                # A picture goes on to be the same picture with something behind its end.
                data=picture(5000 + rng.randrange(BASES), 64) + f"{number}-{n}".encode() * rng.randint(1, 200),
                sent_at=before - timedelta(milliseconds=rng.randrange(1, 7 * 24 * 3600 * 1000)),
                recipient=f"to-{rng.randrange(10**6)}",
                verdict=rng.choice(("known", "known", "new")),
                classification=rng.choice((None, "A1", "B2")),
                viewed=True,
                signs=frozenset({"generated"} if rng.random() < 0.2 else ()),
            )
            for n in range(rng.choice((1, 1, 1, 1, 1, 2, 3)))
        )
        items = tuple(
            replace(item, viewed=item.verdict == "new" or rng.random() < 0.5) for item in items
        )  # what is new is never decided unseen
        made.append(PlannedCase(f"account-{number}", items, urgent=rng.random() < 0.05))
    return made


class Furnished(Rig):
    """A rig of an installation that has its services and lists."""

    def __post_init__(self) -> None:
        """Make nothing."""


def furnish(place: Workplace, clock: SteppableClock, planned: Sequence[PlannedCase]) -> None:
    """Make the services, and a list of everything that is planned."""
    Rig(place, clock, known=(), near=())
    place.lists.add(
        "known",
        [
            NewEntry("sha256", hashlib.sha256(item.data).digest(), item.classification, ("One",))
            for case in planned
            for item in case.items
        ],
    )


def carry_out(place: Workplace, clock: SteppableClock, planned: Sequence[PlannedCase], part: int = 0) -> None:
    """Take the items in and decide them; several processes may carry out parts of a plan at once."""
    rig = Furnished(place, clock)
    for start in range(0, len(planned), AT_ONCE):
        some = planned[start : start + AT_ONCE]
        decided = _taken(rig, some, f"part {part}")
        clock.advance(minutes=1)
        _decide(place, clock, decided)
    rig.close(CHAT, f"part {part}")


def _taken(rig: Rig, cases: Sequence[PlannedCase], batch: str) -> list[tuple[str, list[tuple[str, PlannedItem]], bool]]:
    service = CHAT
    flat = [(case, item) for case in cases for item in case.items]
    matcher = rig.place.current_matcher()
    taken = []
    for case, item in flat:
        sent = Provenance(party(case.account), (party(item.recipient, "FI"),), item.sent_at, name=item.name)
        one = rig.taken(item.identity, picture(5000, 64), sent)
        known = _known(item.data)
        taken.append(
            replace(one, fingerprinted=known, judgement=matcher.judge(known), load=lambda data=item.data: data)  # type: ignore[misc]
        )
    recorded = rig.place.intake.record(rig.batch(service, batch), service, taken)
    found: dict[str, list[tuple[str, PlannedItem]]] = {}
    for (_, item), line in zip(flat, recorded, strict=True):
        assert line.case is not None
        assert line.item is not None
        found.setdefault(line.case, []).append((line.item, item))
    return [(case, items, plan.urgent) for (case, items), plan in zip(found.items(), cases, strict=True)]


def _known(data: bytes) -> Fingerprinted:
    base = known_of(data[: data.index(b"IEND") + 8])
    digests = {name: hashlib.new(name, data, usedforsecurity=False).digest() for name in ("md5", "sha1", "sha256")}
    prints = tuple(replace(f, value=digests.get(f.kind, f.value)) for f in base.fingerprints)
    return replace(base, size=len(data), fingerprints=prints)


def _decide(
    place: Workplace, clock: SteppableClock, cases: Sequence[tuple[str, list[tuple[str, PlannedItem]], bool]]
) -> None:
    policy = Policy()
    with place.transactions.casework() as unit:
        for case_id, items, urgent in cases:
            for position, (item_id, item) in enumerate(items):
                said = Decision(
                    item.verdict,
                    item.classification,  # type: ignore[arg-type]
                    signs=item.signs,
                    urgent=urgent and position == 0,
                )
                unit.append(
                    review.decide(
                        unit.case(case_id),
                        item_id,
                        said,
                        person=SENIOR.id,
                        viewed=item.viewed,
                        remarks=False,
                        policy=policy,
                        standing=unit.standing(case_id),
                        now=clock(),
                    )
                )


def main() -> None:
    """Carry out one part of a plan: python -m tests.referral.planted DATA SEED CASES BEFORE PART PARTS."""
    data, seed, cases, before, part, parts = sys.argv[1:]
    moment = datetime.fromisoformat(before)
    planned = plan(int(cases), random.Random(seed), moment)
    clock = SteppableClock(moment)
    with Workplace(load_settings(Path(data)), clock) as place:
        carry_out(place, clock, planned[int(part) :: int(parts)], int(part))


if __name__ == "__main__":
    main()
