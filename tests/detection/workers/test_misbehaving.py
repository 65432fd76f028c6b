"""Decoders that crash, hang, eat memory or lie: each costs its own item, and the next ones come out right."""

from __future__ import annotations

import hashlib
from concurrent.futures import wait

import pytest

from tests.content.pictures import encoded, texture
from tests.detection.workers.conftest import KINDS, MEGABYTE, Opening, item, told
from tutela.content.item import Limits, Outcome
from tutela.detection.fingerprinting import fingerprint
from tutela.detection.fingerprints.registry import installed_kinds

USUAL = tuple(installed_kinds().values())
PICTURE = encoded(texture(), "JPEG")
RIGHT = fingerprint(PICTURE, USUAL, Limits())

MISDEEDS = {
    "crash": "the decoder crashed on it (SIGSEGV)",
    "hang": "decoding took more than 3 s and was ended; max_seconds under [limits] in tutela.toml allows more",
    "spin": "decoding took more than 0.5 s of a processor's time and was ended; max_cpu_seconds under [limits]",
    "eat": "decoding needs more than 268,435,456 bytes of memory; max_memory under [limits]",
    "malloc": "the decoder crashed on it (SIGSEGV)",
    "garbage": "the decoder gave no answer that can be read",
    "forged": "the decoder gave no answer that can be read",
    "huge": "the decoder gave no answer that can be read",
    "endless": "the decoder gave no answer that can be read",
    "twice": "the decoder gave no answer that can be read",
    "leave": "the decoder crashed on it (it left by itself)",
}


@pytest.mark.parametrize("deed", MISDEEDS)
@pytest.mark.parametrize("among", [False, True], ids=["first", "after-others"])
def test_a_misdeed_costs_one_item(opening: Opening, deed: str, among: bool) -> None:
    seconds = {"hang": 3.0}.get(deed, 60.0)
    workers = opening(seconds=seconds, cpu_seconds=0.5 if deed == "spin" else 60.0)
    bad = item(deed)
    before = [workers.fingerprint(PICTURE, USUAL)] if among else []
    lost = workers.fingerprint(bad, KINDS)
    assert lost.failure is Outcome.UNDECODABLE
    assert lost.reason.startswith(MISDEEDS[deed])
    # It is still compared by its bytes, and no decoder has a say in that.
    assert {f.kind for f in lost.fingerprints} == {"md5", "sha1", "sha256"}
    assert lost.of("sha256")[0].value == hashlib.sha256(bad).digest()
    assert [*before, *(workers.fingerprint(PICTURE, USUAL) for _ in range(3))] == [RIGHT] * (len(before) + 3)
    assert sum(workers.counts.lost.values()) == 1
    # One for it, one after it; and one more where a worker was asked that had met others, unless that cost its time.
    again = among and deed not in ("hang", "spin")
    assert workers.counts.begun == 2 + again


def test_what_one_item_leaves_behind_costs_no_other_one(opening: Opening) -> None:
    workers = opening()
    for _ in range(3):
        assert told(workers.fingerprint(item("later"), KINDS)) == "left"
        assert workers.fingerprint(PICTURE, USUAL) == RIGHT
    assert not workers.counts.lost


def test_others_go_on_while_one_hangs(opening: Opening) -> None:
    workers = opening(2, seconds=5.0)
    hanging = workers.submit(item("hang"), KINDS)
    others = [workers.submit(PICTURE, USUAL) for _ in range(30)]
    done, _ = wait(others, timeout=60)
    assert [future.result() for future in done] == [RIGHT] * 30
    assert not hanging.done() or len(done) == 30
    assert hanging.result().failure is Outcome.UNDECODABLE


def test_a_worker_is_replaced_after_its_items_and_nothing_is_lost(opening: Opening) -> None:
    workers = opening(items=5)
    assert [workers.fingerprint(PICTURE, USUAL) for _ in range(12)] == [RIGHT] * 12
    assert (workers.counts.items, workers.counts.begun, workers.counts.lost) == (12, 3, {})


def test_a_long_answer_is_refused_before_it_is_read(opening: Opening) -> None:
    # A token cannot be guessed, so that the length alone is tried where the worker itself tells it.
    workers = opening(answer=64 * 1024)
    assert workers.fingerprint(PICTURE, USUAL) == RIGHT
    assert opening(memory=256 * MEGABYTE).fingerprint(PICTURE, USUAL) == RIGHT


def test_closing_ends_what_hangs(opening: Opening) -> None:
    workers = opening(1)
    hanging, waiting = workers.submit(item("hang"), KINDS), workers.submit(PICTURE, USUAL)
    while not hanging.running():
        pass
    workers.close()
    assert waiting.done()
    with pytest.raises(RuntimeError, match="stopped"):
        hanging.result()
    with pytest.raises(RuntimeError, match="closed"):
        workers.submit(PICTURE, USUAL)
