"""The simulated referral officer: holds and deferrals on an authority's request, a stopped report, an unmasking."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from demo.clock import MovingClock
from demo.people import FRIDA, GRETA
from tutela.casework.case import NotPossible
from tutela.casework.redress_records import AuthorityRequest
from tutela.referral.states import ReferralState
from tutela.storage.casework.case_reader import CaseReader
from tutela.storage.workplace import Workplace

_AUTHORITY = "Cybercrime Unit (made up)"


@dataclass
class ReferralOffice:
    """What the referral officer does, and what the data protection officer allows."""

    place: Workplace
    clock: MovingClock

    def newest_reported(self, number: int) -> list[str]:
        """Return the cases that were reported last."""
        found = CaseReader(self.place.database).referrals(ReferralState.FILED.value, limit=50)
        return list(dict.fromkeys(row.case_id for row in found))[:number]

    def hold(self, cases: list[str], days: int, reference: str) -> str:
        """Hold the evidence of some cases; return the hold."""
        until = self.clock() + timedelta(days=days)
        holds = self.place.retention.holds
        approval = holds.ask(FRIDA, cases, ground="preservation_request", until=until, reference=reference)
        self.clock.wait(70)
        self.place.approvals.decide(GRETA, approval, allowed=True)
        self.clock.wait(20)
        return holds.place(FRIDA, approval)

    def lift(self, hold: str) -> None:
        """End a hold before its time."""
        holds = self.place.retention.holds
        approval = holds.ask_change(FRIDA, hold, "lift", reason="proceedings_ended")
        self.clock.wait(50)
        self.place.approvals.decide(GRETA, approval, allowed=True)
        self.clock.wait(20)
        holds.lift(FRIDA, approval, hold)

    def ask_hold(self, cases: list[str]) -> None:
        """Ask for a hold that nobody has allowed yet."""
        until = self.clock() + timedelta(days=120)
        self.place.retention.holds.ask(
            FRIDA, cases, ground="authority_request", until=until, reference="CU-2025-1207, of 12 December"
        )

    def unmask(self, case: str) -> None:
        """Look at the real accounts of a case, since an authority asked."""
        ask = self.place.disclosure.ask_unmask(FRIDA, case, "authority_request", "legal_obligation", "CU-2025-0417")
        self.clock.wait(45)
        self.place.approvals.decide(GRETA, ask, allowed=True)
        self.place.disclosure.unmask(FRIDA, ask)

    def defer_next(self) -> bool:
        """Keep the user of a case back from being told, if one was just confirmed; return whether there was one."""
        reader = CaseReader(self.place.database)
        for action in reader.actions(["ordered"]):
            if action.kind != "suspend_account":
                continue
            request = AuthorityRequest(authority=_AUTHORITY, reference="CU-2025-0933", text="an arrest is planned")
            try:
                self.place.notices.defer(FRIDA, action.case_id, "police", request, self.clock() + timedelta(days=60))
            except NotPossible:
                continue
            return True
        return False
