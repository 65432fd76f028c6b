"""Users who were acted against: some complain, one or the other goes to court, some ask for their data."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from demo.people import PLATFORM
from demo.world import Truth
from tutela.casework.case import NotPossible
from tutela.events.catalogue.redress import Claim
from tutela.storage.casework.case_reader import CaseReader
from tutela.storage.workplace import Workplace

_COMPLAIN = {True: 0.09, False: 0.75}
_ASK_FOR_DATA = 0.06
_CLAIMS: tuple[Claim, ...] = ("not_me", "taken_over", "too_much", "other")
_WORDS = ("I did not send this.", "Somebody else used my account.", "It was a picture of the garden.", "")
Deed = Literal["complain", "ask"]


@dataclass
class Users:
    """Lets users react. `truth_of` tells what an item really is: users know what they sent."""

    place: Workplace
    generator: random.Random
    truth_of: Mapping[str, Truth]
    complaints: int = 0
    _due: list[tuple[datetime, str, Deed]] = field(default_factory=list)

    def hear_of(self, action_id: str, now: datetime) -> None:
        """Let the user concerned decide whether to do something about an action, and when."""
        action = CaseReader(self.place.database).action(action_id)
        items = [action.item_id] if action.item_id else self._confirmed(action.case_id)
        material = all(self.truth_of[item].material for item in items if item in self.truth_of)
        if self.generator.random() < _COMPLAIN[material]:
            self._later(now, action_id, "complain")
        elif action.kind == "suspend_account" and self.generator.random() < _ASK_FOR_DATA:
            self._later(now, action_id, "ask")

    def due(self) -> datetime | None:
        """Return when somebody wants to do something next."""
        return self._due[0][0] if self._due else None

    def act(self) -> None:
        """Let the next one do it."""
        _, action, deed = heapq.heappop(self._due)
        # Where it was undone meanwhile there is nothing to complain of any more.
        self._try(self._complain if deed == "complain" else self._ask, action)

    def leave_one(self) -> None:
        """Before the year ends: see that at least one complaint waits."""
        for action in reversed(CaseReader(self.place.database).actions(["carried_out"])):
            if self.place.redress_reader.waiting(1):
                return
            self._try(self._complain, action.id)

    def _complain(self, action: str) -> None:
        claim, words = self.generator.choice(_CLAIMS), self.generator.choice(_WORDS)
        self.place.redress.lodge(PLATFORM, action, claim=claim, words=words)
        self.complaints += 1

    def _ask(self, action: str) -> None:
        self.place.notices.request_access(PLATFORM, action, words="please send me my data")

    def _later(self, now: datetime, action: str, deed: Deed) -> None:
        heapq.heappush(self._due, (now + timedelta(days=self.generator.uniform(0.3, 16)), action, deed))

    def _confirmed(self, case_id: str) -> list[str]:
        return [i.id for i in CaseReader(self.place.database).one(case_id).items if i.verdict != "not"]

    @staticmethod
    def _try(deed: Callable[[str], None], action: str) -> None:
        try:
            deed(action)
        except NotPossible:
            return
