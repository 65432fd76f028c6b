"""The quality of one installation, put together: what follows the record, what plants, what measures."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from tutela.casework.quality import canary
from tutela.casework.quality.drawing import Draw
from tutela.casework.quality.findings import Suspicion
from tutela.casework.quality.recall import recall
from tutela.casework.quality.service import Followed, Quality
from tutela.casework.stream import ItemStream
from tutela.detection.fingerprinting import fingerprint
from tutela.detection.fingerprints.fingerprint import Orientation
from tutela.detection.hashlists.hashlist import HashList, NewEntry, UnknownList
from tutela.detection.matcher import Detection
from tutela.events.catalogue.quality import RecallMeasured
from tutela.events.envelope import SYSTEM, NewEvent, new_id
from tutela.regimes.services import OWN_FILES, Service
from tutela.statistics.quality.measures import Measures, measure
from tutela.statistics.quality.suspicions import suspicions
from tutela.storage import schema
from tutela.storage.lists.hash_lists import AlreadyThere
from tutela.storage.quality.quality_reader import QualityReader
from tutela.storage.settings import BadSettings

if TYPE_CHECKING:
    from tutela.storage.workplace import Workplace

KEPT_FOR = timedelta(minutes=2)
"""How long measures of a period are shown again without counting anew."""
MEASURE_EVERY = timedelta(hours=1)


class QualityOffice:
    """What people and the server ask of quality. Share it among threads."""

    def __init__(self, place: Workplace) -> None:
        self._place = place
        self.rules = place.settings.quality
        self.reader = QualityReader(place.database)
        self.work = Quality(
            place.transactions,
            place.vault,
            self.rules,
            place.settings.policy,
            Draw(place.keys.quality()),
            self._seems,
            place.clock,
            place.vault.erase,
            place.settings.queues,
        )
        self._known: dict[tuple[datetime, datetime], tuple[datetime, Measures]] = {}
        self._lock = threading.Lock()

    def follow(self, stream: ItemStream | None = None) -> Followed:
        """Do what is due, the canary of the schedule and the measuring among it."""
        followed = self.work.follow()
        if stream is not None and self.work.canary_is_due():
            self.plant_canary(stream)
        self._measure_if_due()
        return followed

    def plant_canary(self, stream: ItemStream | None = None, service: str | None = None, actor: str = SYSTEM) -> str:
        """Send a canary down the live path. Raises casework.intake.Refused, UnknownService, BadSettings."""
        self._list_canary()
        return self.work.plant_canary(stream or self._place.stream(), self._service(service), actor)

    def measures(self, since: datetime, until: datetime) -> Measures:
        """Return the measures of a period, the end left out; for two minutes the same ones."""
        now = self._place.clock()
        with self._lock:
            known = self._known.get((since, until))
            if known is not None and timedelta(0) <= now - known[0] < KEPT_FOR:
                return known[1]
        found = measure(self.reader.counts(since, until))
        with self._lock:
            self._known = {key: at for key, at in self._known.items() if now - at[0] < KEPT_FOR}
            self._known[since, until] = (now, found)
        return found

    def look_for_findings(self) -> int:
        """Measure the window of the configuration, record what newly stands out, and return how much that is."""
        now = self._place.clock()
        until = now + timedelta(microseconds=1)
        since = until - timedelta(days=self.rules.window_days)
        standing = {s.key: s for s in self._suspicions(since, until)}
        measured = self.reader.newest_recall_at()
        for closed in self.reader.closed_since(since):
            at = closed.closed_at
            if closed.key not in standing or at is None:
                continue
            # What was looked into counts no more: only what came after it can raise a finding again.
            if closed.rule == "recall_drop":
                again = {closed.key: standing[closed.key]} if measured is not None and measured > at else {}
            elif closed.rule == "canary_lost":
                again = {}
            else:
                again = {s.key: s for s in self._suspicions(at, until)}
            del standing[closed.key]
            standing |= {key: s for key, s in again.items() if key == closed.key}
        return self.work.raise_findings(list(standing.values()))

    def measure_recall(self, pictures: Mapping[str, bytes], seed: int, actor: str) -> RecallMeasured:
        """Run edited variants of pictures through the matcher, and record what it finds. Raises ValueError."""
        place = self._place
        rows = recall(pictures, place.kinds, place.settings.thresholds, place.workers.fingerprint, seed)
        now = place.clock()
        payload = RecallMeasured(run=new_id(now), pictures=len(pictures), seed=seed, rows=tuple(rows))
        with place.transactions.record() as log:
            log.append([NewEvent(payload, payload.run, now, actor)])
        return payload

    def _suspicions(self, since: datetime, until: datetime) -> list[Suspicion]:
        return suspicions(measure(self.reader.counts(since, until)), self.rules.bounds)

    def _measure_if_due(self) -> None:
        now = self._place.clock()
        with self._place.transactions.quality() as unit:
            unit.lock("quality")
            last = unit.mark("measured")
            if last is not None and now - last < MEASURE_EVERY:
                return
            unit.set_mark("measured", now)
        self.look_for_findings()

    def _service(self, wanted: str | None) -> Service:
        name = wanted or self.rules.canary_service
        if name is not None:
            return self._place.service(name)
        services = [service for service in self._place.services() if service.id != OWN_FILES.id]
        if not services:
            raise BadSettings("a canary needs a service to go through: `tutela service register`")
        return services[0]

    def _list_canary(self) -> None:
        """Have the canary's own entry in a list of its own."""
        place = self._place
        try:
            place.lists.get(canary.LIST)
            return
        except UnknownList:
            pass
        prints = fingerprint(canary.picture(), place.kinds.values(), place.settings.limits)
        by_look = prints.upright("pdq")
        assert by_look is not None  # noqa: S101 - PDQ is always installed, and the picture has structure
        try:
            place.lists.create(HashList(canary.LIST, "Tutela", "made by this installation", "", None))
        except AlreadyThere:
            return
        place.lists.add(canary.LIST, [NewEntry("pdq", by_look.value, None, ("tutela", "operator"), "canary")])

    def _seems(self, data: bytes, generator: Random) -> tuple[str, tuple[Detection, ...]]:
        """Tell why a golden item would be flagged: by the matcher, or else as if by an entry that is drawn."""
        place = self._place
        matcher = place.current_matcher()
        prints = place.workers.fingerprint(data, place.kinds.values())
        found = matcher.judge(prints).detections
        return prints.kind.value, found or self._drawn(matcher.thresholds["pdq"], prints.quality, generator)

    def _drawn(self, threshold: int, quality: int | None, generator: Random) -> tuple[Detection, ...]:
        entries, lists = schema.hash_entries, schema.hash_lists
        of_lists = lists.c.role == "match", lists.c.enabled, lists.c.id != canary.LIST
        usable = entries.c.kind == "pdq", entries.c.enabled, entries.c.removed_at.is_(None)
        with self._place.database.read() as connection:
            first, last = connection.execute(select(func.min(entries.c.id), func.max(entries.c.id))).one()
            if first is None:
                return ()
            query = select(entries.c.id, entries.c.hashlist).join(lists, lists.c.id == entries.c.hashlist)
            query = query.where(*usable, *of_lists).order_by(entries.c.id).limit(1)
            start = generator.randint(first, last)
            row = connection.execute(query.where(entries.c.id >= start)).one_or_none()
            row = row or connection.execute(query).one_or_none()
        if row is None:
            return ()
        version = self._place.kinds["pdq"].VERSION
        distance = generator.randint(0, threshold)
        return (
            Detection(
                "pdq",
                version,
                threshold,
                row.hashlist,
                row.id,
                None,
                distance,
                Orientation.UPRIGHT,
                "reference",
                quality,
            ),
        )
