"""The simulated platform: it gets signed calls, does as they say, and hands notices over to its users."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from demo.people import PLATFORM
from tutela.casework.calls import Caller
from tutela.regimes.eu_users import Party
from tutela.sandboxes.platform import RunningPlatform
from tutela.storage.workplace import Workplace


@dataclass
class Platform:
    """What the platform does with what it is told. It knows nothing but what the sandbox received."""

    place: Workplace
    sandbox: RunningPlatform
    caller: Caller
    generator: random.Random
    carried_out: list[str] = field(default_factory=list)
    failed: int = 0
    _done: set[str] = field(default_factory=set)
    _suspended: set[str] = field(default_factory=set)
    _again: dict[str, int] = field(default_factory=dict)

    def follow(self) -> None:
        """Let due calls be sent, and do what arrived."""
        self.failed += sum(state.value in ("waiting", "dead") for _, state, _ in self.caller.run_due())
        with self.sandbox.ledger.lock:
            new = [m for m in self.sandbox.ledger.messages.values() if m.id not in self._done]
        for message in new:
            self._done.add(message.id)
            if message.type in ("action.ordered", "action.reversal_ordered"):
                self._act(message.data)
            elif message.type == "notice.issued":
                self._hand_over(message.data["about"])

    def sender(self, party: Party) -> Party:
        """Return who sends: somebody whose account is suspended comes back under another name."""
        name = party.account
        while name in self._suspended:
            self._again[party.account] = self._again.get(party.account, 0) + 1
            name = f"{party.account}-{self._again[party.account]}"
        return party if name == party.account else Party(name, party.country, party.basis)

    def _hand_over(self, about: str) -> None:
        """Take a notice in the language of its user."""
        self.place.notices.hand_over(PLATFORM, about, "sv" if self.generator.random() < 0.4 else "en")

    def _act(self, data: dict[str, Any]) -> None:
        undo = data["state"] == "reversal_ordered"
        self.place.desk.confirm_action(PLATFORM, data["action"], "reversed" if undo else "carried_out")
        if data["kind"] == "suspend_account" and data["account"]:
            (self._suspended.discard if undo else self._suspended.add)(data["account"])
        if not undo:
            self.carried_out.append(data["action"])
