"""A large year is counted by several processes: what they count together is what one counts."""

from __future__ import annotations

import pytest

from tests.databases import SteppableClock
from tests.rig import Rig, party, picture
from tutela.content.item import Provenance
from tutela.storage.statistics import counted_year
from tutela.storage.workplace import Workplace


def test_several_processes_count_what_one_counts(
    place: Workplace, clock: SteppableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = Rig(place, clock)
    for n in range(6):
        one = rig.take(str(n), picture(0), Provenance(party(f"a{n}", "SE"), (party("r", "DE"),)))
        rig.decide(str(one.case), str(one.item), "known" if n % 2 else "not")
        for action in rig.actions(str(one.case)):
            rig.confirm(action)
            rig.complain(action)
        clock.advance(days=20)
    rig.close()
    alone = place.yearly_return(2025)
    place._returns.clear()
    monkeypatch.setattr(counted_year, "SEVERAL", 0)
    monkeypatch.setattr(counted_year, "_processes", lambda _: 3)
    together = place.yearly_return(2025)
    assert together == alone
    assert alone.figure("6.known.A1").value == 6
    assert len(alone.figure("6.known.A1").events) > 6
