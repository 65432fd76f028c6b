"""What happens at a made-up provider, drawn from a seed: accounts, cases, what came of them, and what was tallied.

Nothing of it is content: what is drawn are the facts that events hold. Shares are round and invented.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from typing import Literal, TypeVar

from tutela.events.catalogue.base import Layer, Operation, Region, Verdict
from tutela.events.catalogue.redress import Claim
from tutela.regimes.services import Encryption, Service, ServiceRegion, ServiceType

MESSAGING, HOSTING = ServiceType.NUMBER_INDEPENDENT_MESSAGING, ServiceType.HOSTING
SERVICES = (
    Service("chat", "Chat", MESSAGING, Encryption.IN_TRANSIT, ServiceRegion.WORLD),
    Service("mail", "Mail", MESSAGING, Encryption.IN_TRANSIT, ServiceRegion.EU),
    Service("drive", "Drive", HOSTING, Encryption.NONE, ServiceRegion.WORLD),
)
"""The last one is no messaging service and outside the return."""
TECHNOLOGIES: dict[Layer, tuple[tuple[str, str], ...]] = {
    "known": (("pdq", "1"), ("sha256", "fips180-4")),
    "new": (("novel", "1"),),
}
"""Names and versions, by the layer that they work in."""
KINDS = ("image", "video", "audio", "other")
MOST = 6
"""How many cases one account has at most in what is drawn together."""
REGIONS: tuple[Region, ...] = ("eu", "non_eu", "unknown")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Account:
    """A user of one service. `name` is the pseudonym: 32 hexadecimal digits, different in every copy of a case."""

    name: str
    region: Region
    operation: Operation


@dataclass(frozen=True, slots=True)
class Complaint:
    """A complaint against an action; `hours` until it was decided, none while it waits."""

    channel: Literal["internal", "judicial"]
    claim: Claim | None
    hours: int | None
    upheld: bool
    undone: bool


@dataclass(frozen=True, slots=True)
class Action:
    """A removal of the item with that place in its case, or the suspension of the sender. Confirmed or not yet."""

    item: int | None
    confirmed: bool
    complaint: Complaint | None


@dataclass(frozen=True, slots=True)
class Item:
    """A flagged item. `outcome` is none while nobody decided; `lawful` is lawful where the operator is bound."""

    kind: str
    technologies: tuple[tuple[str, str], ...]
    recipients: tuple[Account, ...]
    unknown_recipients: int
    region: Region
    outcome: Literal["known", "new", "wrong", "lawful"] | None

    @property
    def verdict(self) -> Verdict | None:
        """The verdict of the outcome."""
        match self.outcome:
            case "wrong" | "lawful":
                return "not"
            case verdict:
                return verdict


@dataclass(frozen=True, slots=True)
class Case:
    """Items of one sender in one service, decided together or not at all. `filed`: a recipient confirmed the report."""

    service: str
    layer: Layer
    sender: Account | None
    sender_region: Region
    items: tuple[Item, ...]
    filed: bool
    actions: tuple[Action, ...]

    @property
    def confirmed(self) -> list[int]:
        """The places of the items that were confirmed."""
        return [place for place, item in enumerate(self.items) if item.outcome in ("known", "new")]


@dataclass(frozen=True, slots=True)
class Tallied:
    """Items of one kind and region that a technology processed and that were clean."""

    service: str
    kind: str
    region: Region
    items: int


class Drawing:
    """Draws from one source of chance, so that a seed makes the same provider again."""

    def __init__(self, rng: random.Random, accounts: int) -> None:
        """Draw the accounts of each service: about so many, who send more than once and to each other."""
        self._rng = rng
        self._accounts = {s.id: [self._account() for _ in range(max(4, accounts))] for s in SERVICES}
        self._sent: Counter[Account] = Counter()

    def case(self) -> Case:
        """Draw a case. Those of one sender come one after another, and only the last of them may wait undecided."""
        rng = self._rng
        service = self._one({"chat": 50, "mail": 30, "drive": 20})
        layer: Layer = self._one({"known": 90, "new": 10})
        sender = None if rng.random() < 0.05 else rng.choice(self._accounts[service])
        if sender is not None and self._sent[sender] >= MOST:
            sender = None
        region: Region = sender.region if sender else self._one({"eu": 1, "unknown": 3})
        decided = rng.random() < 0.9
        if sender is not None:
            self._sent[sender] += 1 if decided else MOST
        count = self._one({1: 60, 2: 25, 3: 15})
        items = tuple(self._item(service, layer, region, decided=decided) for _ in range(count))
        case = Case(service, layer, sender, region, items, filed=rng.random() < 0.97, actions=())
        return Case(service, layer, sender, region, items, case.filed and bool(case.confirmed), self._actions(case))

    def tallied(self) -> list[Tallied]:
        """Draw what was clean, of every service, kind and region."""
        return [
            Tallied(service.id, kind, region, self._rng.randrange(1, 100_000))
            for service in SERVICES
            for kind in KINDS
            for region in REGIONS
            if self._rng.random() < 0.9
        ]

    def _account(self) -> Account:
        # Copies change the first six digits to their number: no number is so high.
        name = f"ffffff{self._rng.getrandbits(104):026x}"
        region: Region = self._one({"eu": 70, "non_eu": 20, "unknown": 10})
        operation: Operation = self._one({"automated": 5, "person": 25, "not_stated": 70})
        return Account(name, region, operation)

    def _item(self, service: str, layer: Layer, sender: Region, *, decided: bool) -> Item:
        rng = self._rng
        of_layer = TECHNOLOGIES[layer]
        technologies = tuple(rng.sample(of_layer, rng.randint(1, len(of_layer))))
        reached = rng.sample(self._accounts[service], self._one({0: 40, 1: 45, 2: 15}))
        regions = {sender, *(one.region for one in reached)}
        region: Region = "eu" if "eu" in regions else "unknown" if "unknown" in regions else "non_eu"
        shares = {"known": 85, "new": 5, "wrong": 8, "lawful": 2} if layer == "known" else {
            "known": 10, "new": 60, "wrong": 29, "lawful": 1,
        }  # fmt: skip
        return Item(
            self._one({"image": 80, "video": 14, "other": 6}),
            technologies,
            tuple(one for one in reached if one.region == "eu"),
            sum(one.region == "unknown" for one in reached),
            region,
            self._one(shares) if decided else None,  # type: ignore[arg-type]
        )

    def _actions(self, case: Case) -> tuple[Action, ...]:
        confirmed = case.confirmed
        places = [*confirmed, *([None] if confirmed and case.sender else [])]
        return tuple(self._action(place) for place in places)

    def _action(self, item: int | None) -> Action:
        rng = self._rng
        confirmed = rng.random() < 0.95
        complaint = None
        if confirmed and rng.random() < 0.08:
            hours = rng.randrange(1, 200) if rng.random() < 0.8 else None
            upheld = hours is not None and rng.random() < 0.3
            complaint = Complaint(
                self._one({"internal": 75, "judicial": 25}),
                self._one({"not_me": 40, "lawful": 20, "not_such_material": 20, None: 20}),
                hours,
                upheld,
                upheld and rng.random() < 0.9,
            )
        return Action(item, confirmed, complaint)

    def _one(self, shares: dict[T, int]) -> T:
        return self._rng.choices(list(shares), list(shares.values()))[0]
