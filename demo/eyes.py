"""What people see when they look: the picture itself. Nobody in the simulation knows which case was planted."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from demo.clock import MovingClock
from demo.world import Truth
from tutela.access.roles import Person
from tutela.casework.care import RestNeeded
from tutela.casework.desk import Purpose
from tutela.casework.evidence import bytes_name
from tutela.storage.workplace import Workplace

SAYS_KNOWN = Truth("canary", "planted", listed=True, nature="material")
"""A canary says in the picture itself what to decide."""


@dataclass
class Eyes:
    """Looks at items as the console does, on record, and tells what is in the picture.

    `found_out` are pictures that the office has come to know as harmless.
    """

    place: Workplace
    clock: MovingClock
    found_out: set[str] = field(default_factory=set)
    _known: dict[bytes, Truth] = field(default_factory=dict)

    def learn(self, pictures: Iterable[tuple[bytes, Truth]]) -> None:
        """Take in what pictures are."""
        self._known.update({hashlib.sha256(data).digest(): truth for data, truth in pictures})

    def look(self, person: Person, case: str, item: str, purpose: Purpose = "review") -> Truth:
        """Look at an item, with a rest before if one is due. Raises EvidenceGone where nothing is left to see."""
        where, original = self.place.quality.reader.evidence_of(case, item)
        data = self.place.vault.get(where, bytes_name(original))
        try:
            view = self.place.desk.view(person, case, item, purpose)
        except RestNeeded as rest:
            self.place.resting.begin(person)
            self.clock.reach(rest.until)
            self.clock.wait(self.place.settings.care.break_minutes + 1)
            self.place.resting.end(person)
            view = self.place.desk.view(person, case, item, purpose)
        self.place.desk.shown(person, view.id)
        return self._known.get(hashlib.sha256(data).digest(), SAYS_KNOWN)
