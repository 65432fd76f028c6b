"""What every opener holds to: it finds what is there, names it apart, keeps to its budget, and raises what it says."""

from __future__ import annotations

import contextlib
import random
import zipfile
from collections.abc import Mapping

import pytest

from tests.content.containers import PACKERS, document, mailed, tarred, with_thumbnail, zipped
from tests.content.pictures import encoded, texture
from tutela.content.decode import Undecodable, Unsupported
from tutela.content.item import Limits
from tutela.content.opening.budget import Budget, Exhausted
from tutela.content.opening.looking import CONTAINERS, PICTURES, FileAt, PictureAt, UnseenAt, look
from tutela.content.opening.part import Opener, Part, UnseenPart
from tutela.content.opening.unopened import Unopened

FRAMES = [texture(seed=seed) for seed in (1, 2, 3)]
PHOTOGRAPH = encoded(texture(seed=9), "JPEG")
MANY: Mapping[str, bytes] = {
    "ZIP": zipped({f"a/{n}.jpg": PHOTOGRAPH for n in range(3)}),
    "stored ZIP": zipped({f"{n}.jpg": PHOTOGRAPH for n in range(3)}, zipfile.ZIP_STORED),
    "TAR": tarred({f"{n}.jpg": PHOTOGRAPH for n in range(3)}),
    "e-mail": mailed({f"{n}.jpg": PHOTOGRAPH for n in range(3)}),
    "PDF": document(*FRAMES),
    "GIF": encoded(FRAMES[0], "GIF", save_all=True, append_images=FRAMES[1:]),
    "APNG": encoded(FRAMES[0], "PNG", save_all=True, append_images=FRAMES[1:]),
    "WebP": encoded(FRAMES[0], "WEBP", save_all=True, append_images=FRAMES[1:]),
    "AVIF": encoded(FRAMES[0], "AVIF", save_all=True, append_images=FRAMES[1:]),
    "TIFF": encoded(FRAMES[0], "TIFF", save_all=True, append_images=FRAMES[1:]),
    "MPO": encoded(FRAMES[0], "MPO", save_all=True, append_images=FRAMES[1:]),
    "icon": encoded(texture(256, 256), "ICO", sizes=[(16, 16), (64, 64), (256, 256)]),
}
ONE: Mapping[str, bytes] = {name: pack(PHOTOGRAPH) for name, pack in PACKERS.items()} | {
    "EXIF thumbnail": with_thumbnail(texture(seed=4), encoded(texture(seed=5), "JPEG")),
}
EVERY = {**MANY, **ONE}


def opener_of(data: bytes) -> Opener:
    (opener,) = (one for one in (*PICTURES, *CONTAINERS) if one.claims(data) and found(one, data))
    return opener


def found(opener: Opener, data: bytes, limits: Limits | None = None) -> list[Part]:
    return list(opener.parts(data, Budget(limits or Limits(), len(data))))


@pytest.mark.parametrize("name", EVERY)
def test_everything_in_it_is_found_and_has_steps_of_its_own(name: str) -> None:
    data = EVERY[name]
    parts = found(opener_of(data), data)
    assert len(parts) >= (2 if name in MANY else 1)
    assert not [part for part in parts if isinstance(part, UnseenPart)]
    assert len({part.steps for part in parts}) == len(parts)
    assert all(part.steps for part in parts)


@pytest.mark.parametrize("name", MANY)
def test_no_more_parts_are_given_than_the_budget_has(name: str) -> None:
    data = MANY[name]
    given: list[Part] = []
    with pytest.raises(Exhausted, match="more than 1 parts"):
        given += opener_of(data).parts(data, Budget(Limits(max_parts=1), len(data)))
    assert len(given) <= 1


@pytest.mark.parametrize("name", EVERY)
def test_others_do_not_claim_it_and_it_claims_nothing_else(name: str) -> None:
    claiming = [one.NAME for one in CONTAINERS if one.claims(EVERY[name])]
    assert claiming == ([opener_of(EVERY[name]).NAME] if opener_of(EVERY[name]) in CONTAINERS else [])
    assert not [one.NAME for one in (*CONTAINERS, *PICTURES) if one.claims(b"") or one.claims(b"An ordinary text.\n")]


@pytest.mark.parametrize("name", EVERY)
def test_whatever_is_broken_ends_in_what_the_interface_says(name: str) -> None:
    whole, random_ = EVERY[name], random.Random(7)
    cuts = [whole[: len(whole) * share // 8] for share in range(1, 8)]
    changed = []
    for _ in range(12):
        other = bytearray(whole)
        for _ in range(random_.randrange(1, 30)):
            other[random_.randrange(len(other))] = random_.randrange(256)
        changed.append(bytes(other))
    for data in (*cuts, *changed):
        for opener in (*PICTURES, *CONTAINERS):
            if opener.claims(data):
                with contextlib.suppress(Undecodable, Unsupported, Exhausted):
                    found(opener, data)
        assert all(isinstance(one, FileAt | PictureAt | UnseenAt) for one in look(data, Limits()))


@pytest.mark.parametrize(
    "head", [b"Rar!\x1a\x07\x01\0", b"7z\xbc\xaf\x27\x1c", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x28\xb5\x2f\xfd"]
)
def test_what_is_not_opened_says_what_it_is(head: bytes) -> None:
    assert Unopened().claims(head)
    with pytest.raises(Unsupported, match="not opened here"):
        Unopened().parts(head, Budget(Limits(), len(head)))
