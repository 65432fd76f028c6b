"""Simulated seniors beside the queue: trainings, golden items, entries and clusters, own entries, findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from demo.clock import MovingClock
from demo.eyes import Eyes
from demo.people import ANNA, BO, CLARA, EMIL
from demo.world import YEAR, Truth, World
from tutela.access.roles import Person
from tutela.casework.case import Classification
from tutela.casework.entries.feedback import FeedbackFormat, FeedbackRow, write_feedback
from tutela.casework.evidence import EvidenceGone
from tutela.detection.hashlists.hashlist import HashList, NewEntry
from tutela.storage.casework.case_reader import CaseReader, ItemRow
from tutela.storage.entries.entry_feedback import Feedback
from tutela.storage.entries.entry_reader import EntryReader
from tutela.storage.workplace import Workplace

LIST, OWN = "demo-known", "lantern-own"
_WAITS = timedelta(days=21)
"""How long a suspended entry waits for its judgement: the owner of the list is asked first."""


@dataclass
class Seniors:
    """What seniors do. `entries_of` names the entries of each listed picture."""

    place: Workplace
    clock: MovingClock
    eyes: Eyes
    entries_of: dict[str, list[int]] = field(default_factory=dict)
    _answered: bool = False

    def make_lists(self, world: World, values: Sequence[list[NewEntry]]) -> None:
        """Import the list of known pictures, and make an own one."""
        lists = self.place.lists
        lists.create(HashList(LIST, "Lantern Trust & Safety", "ordinary photographs", "SE", "B2"))
        lists.create(HashList(OWN, "Lantern", "confirmed cases of this office", "SE", "B2", own=True), CLARA.id)
        lists.add(LIST, [entry for of_picture in values for entry in of_picture])
        for listed in world.listed:
            self.entries_of[listed.name] = []
        for entry in lists.entries([LIST], enabled_only=False):
            self.entries_of[entry.reference or ""].append(entry.id)

    def train(self, until: date) -> None:
        """Record the trainings of everybody who decides: nobody records their own."""
        today = self.clock().date()
        for person, by in ((ANNA, CLARA), (BO, CLARA), (EMIL, CLARA), (CLARA, EMIL)):
            self.place.quality.work.record_training(by, person.id, "known-1", frozenset({"known"}), today, until)

    def keep_golden(self, pictures: Sequence[bytes]) -> None:
        """Make golden items: of each two one that is harmless, and one that plays known material."""
        for number, data in enumerate(pictures):
            known = number % 2 == 0
            class_ = Classification.B1 if known else None
            truth = Truth("golden", "golden", listed=known, nature="material" if known else "harmless",
                          classification=class_)  # fmt: skip
            self.eyes.learn([(data, truth)])
            self.place.quality.work.add_golden(CLARA, data, "image", "known" if known else "not", class_)

    def look_at_entries(self) -> None:
        """Judge what holds a cluster, and what was suspended some weeks ago."""
        reader = EntryReader(self.place.database)
        for task in reader.tasks("cluster", 10):
            self.clock.wait(15)
            for name in self._pictures_of(task.entries):
                self._find_wrong(name)
        due = [task for task in reader.tasks("suspension", 10) if task.opened_at < self.clock() - _WAITS]
        if due and not self._answered:
            # The others are left to the answers of their owner.
            self._answered = True
            for name in self._pictures_of(due[0].entries):
                self._find_wrong(name)

    def _find_wrong(self, name: str) -> None:
        self.eyes.found_out.add(name)
        for entry in self.entries_of[name]:
            self.place.entries.judge_wrong(CLARA, entry, "not_such_material")

    def _pictures_of(self, entries: Sequence[int]) -> list[str]:
        return [name for name, of in self.entries_of.items() if set(of) & set(entries)]

    def suspend_one(self) -> None:
        """Suspend the entries of a picture about which its owner asked."""
        reader = EntryReader(self.place.database)
        records = reader.record_of([entry for of in self.entries_of.values() for entry in of])
        active = [r for r in records.values() if r.state == "active" and not r.clustered and r.confirmed > 2]
        if active:
            self.place.entries.suspend(EMIL, active[0].entry_id, "owner_informed")

    def list_own(self, verifiers: Sequence[Person], since: datetime) -> str | None:
        """Put the confirmed item that was hardest to match on the own list, verified by some; return the item."""
        found: list[tuple[int, str, ItemRow]] = []
        reader = CaseReader(self.place.database)
        for row in reader.all():
            if row.opened_at < since or row.state != "reported":
                continue
            detail = reader.one(row.id)
            for item in detail.items:
                if item.verdict == "known" and not item.same_bytes and item.detections:
                    found.append((min(d.distance for d in item.detections), row.id, item))
        for _, case, item in sorted(found, key=lambda one: -one[0]):
            try:
                self.eyes.look(CLARA, case, item.id, "verification")
                added = self.place.entries.add(CLARA, case, item.id, OWN)
            except (EvidenceGone, ValueError):
                continue
            for person in verifiers:
                self.clock.wait(35)
                self.eyes.look(person, case, item.id, "verification")
                self.place.entries.verify(person, added[0])
            return item.id
        return None

    def tell_owner(self, to: Path) -> int:
        """Hand feedback over to the owner of the list; return about how many entries it is."""

        def write(rows: list[FeedbackRow]) -> None:
            to.write_text("".join(write_feedback(rows, FeedbackFormat.CSV)), "utf-8")

        return Feedback(self.place.database, self.clock).hand_over(LIST, CLARA.id, write)

    def measure_recall(self, pictures: Sequence[bytes]) -> None:
        """Measure what the matcher still finds of edited variants."""
        named = {f"picture-{number}": data for number, data in enumerate(pictures)}
        self.place.quality.measure_recall(named, YEAR, CLARA.id)

    def close_findings(self) -> None:
        """Look into the findings that stand."""
        for finding in self.place.quality.reader.findings(closed=False, limit=20):
            by = CLARA if finding.person != CLARA.id else EMIL
            reason = "trained" if finding.person else "entry_corrected"
            self.place.quality.work.close_finding(by, finding.id, reason)  # type: ignore[arg-type]
