"""From an item's bytes to its fingerprints, or to the reason why there are none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tutela.content.conversation import is_conversation, read_conversation
from tutela.content.decode import OverLimit, Undecodable, Unsupported, decode_image, decode_reduced
from tutela.content.item import Kind, Limits, Outcome
from tutela.content.place import WHOLE, Place
from tutela.content.sniff import SNIFF_BYTES, kind_of
from tutela.detection.clip_fingerprints import clip_fingerprints
from tutela.detection.fingerprints.fingerprint import Fingerprint, FingerprintKind, OfReduced, Orientation

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
        """The lowest quality of any fingerprint that has one."""
        return min((f.quality for f in self.fingerprints if f.quality is not None), default=None)


def fingerprint(
    data: bytes,
    kinds: Iterable[FingerprintKind],
    limits: Limits,
    excludes: frozenset[str] = frozenset(),
    given: Sequence[Fingerprint] = (),
    *,
    reduced: bool = False,
) -> Fingerprinted:
    """Return every fingerprint that can be made of an item, and those `given` with it. Never raises for the bytes.

    `excludes` is what the regime keeps out of processing: excluded audio is not even hashed, and what was given with
    it, or with an item that is too long to be read, is left out. A conversation is read and not hashed either. With
    `reduced`, pictures may be decoded at a fraction of their size where every kind can tell its fingerprint from that,
    nearly: let `recognition.recognise` judge those.
    """
    every = tuple(kinds)
    kind = kind_of(data[:SNIFF_BYTES])
    if len(data) > limits.max_bytes:
        return too_long(kind, len(data), limits)
    if kind is Kind.AUDIO and "audio" in excludes:
        return Fingerprinted(kind, len(data), (), Outcome.UNSUPPORTED, "audio is outside the regime: not processed")
    if kind is Kind.OTHER and is_conversation(data):
        return _of_conversation(data, limits)
    undecoded = (*(k.of_bytes(data) for k in every if k.NEEDS == "bytes"), *given)
    of_pixels = [k for k in every if k.NEEDS == "pixels"]
    if kind is Kind.VIDEO:
        clip = clip_fingerprints(data, limits, kinds=every)
        return Fingerprinted(kind, len(data), (*undecoded, *clip.fingerprints), clip.failure, clip.reason)
    try:
        if kind is not Kind.IMAGE and data:
            raise Unsupported(f"{kind.value}: no decoder yet, matched by digest alone")
        perceptual = _of_picture(data, of_pixels, limits, reduced=reduced)
    except OverLimit as error:
        return Fingerprinted(kind, len(data), undecoded, Outcome.OVER_LIMIT, str(error))
    except Unsupported as error:
        return Fingerprinted(kind, len(data), undecoded, Outcome.UNSUPPORTED, str(error))
    except Undecodable as error:
        return Fingerprinted(kind, len(data), undecoded, Outcome.UNDECODABLE, str(error))
    return Fingerprinted(kind, len(data), (*undecoded, *perceptual))


def _of_conversation(data: bytes, limits: Limits) -> Fingerprinted:
    """Read it and say that nothing rates it: not even a digest is made of what people wrote to each other."""
    try:
        read_conversation(data, limits)
    except OverLimit as error:
        return Fingerprinted(Kind.TEXT, len(data), (), Outcome.OVER_LIMIT, str(error))
    except Undecodable as error:
        return Fingerprinted(Kind.TEXT, len(data), (), Outcome.UNDECODABLE, str(error))
    return Fingerprinted(Kind.TEXT, len(data), (), Outcome.UNSUPPORTED, NO_LAYER)


def _of_picture(
    data: bytes, kinds: Sequence[FingerprintKind], limits: Limits, *, reduced: bool
) -> tuple[Fingerprint, ...]:
    modest = [k for k in kinds if isinstance(k, OfReduced)]
    if reduced and modest and len(modest) == len(kinds):
        picture = decode_reduced(data, limits, max(k.ENOUGH for k in modest))
        if picture is not None:
            return tuple(f for k in modest for f in k.of_reduced(picture))
    pixels = decode_image(data, limits)
    return tuple(f for k in kinds for f in k.of_pixels(pixels))


def too_long(kind: Kind, size: int, limits: Limits) -> Fingerprinted:
    """Return what is known of an item that is not read, because it has more bytes than the limit."""
    reason = f"{size:,} bytes, at most {limits.max_bytes:,} are read"
    return Fingerprinted(kind, size, (), Outcome.OVER_LIMIT, reason)
