"""What happens once in the year, by its day: what it is about stands in the modules of those who do it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from demo.oversight import Oversight
from demo.people import BO, EMIL
from demo.referrals import ReferralOffice
from demo.seniors import Seniors
from demo.world import YEAR, World
from tutela.access.roles import Person

_DEFER_FROM = datetime(YEAR, 11, 3, tzinfo=UTC)


class Diary:
    """Does what stands on a day, once, when the office opens. `own_item` came on the own list then."""

    def __init__(
        self, seniors: Seniors, oversight: Oversight, referrals: ReferralOffice, world: World, output: Path
    ) -> None:
        self._seniors, self._oversight, self._referrals = seniors, oversight, referrals
        self.own_item: str | None = None
        self._deferred = False
        self._holds: list[str] = []
        self._open: dict[date, list[Callable[[], object]]] = {
            date(YEAR, 1, 2): [lambda: seniors.train(date(YEAR + 1, 1, 31)), oversight.write_records],
            date(YEAR, 1, 7): [lambda: seniors.keep_golden(world.golden)],
            date(YEAR, 3, 19): [self._list_own],
            date(YEAR, 3, 28): [oversight.verify_audit],
            date(YEAR, 4, 28): [lambda: seniors.tell_owner(output / "feedback-april.csv")],
            date(YEAR, 5, 13): [lambda: self._hold(3, 90, "CU-2025-0388, letter of 12 May")],
            date(YEAR, 6, 17): [lambda: oversight.revise("kept", "Complaints are kept for a year after the decision.")],
            date(YEAR, 6, 30): [oversight.verify_audit, seniors.close_findings],
            date(YEAR, 7, 15): [lambda: referrals.lift(self._holds[0])],
            date(YEAR, 8, 21): [oversight.report_incident],
            date(YEAR, 9, 3): [lambda: self._of_newest(referrals.unmask)],
            date(YEAR, 9, 23): [lambda: self._hold(2, 180, "court order T 884-25")],
            date(YEAR, 9, 30): [oversight.verify_audit],
            date(YEAR, 10, 7): [oversight.rotate_master_key],
            date(YEAR, 10, 14): [lambda: self._of_newest(oversight.refuse_an_export)],
            date(YEAR, 11, 10): [oversight.inspect],
            date(YEAR, 11, 20): [oversight.end_inspection],
            date(YEAR, 12, 1): [lambda: oversight.review("people", date(YEAR + 1, 11, 30))],
            date(YEAR, 12, 2): [lambda: seniors.measure_recall(world.golden[:3])],
            date(YEAR, 12, 9): [seniors.suspend_one],
            date(YEAR, 12, 12): [lambda: seniors.tell_owner(output / "feedback-december.csv")],
            date(YEAR, 12, 22): [oversight.verify_audit],
        }  # fmt: skip

    def write_of(self, day: date) -> bool:
        """Do what stands on the days until this one; return whether an item came on the own list."""
        due = sorted(when for when in self._open if when <= day)
        before = self.own_item
        for when in due:
            for deed in self._open.pop(when):
                deed()
        return self.own_item != before

    def after_session(self, now: datetime) -> None:
        """Do what follows from a decision before anybody else hears of it: an authority's request to tell nothing."""
        if not self._deferred and now >= _DEFER_FROM:
            self._deferred = self._referrals.defer_next()

    def last_day(self, verifier: Person) -> None:
        """Leave some things that wait for somebody: an own entry with one verification, a hold that is asked for."""
        self._seniors.list_own([verifier], datetime(YEAR, 12, 1, tzinfo=UTC))
        if cases := self._referrals.newest_reported(2):
            self._referrals.ask_hold(cases)

    def _list_own(self) -> None:
        self.own_item = self._seniors.list_own([BO, EMIL], datetime(YEAR, 3, 19, tzinfo=UTC) - timedelta(days=40))

    def _hold(self, number: int, days: int, reference: str) -> None:
        self._holds.append(self._referrals.hold(self._referrals.newest_reported(number), days, reference))

    def _of_newest(self, deed: Callable[[str], object]) -> None:
        for case in self._referrals.newest_reported(1):
            deed(case)
