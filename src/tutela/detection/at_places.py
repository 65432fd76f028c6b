"""The fingerprints of an item and of all that is in it, place by place, and what the item ends in if none matches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from tutela.content.conversation import is_conversation
from tutela.content.decode import OverLimit, Undecodable, Unsupported, decode_image, decode_reduced
from tutela.content.item import Kind, Limits, Outcome
from tutela.content.opening.looking import At, FileAt, PictureAt, UnseenAt
from tutela.content.place import WHOLE, Place, Within
from tutela.detection.clip_fingerprints import clip_fingerprints
from tutela.detection.fingerprints.fingerprint import Fingerprint, FingerprintKind, OfReduced, Orientation

_GRAVEST_FIRST = (Outcome.ERROR, Outcome.OVER_LIMIT, Outcome.UNDECODABLE, Outcome.UNSUPPORTED)
SAME_PICTURE = 24
"""Bits within which a thumbnail is that of its picture: one of the same lies 8 to 18 bits away, of another 100."""


class AtPlaces:
    """The fingerprints of what is found in an item, and what could not be looked at. Give it `look`'s findings."""

    def __init__(self, kinds: Sequence[FingerprintKind], limits: Limits, *, reduced: bool) -> None:
        self._kinds = kinds
        self._of_bytes = [k for k in kinds if k.NEEDS == "bytes"]
        self._of_pixels = [k for k in kinds if k.NEEDS == "pixels"]
        self._limits = limits
        self._reduced = reduced
        self._seen = 0
        self._unseen: list[UnseenAt] = []
        self.fingerprints: list[Fingerprint] = []

    def take(self, found: At) -> None:
        """Add the fingerprints of what was found, or why there are none."""
        if isinstance(found, UnseenAt):
            self._unseen.append(found)
        elif isinstance(found, PictureAt):
            self._seen += 1
            self._add((f for k in self._of_pixels for f in k.of_pixels(found.pixels)), found.place)
        else:
            self._file(found)

    def _file(self, found: FileAt) -> None:
        if found.place.steps and found.place.steps[-1].within is Within.THUMBNAIL:
            self._thumbnail(found)
            return
        if found.place.steps and found.kind is Kind.OTHER and is_conversation(found.data):
            return  # not even a digest is made of what people wrote to each other
        self._add((k.of_bytes(found.data) for k in self._of_bytes), found.place)
        try:
            if not found.data:
                raise Undecodable("the file is empty")
            if found.kind is Kind.VIDEO:
                self._clip(found)
            if found.kind is Kind.IMAGE:
                perceptual = _of_picture(found.data, self._of_pixels, self._limits, reduced=self._reduced)
                self._add(perceptual, found.place)
                self._seen += 1
        except OverLimit as error:
            self._unseen.append(UnseenAt(found.place, Outcome.OVER_LIMIT, str(error)))
        except Unsupported as error:
            self._unseen.append(UnseenAt(found.place, Outcome.UNSUPPORTED, str(error)))
        except Undecodable as error:
            self._unseen.append(UnseenAt(found.place, Outcome.UNDECODABLE, str(error)))

    def _clip(self, found: FileAt) -> None:
        """Add the frames of a video, as far as it goes."""
        clip = clip_fingerprints(found.data, self._limits, found.place, self._kinds)
        self._add(clip.fingerprints, found.place)
        if clip.failure is None:
            self._seen += 1
        else:
            self._unseen.append(UnseenAt(found.place, clip.failure, clip.reason))

    def _thumbnail(self, found: FileAt) -> None:
        """Add a thumbnail that shows another picture than the one that carries it.

        One that is broken shows nothing: it is no failure of the picture.
        """
        try:
            pixels = decode_image(found.data, self._limits)
        except (OverLimit, Unsupported, Undecodable):
            return
        made = [k.of_pixels(pixels) for k in self._of_pixels if k.METRIC == "hamming"]
        around = Place(found.place.steps[:-1])
        if any(self._shows(one[0], around) for one in made):
            return
        self._add((k.of_bytes(found.data) for k in self._of_bytes), found.place)
        self._add((f for one in made for f in one), found.place)
        others = [k for k in self._of_pixels if k.METRIC != "hamming"]
        self._add((f for k in others for f in k.of_pixels(pixels)), found.place)

    def _shows(self, thumbnail: Fingerprint, place: Place) -> bool:
        # The picture's own were added last: it is looked at right before what it carries.
        for one in reversed(self.fingerprints):
            if not one.place.lies_in(place):
                break
            if one.place != place:
                continue
            if one.kind == thumbnail.kind and one.orientation is Orientation.UPRIGHT:
                differing = int.from_bytes(one.value, "big") ^ int.from_bytes(thumbnail.value, "big")
                return differing.bit_count() <= SAME_PICTURE
        return False

    def _add(self, made: Iterable[Fingerprint], place: Place) -> None:
        self.fingerprints += made if place == WHOLE else (replace(one, place=place) for one in made)

    def end(self, kind: Kind) -> tuple[Outcome | None, str]:
        """Return what the item ends in unless something in it matches, and why; None where all was looked at.

        It is the gravest of what befell anything in it. Where nothing went wrong and nothing was there that is decoded,
        the item is unsupported.
        """
        if self._unseen:
            gravest = min((one.outcome for one in self._unseen), key=_GRAVEST_FIRST.index)
            of_these = [one for one in self._unseen if one.outcome is gravest]
            first = of_these[0]
            if first.place == WHOLE and len(self._unseen) == 1:
                return gravest, first.reason
            where = f"{first.place.text}: " if first.place != WHOLE else ""
            more = f" (and {len(self._unseen) - 1:,} more that were not looked at)" if len(self._unseen) > 1 else ""
            return gravest, f"{where}{first.reason}{more}"
        if not self._seen:
            return Outcome.UNSUPPORTED, f"{kind.value}: there is nothing in it that is decoded, matched by digest alone"
        return None, ""


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
