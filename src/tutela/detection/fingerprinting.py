"""From an item's bytes to its fingerprints, or to the reason why there are none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from tutela.content.conversation import is_conversation, read_conversation
from tutela.content.decode import OverLimit, Undecodable
from tutela.content.item import Kind, Limits, Outcome
from tutela.content.opening.looking import look
from tutela.content.place import WHOLE, Place
from tutela.content.sniff import SNIFF_BYTES, kind_of
from tutela.detection.at_places import AtPlaces
from tutela.detection.fingerprints.fingerprint import Fingerprint, FingerprintKind, Orientation

NO_LAYER = "text: no layer that rates conversations is set up, so it was compared with nothing"


@dataclass(frozen=True, slots=True)
class Fingerprinted:
    """What is known of an item's bytes.

    `failure` is None where everything was computed; otherwise it is the outcome that the item ends in unless one of
    the fingerprints that there are (digests need no decoding) matches. `reason` says what happened.
    """

    kind: Kind
    size: int
    fingerprints: tuple[Fingerprint, ...]
    failure: Outcome | None = None
    reason: str = ""

    def of(self, kind: str, place: Place = WHOLE) -> Sequence[Fingerprint]:
        """Return the fingerprints of one kind at a place, upright first; none if it was not computed there."""
        return [f for f in self.fingerprints if f.kind == kind and f.place == place]

    def at_each_place(self, kind: str) -> Iterable[Sequence[Fingerprint]]:
        """Return the fingerprints of one kind place by place, in the order in which places were met, upright first."""
        grouped: dict[Place, list[Fingerprint]] = {}
        for one in self.fingerprints:
            if one.kind == kind:
                grouped.setdefault(one.place, []).append(one)
        return grouped.values()

    def upright(self, kind: str) -> Fingerprint | None:
        """Return the upright fingerprint of one kind, of the item itself."""
        return next((f for f in self.of(kind) if f.orientation is Orientation.UPRIGHT), None)

    @property
    def reduced(self) -> bool:
        """Whether one of the fingerprints was not computed the reference way."""
        return any(f.reduced for f in self.fingerprints)

    @property
    def quality(self) -> int | None:
        """The lowest quality of any kind that has one, each as it is at its best place."""
        best: dict[str, int] = {}
        for one in self.fingerprints:
            if one.quality is not None:
                best[one.kind] = max(one.quality, best.get(one.kind, 0))
        return min(best.values(), default=None)


class Fingerprinting(Protocol):
    """Makes the fingerprints of an item somewhere: as `fingerprint` does, within the limits of an installation."""

    def __call__(
        self,
        data: bytes,
        kinds: Iterable[FingerprintKind],
        excludes: frozenset[str] = frozenset(),
        given: Sequence[Fingerprint] = (),
        *,
        reduced: bool = False,
    ) -> Fingerprinted:
        """Return what is known of the item."""
        ...


def fingerprint(
    data: bytes,
    kinds: Iterable[FingerprintKind],
    limits: Limits,
    excludes: frozenset[str] = frozenset(),
    given: Sequence[Fingerprint] = (),
    *,
    reduced: bool = False,
) -> Fingerprinted:
    """Return every fingerprint that can be made of an item and of all that is in it, each at its place, and those
    `given` with it. Never raises for the bytes.

    `excludes` is what the regime keeps out of processing: excluded audio is not even hashed, and what was given with
    it, or with an item that is too long to be read, is left out. A conversation is read and not hashed either. With
    `reduced`, pictures may be decoded at a fraction of their size where every kind can tell its fingerprint from that,
    nearly: let `recognition.recognise` judge those.
    """
    head = data[:SNIFF_BYTES]
    if (unread := not_read(head, len(data), limits, excludes)) is not None:
        return unread
    if not is_hashed(data):
        return _of_conversation(data, limits)
    places = AtPlaces(tuple(kinds), limits, reduced=reduced)
    for found in look(data, limits, excludes):
        places.take(found)
    failure, reason = places.end(kind_of(head))
    return Fingerprinted(kind_of(head), len(data), (*given, *places.fingerprints), failure, reason)


def _of_conversation(data: bytes, limits: Limits) -> Fingerprinted:
    """Read it and say that nothing rates it: not even a digest is made of what people wrote to each other."""
    try:
        read_conversation(data, limits)
    except OverLimit as error:
        return Fingerprinted(Kind.TEXT, len(data), (), Outcome.OVER_LIMIT, str(error))
    except Undecodable as error:
        return Fingerprinted(Kind.TEXT, len(data), (), Outcome.UNDECODABLE, str(error))
    return Fingerprinted(Kind.TEXT, len(data), (), Outcome.UNSUPPORTED, NO_LAYER)


def not_read(head: bytes, size: int, limits: Limits, excludes: frozenset[str]) -> Fingerprinted | None:
    """Return what there is to say of an item that is not even hashed; None of one that is. `head`: its first bytes."""
    kind = kind_of(head)
    if size > limits.max_bytes:
        return too_long(kind, size, limits)
    if kind is Kind.AUDIO and "audio" in excludes:
        return Fingerprinted(kind, size, (), Outcome.UNSUPPORTED, "audio is outside the regime: not processed")
    return None


def is_hashed(data: bytes) -> bool:
    """Return whether digests are made of an item: of what people wrote to each other not even those."""
    return kind_of(data[:SNIFF_BYTES]) is not Kind.OTHER or not is_conversation(data)


def too_long(kind: Kind, size: int, limits: Limits) -> Fingerprinted:
    """Return what is known of an item that is not read, because it has more bytes than the limit."""
    reason = f"{size:,} bytes, at most {limits.max_bytes:,} are read"
    return Fingerprinted(kind, size, (), Outcome.OVER_LIMIT, reason)
