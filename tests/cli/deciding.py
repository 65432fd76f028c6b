"""A process that decides everything that awaits a decision, to be killed: python -m tests.cli.deciding DATA."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.rig import REVIEWER, SENIOR
from tutela.casework.case import CaseState
from tutela.casework.review import Ground
from tutela.events.catalogue.base import Verdict
from tutela.storage.casework.case_reader import CaseReader
from tutela.storage.settings import load_settings
from tutela.storage.workplace import Workplace

VERDICTS: tuple[Verdict, ...] = ("known", "new", "not")


def main(data: Path) -> None:
    """Look at each undecided item and decide it; every fifth case goes to a senior first."""
    with Workplace(load_settings(data)) as place:
        reader = CaseReader(place.database)
        for number, row in enumerate(reader.all()):
            if not row.state.awaits_decision:
                continue
            if number % 5 == 0 and row.state is CaseState.OPEN:
                place.desk.escalate(REVIEWER, row.id, remarks="a second pair of eyes")
            for position, item in enumerate(reader.one(row.id).items):
                if item.verdict is None:
                    verdict = VERDICTS[(number + position) % 3] if number % 4 else "not"
                    place.desk.shown(SENIOR, place.desk.view(SENIOR, row.id, item.id).id)
                    ground: Ground | None = "error" if verdict == "not" else None
                    place.desk.decide(SENIOR, row.id, item.id, verdict, remarks=f"looked at {item.id}", ground=ground)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
