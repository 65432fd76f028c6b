"""Items that arrive one after another: the same way in for the HTTP API, for tests and for the demo."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from tutela.casework.intake import BatchClosed, Intake, Recorded, Taken
from tutela.casework.ports import Batch
from tutela.content.item import Provenance
from tutela.detection.fingerprinting import Fingerprinted, Fingerprinting
from tutela.detection.fingerprints.fingerprint import Fingerprint, FingerprintKind
from tutela.detection.matcher import Judgement, Matcher
from tutela.detection.recognition import recognise
from tutela.events.catalogue.base import Region
from tutela.events.envelope import SYSTEM, Clock
from tutela.regimes.permission import Permit
from tutela.regimes.services import Service


@dataclass(frozen=True, slots=True)
class Arrived:
    """An item as it arrives. `identity` makes it the same item when it is sent again on the same day.

    `given` are fingerprints that the platform made of it with technologies that are not computed here.
    """

    identity: str
    data: bytes
    provenance: Provenance
    given: tuple[Fingerprint, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said of an item that arrived."""

    recorded: Recorded
    fingerprinted: Fingerprinted
    judgement: Judgement


class ItemStream:
    """Takes items of any service in; those of one service and one day (UTC) are one batch."""

    def __init__(
        self,
        intake: Intake,
        kinds: Mapping[str, FingerprintKind],
        matcher: Callable[[], Matcher],
        fingerprint: Fingerprinting,
        clock: Clock,
    ) -> None:
        self._intake = intake
        self._kinds = kinds
        self._matcher = matcher
        self._fingerprint = fingerprint
        self._clock = clock
        self._lock = threading.Lock()
        self._batches: dict[str, tuple[date, Batch]] = {}

    def take(self, service: Service, items: Sequence[Arrived], actor: str = SYSTEM) -> list[Answer]:
        """Take a group of items in, in one transaction.

        Raises casework.intake.Refused before anything is decoded if one of them may not be processed today.
        """
        taken = self._detected(service, items, actor)
        batch = self._batch(service)
        try:
            recorded = self._intake.record(batch, service, taken, actor)
        except BatchClosed:
            # Another process on the same installation stopped, or the day changed in another thread.
            recorded = self._intake.record(self._batch(service, gone=batch), service, taken, actor)
        return _answers(recorded, taken)

    def plant(self, service: Service, item: Arrived, actor: str = SYSTEM) -> Answer:
        """Take a canary in: the same way, in a batch of its own that is closed at once and tallies nothing.

        Raises casework.intake.Refused.
        """
        taken = [replace(one, planted="canary") for one in self._detected(service, [item], actor)]
        batch = self._intake.open_batch(service, f"canary {item.identity}", daily=True)
        recorded = self._intake.record(batch, service, taken, actor)
        self._intake.close(batch, actor)
        return _answers(recorded, taken)[0]

    def _detected(self, service: Service, items: Sequence[Arrived], actor: str) -> list[Taken]:
        regions: set[Region] = {item.provenance.region for item in items}
        permits: dict[Region, Permit] = {r: self._intake.permit(service, r, actor) for r in sorted(regions)}
        matcher = self._matcher()
        taken: list[Taken] = []
        for item in items:
            permit = permits[item.provenance.region]
            made = partial(self._fingerprint, item.data, self._kinds.values(), permit.excludes, item.given)
            fingerprinted, judgement = recognise(made(reduced=True), matcher, made)
            taken.append(Taken(item.identity, item.provenance, fingerprinted, judgement, permit, _giving(item.data)))
        return taken

    def close(self) -> None:
        """Close the open batches, to tally now. A server that stops leaves them open: the day goes on."""
        with self._lock:
            batches = [batch for _, batch in self._batches.values()]
            self._batches.clear()
        for batch in batches:
            self._intake.close(batch)

    def _batch(self, service: Service, gone: Batch | None = None) -> Batch:
        today = self._clock().date()
        with self._lock:
            day, batch = self._batches.get(service.id, (None, None))
            if batch is not None and batch != gone:
                if day == today:
                    return batch
                self._intake.close(batch)
            fresh = self._intake.open_batch(service, f"stream {today}", daily=True)
            self._batches[service.id] = (today, fresh)
            return fresh


def _giving(data: bytes) -> Callable[[], bytes]:
    return lambda: data


def _answers(recorded: Sequence[Recorded], taken: Sequence[Taken]) -> list[Answer]:
    return [Answer(r, t.fingerprinted, t.judgement) for r, t in zip(recorded, taken, strict=True)]
