"""A model's file: read back as it was, or refused."""

from __future__ import annotations

import hashlib
import json
import struct

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.detection.conversations.given import labelled
from tutela.detection.conversations.model_file import MAGIC, MOST_BYTES, BadModelError, ModelFile, read, written
from tutela.detection.conversations.scoring import Scorer

_MANY = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _signed(body: bytes) -> bytes:
    return body + hashlib.sha256(body).digest()


def _with_header(data: bytes, change: str, value: object) -> bytes:
    (length,) = struct.unpack_from("<Q", data, len(MAGIC))
    start = len(MAGIC) + 8
    header = json.loads(data[start : start + length])
    header[change] = value
    text = json.dumps(header).encode()
    return _signed(MAGIC + struct.pack("<Q", len(text)) + text + data[start + length : -32])


def test_it_is_read_back_and_rates_the_same(file: ModelFile) -> None:
    data = written(file)
    again = read(data)
    assert written(again) == data
    assert (again.name, again.made_at, again.report) == (file.name, file.made_at, file.report)
    one = labelled(20, seed=3)[7]
    rated = [
        Scorer(model, b"k").rate(one.conversation, one.factors).after.tolist() for model in (file.model, again.model)
    ]
    assert rated[0] == rated[1]


@_MANY
@given(data=st.data())
def test_a_changed_byte_is_found(file: ModelFile, data: st.DataObject) -> None:
    whole = bytearray(written(file))
    whole[data.draw(st.integers(0, len(whole) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(BadModelError):
        read(bytes(whole))


@_MANY
@given(data=st.binary(max_size=400) | st.binary(max_size=400).map(lambda rest: _signed(MAGIC + rest)))
def test_what_is_no_model_is_refused(data: bytes) -> None:
    with pytest.raises(BadModelError):
        read(data)


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("threshold", 1.5, "threshold"),
        ("intercept", "0", "valid number"),
        ("buckets", 8, "train it again"),
        ("more", 1, "Extra inputs"),
        ("features", [], "train it again"),
        ("calibration", {"method": "isotonic", "slope": 1.0, "offset": 0.0, "knots": [[1.0, 0.5], [0.0, 0.6]]}, "rise"),
        ("calibration", {"method": "isotonic", "slope": 1.0, "offset": 0.0, "knots": [[0.0, 0.6], [1.0, 0.5]]}, "rise"),
    ],
)
def test_a_header_with_a_right_checksum_is_still_judged(file: ModelFile, key: str, value: object, says: str) -> None:
    with pytest.raises(BadModelError, match=says):
        read(_with_header(written(file), key, value))


def test_it_is_short_and_a_long_one_is_not_parsed(file: ModelFile) -> None:
    assert len(written(file)) < 2_000_000
    with pytest.raises(BadModelError, match="no model"):
        read(MAGIC + bytes(MOST_BYTES))
