"""A worker makes of an item what this process makes of it, whatever the format."""

from __future__ import annotations

import logging
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bench.malformed.sources import sources
from tests.content.pictures import encoded, texture
from tests.detection.workers.conftest import Opening
from tutela.content.confinement.measures import Measure
from tutela.content.item import Limits, Outcome
from tutela.detection.fingerprinting import Fingerprinted, fingerprint
from tutela.detection.fingerprints.fingerprint import Fingerprint
from tutela.detection.fingerprints.registry import installed_kinds
from tutela.detection.workers import hand
from tutela.detection.workers.engine import NotShown, Workers
from tutela.detection.workers.wire import BadAnswer, greeting_read, picture_read

KINDS = tuple(installed_kinds().values())
GIVEN = (Fingerprint("photodna", bytes(144), computed="given"),)
TALK = b'{"sender": "u-1", "at": "2026-11-01T10:00:00Z", "text": "hello"}\n'
SOUND = b"ID3" + bytes(100)


@pytest.mark.parametrize("reduced", [False, True])
def test_every_format_comes_out_the_same(opening: Opening, reduced: bool) -> None:
    workers = opening(memory=1024**3)
    whole = sources(1) | {
        "empty": b"",
        "text": b"no picture",
        "conversation": TALK,
        "large": encoded(texture(2000, 1500), "JPEG"),
    }
    made = {name: workers.fingerprint(data, KINDS, given=GIVEN, reduced=reduced) for name, data in whole.items()}
    for name, data in whole.items():
        here = fingerprint(data, KINDS, Limits(), frozenset(), GIVEN, reduced=reduced)
        assert made[name] == here, name
    assert not workers.counts.lost


def test_what_a_regime_excludes_is_not_hashed_on_either_side(opening: Opening) -> None:
    made = opening().fingerprint(SOUND, KINDS, frozenset({"audio"}), GIVEN)
    assert made.failure is Outcome.UNSUPPORTED
    assert made.fingerprints == ()


def test_a_file_is_read_here_and_the_worker_opens_none(opening: Opening, tmp_path: Path) -> None:
    data = encoded(texture(), "PNG")
    (tmp_path / "a.png").write_bytes(data)
    workers = opening()
    assert workers.submit(tmp_path / "a.png", KINDS).result() == fingerprint(data, KINDS, Limits())
    gone = workers.submit(tmp_path / "b.png", KINDS).result()
    assert (gone.failure, gone.reason) == (Outcome.ERROR, "No such file or directory")


def test_what_is_too_long_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(encoded(texture(), "PNG"))
    with Workers(1, Limits(max_bytes=100)) as workers:
        long: Fingerprinted = workers.submit(tmp_path / "a.png", KINDS).result()
        assert (long.failure, long.fingerprints) == (Outcome.OVER_LIMIT, ())
        assert workers.counts.begun == 0


def test_a_wall_that_is_missing_is_told_once(
    opening: Opening, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    read = greeting_read
    monkeypatch.setattr(hand, "greeting_read", lambda written: read(written) - {Measure.FEW_CALLS.value})
    workers = opening(items=1)
    with caplog.at_level(logging.WARNING, "tutela.decoding"):
        for _ in range(3):
            workers.fingerprint(encoded(texture(), "PNG"), KINDS)
    assert workers.missing == frozenset({Measure.FEW_CALLS})
    (record,) = caplog.records
    assert "few system calls (seccomp)" in record.getMessage()


def test_a_small_picture_is_that_of_the_item(opening: Opening) -> None:
    workers = opening(memory=1024**3)
    whole = texture(1200, 800)
    shown = workers.small_picture(encoded(whole, "PNG"), 300)
    assert shown.shape == (200, 300, 3)
    wanted = np.asarray(whole.resize((300, 200), Image.Resampling.LANCZOS)).astype(int)
    assert abs(shown.astype(int) - wanted).mean() < 3
    with pytest.raises(NotShown, match="header is broken"):
        workers.small_picture(b"\x89PNG\r\n\x1a\n" + bytes(50), 300)
    assert workers.small_picture(encoded(whole, "PNG"), 300).shape == (200, 300, 3)


@pytest.mark.parametrize(
    "answer",
    [
        b"P",
        b"P" + struct.pack("!II", 2, 2) + bytes(11),
        b"P" + struct.pack("!II", 2, 2) + bytes(13),
        b"P" + struct.pack("!II", 0, 9),
        b"P" + struct.pack("!II", 301, 1) + bytes(903),
        b"[]",
        b"",
    ],
)
def test_what_is_no_small_picture_is_refused(answer: bytes) -> None:
    with pytest.raises(BadAnswer):
        picture_read(answer, 300)
