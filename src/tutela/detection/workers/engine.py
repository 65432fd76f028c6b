"""Fingerprints items in confined workers: what decoding does to a worker costs one item and nobody else's time."""

from __future__ import annotations

import logging
import os
import threading
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tutela.content.confinement.measures import Measure
from tutela.content.decode import RGB
from tutela.content.item import Kind, Limits, Outcome
from tutela.content.place import WHOLE, Place
from tutela.content.sniff import SNIFF_BYTES, kind_of
from tutela.detection.fingerprinting import Fingerprinted, is_hashed, not_read
from tutela.detection.fingerprints.embedding import EmbeddingSettings
from tutela.detection.fingerprints.fingerprint import Fingerprint, FingerprintKind
from tutela.detection.workers.budget import Budget
from tutela.detection.workers.hand import Cause, Hand, Lost
from tutela.detection.workers.item_memory import HAS_SEALS, sealed
from tutela.detection.workers.nursery import Setup
from tutela.detection.workers.nursing import nursery_of
from tutela.detection.workers.reasons import reason_of
from tutela.detection.workers.wire import BadAnswer, Showing, Task, answer_read, picture_read, task_written

_log = logging.getLogger("tutela.decoding")
_CLOSED = "these workers are closed"


class NotShown(ValueError):
    """There is no picture of an item to show; the message says why."""


@dataclass(frozen=True, slots=True)
class _Order:
    source: bytes | Path
    kinds: Mapping[str, FingerprintKind]
    excludes: frozenset[str]
    given: tuple[Fingerprint, ...]
    reduced: bool
    promised: Future[Any]
    side: int = 0
    """Of the small picture that is asked for; 0 where fingerprints are."""
    place: Place = WHOLE


@dataclass(slots=True)
class _Item:
    """An order whose bytes were read. `outside` is what is known of it without decoding."""

    order: _Order
    data: bytes
    outside: Fingerprinted
    descriptor: int | None

    def close(self) -> None:
        if self.descriptor is not None:
            os.close(self.descriptor)
            self.descriptor = None


@dataclass(frozen=True, slots=True)
class Counts:
    """What happened since the start. `lost` counts items that ended as undecodable, by cause; `begun` are workers."""

    items: int
    begun: int
    lost: Mapping[str, int]


@dataclass
class _Desk:
    """What waits, and who works on it."""

    change: threading.Condition = field(default_factory=threading.Condition)
    orders: deque[_Order] = field(default_factory=deque)
    items: deque[_Item] = field(default_factory=deque)
    threads: list[threading.Thread] = field(default_factory=list)
    idle: int = 0
    closing: bool = False
    done: int = 0
    begun: int = 0
    lost: Counter[str] = field(default_factory=Counter)
    missing: frozenset[Measure] | None = None


class Workers:
    """At most `count` workers, started when items come. Share it among threads; close it at the end.

    The item's own digests are made on this side: whatever a decoder does, an item is compared by its bytes.
    """

    def __init__(
        self,
        count: int,
        limits: Limits,
        budget: Budget | None = None,
        embedding: EmbeddingSettings | None = None,
        python_path: tuple[Path, ...] = (),
    ) -> None:
        """`python_path` are more folders in which fingerprints are installed. Raises ValueError for no workers."""
        if count < 1:
            raise ValueError("workers are at least 1")
        self._count = count
        self._limits = limits
        self._budget = budget or Budget()
        self._nursery = nursery_of(Setup(embedding, python_path))
        self._desk = _Desk()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def warm(self) -> None:
        """Load what workers need, so that the first item need not wait for it. Raises NoWorkers."""
        self._nursery.warm()

    def submit(
        self,
        source: bytes | Path,
        kinds: Iterable[FingerprintKind],
        excludes: frozenset[str] = frozenset(),
        given: Sequence[Fingerprint] = (),
        *,
        reduced: bool = False,
    ) -> Future[Fingerprinted]:
        """Have an item, or the file that holds it, fingerprinted as `fingerprinting.fingerprint` does.

        The future raises NoWorkers, and nothing for what the item is or does. Raises RuntimeError once closed.
        """
        named = {kind.KIND: kind for kind in kinds}
        promised: Future[Fingerprinted] = Future()
        self._order(_Order(source, named, excludes, tuple(given), reduced, promised))
        return promised

    def small_picture(self, data: bytes, side: int, place: Place = WHOLE) -> RGB:
        """Return the picture at a place, its longer side at most `side` pixels. Raises NotShown, NoWorkers."""
        promised: Future[RGB | Fingerprinted] = Future()
        self._order(_Order(data, {}, frozenset(), (), reduced=False, promised=promised, side=side, place=place))
        made = promised.result()
        if isinstance(made, Fingerprinted):
            raise NotShown(made.reason)
        return made

    def _order(self, order: _Order) -> None:
        desk = self._desk
        with desk.change:
            if desk.closing:
                raise RuntimeError(_CLOSED)
            desk.orders.append(order)
            if desk.idle < len(desk.orders) + len(desk.items) and len(desk.threads) < self._count:
                thread = threading.Thread(target=self._serve, name=f"decoding {len(desk.threads)}", daemon=True)
                desk.threads.append(thread)
                thread.start()
            desk.change.notify()

    def fingerprint(
        self,
        data: bytes,
        kinds: Iterable[FingerprintKind],
        excludes: frozenset[str] = frozenset(),
        given: Sequence[Fingerprint] = (),
        *,
        reduced: bool = False,
    ) -> Fingerprinted:
        """Return what is known of an item, once it is. Raises as `submit` and its future do."""
        return self.submit(data, kinds, excludes, given, reduced=reduced).result()

    @property
    def counts(self) -> Counts:
        """What happened so far."""
        with self._desk.change:
            return Counts(self._desk.done, self._desk.begun, dict(self._desk.lost))

    @property
    def missing(self) -> frozenset[Measure] | None:
        """The walls that this system does not have; None as long as no worker has told."""
        return self._desk.missing

    def close(self) -> None:
        """End every worker now. What was not done yet is cancelled."""
        desk = self._desk
        with desk.change:
            desk.closing = True
            orders, items = list(desk.orders), list(desk.items)
            desk.orders.clear()
            desk.items.clear()
            desk.change.notify_all()
        for order in orders:
            order.promised.cancel()
        for item in items:
            item.close()
            item.order.promised.set_exception(RuntimeError(_CLOSED))
        for thread in desk.threads:
            thread.join()

    def _serve(self) -> None:
        hand = Hand(self._nursery, self._budget, self._greeted, lambda: self._desk.closing)
        try:
            while (next_one := self._next()) is not None:
                self._settle(hand, next_one)
        finally:
            hand.end()

    def _next(self) -> _Item | _Order | None:
        desk = self._desk
        with desk.change:
            desk.idle += 1
            while not (desk.items or desk.orders or desk.closing):
                desk.change.wait()
            desk.idle -= 1
            if desk.closing:
                return None
            return desk.items.popleft() if desk.items else desk.orders.popleft()

    def _settle(self, hand: Hand, next_one: _Item | _Order) -> None:
        item = self._read(next_one) if isinstance(next_one, _Order) else next_one
        if item is None:
            return
        promised = item.order.promised
        try:
            made = self._decoded(hand, item)
        except Exception as error:  # noqa: BLE001 - it belongs to whoever asked, and the thread goes on
            promised.set_exception(error)
            return
        finally:
            item.close()
        with self._desk.change:
            self._desk.done += 1
        promised.set_result(made)

    def _read(self, order: _Order) -> _Item | None:
        """Read an order's item; None if that already settled it."""
        if not order.promised.set_running_or_notify_cancel():
            return None
        try:
            read = _prepared(order, self._limits)
        except OSError as error:
            read = Fingerprinted(Kind.OTHER, 0, (), Outcome.ERROR, error.strerror or str(error))
        except Exception as error:  # noqa: BLE001 - it belongs to whoever asked
            order.promised.set_exception(error)
            return None
        if isinstance(read, _Item):
            return read
        with self._desk.change:
            self._desk.done += 1
        order.promised.set_result(read)
        return None

    def _read_ahead(self) -> None:
        """While the worker works, read what comes next: whichever worker is free first takes it."""
        desk = self._desk
        with desk.change:
            if desk.closing or not desk.orders or len(desk.items) >= self._count:
                return
            order = desk.orders.popleft()
        item = self._read(order)
        if item is not None and not self._kept(item):
            item.close()
            item.order.promised.set_exception(RuntimeError(_CLOSED))

    def _kept(self, item: _Item) -> bool:
        with self._desk.change:
            if self._desk.closing:
                return False
            self._desk.items.append(item)
            self._desk.change.notify()
            return True

    def _decoded(self, hand: Hand, item: _Item) -> Fingerprinted | RGB:
        order = item.order
        names = tuple(name for name, kind in order.kinds.items() if kind.NEEDS != "given")
        showing = Showing(self._limits, order.side, order.place)
        task = task_written(showing if order.side else Task(names, self._limits, order.excludes, order.reduced))
        while True:
            alone = hand.fresh
            try:
                written = hand.ask(task, item.data, item.descriptor, self._read_ahead)
                if order.side and not isinstance(shown := picture_read(written, order.side), Fingerprinted):
                    return shown
                made, out_of_memory = answer_read(written, order.kinds)
                if not out_of_memory:
                    return _joined(item, made)
                hand.end()
                raise Lost(Cause.MEMORY)
            except BadAnswer:
                hand.end()
                lost = Lost(Cause.NO_ANSWER)
            except Lost as error:
                lost = error
            if alone or not lost.cause.may_be_of_another:
                return self._given_up(item, lost)
            # A worker that met other items before may have been spoilt by one of them: a new one tells.

    def _given_up(self, item: _Item, lost: Lost) -> Fingerprinted:
        if lost.cause is Cause.CLOSING:
            raise RuntimeError(reason_of(lost.cause, lost.detail, self._budget))
        with self._desk.change:
            self._desk.lost[lost.cause.value] += 1
        outside = item.outside
        reason = reason_of(lost.cause, lost.detail, self._budget)
        return Fingerprinted(outside.kind, outside.size, outside.fingerprints, Outcome.UNDECODABLE, reason)

    def _greeted(self, measures: frozenset[str]) -> None:
        missing = frozenset(measure for measure in Measure if measure.value not in measures)
        with self._desk.change:
            self._desk.begun += 1
            first, self._desk.missing = self._desk.missing is None, missing
        if first and missing:
            told = ", ".join(sorted(missing))
            _log.warning("decoders are confined as far as this system can; it does not have: %s", told)


def _prepared(order: _Order, limits: Limits) -> _Item | Fingerprinted:
    """Read an item and make its digests; or return what there is to say of one that is not read. Raises OSError."""
    if isinstance(order.source, bytes):
        data, size = order.source, len(order.source)
    else:
        with order.source.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            # A file may grow while it is read; one byte more than the limit shows it.
            data = stream.read(SNIFF_BYTES if size > limits.max_bytes else limits.max_bytes + 1)
            size = max(size, len(data))
    head = data[:SNIFF_BYTES]
    if (unread := not_read(head, size, limits, order.excludes)) is not None:
        return unread
    known: tuple[Fingerprint, ...] = ()
    if is_hashed(data):
        known = (*order.given, *(kind.of_bytes(data) for kind in order.kinds.values() if kind.NEEDS == "bytes"))
    outside = Fingerprinted(kind_of(head), len(data), known)
    return _Item(order, data, outside, sealed(data) if HAS_SEALS else None)


def _joined(item: _Item, made: Fingerprinted) -> Fingerprinted:
    """Put what was made on both sides together, in the order in which one process makes it."""
    kinds = item.order.kinds
    inner = tuple(f for f in made.fingerprints if f.place != WHOLE or kinds[f.kind].NEEDS != "bytes")
    size = item.outside.size
    return Fingerprinted(made.kind, size, (*item.outside.fingerprints, *inner), made.failure, made.reason)
