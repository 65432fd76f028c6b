"""What is said between this process and a worker: headers of fixed length, then JSON that is read strictly.

Never pickle: whoever takes a worker over may write anything, and gets one item's fingerprints wrong by it, no more.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from tutela.content.decode import RGB
from tutela.content.item import Limits, Outcome
from tutela.content.place import Place
from tutela.detection.fingerprinting import Fingerprinted
from tutela.detection.fingerprints.fingerprint import FingerprintKind

TOKEN_BYTES = 16
REQUEST = struct.Struct(f"!{TOKEN_BYTES}sIQ?")
"""Token, length of the task and of the item, whether the item follows the task (else a descriptor comes with it)."""
ANSWER = struct.Struct(f"!{TOKEN_BYTES}sI")
"""The request's token, length of what follows."""
GREETING = bytes(TOKEN_BYTES)
"""The token of what a worker says first: which measures are in force."""
LONGEST_TASK = 1024**2
_PICTURE = struct.Struct("!cII")
_IS_PICTURE = b"P"
_LONGEST_REASON = 500
_LONGEST_WAY = 40
_DEEPEST = 100
_BY_DECODING = (None, Outcome.UNDECODABLE, Outcome.UNSUPPORTED, Outcome.OVER_LIMIT)


@dataclass(frozen=True, slots=True)
class Task:
    """What to do with an item: compute these kinds of fingerprint of it."""

    kinds: tuple[str, ...]
    limits: Limits
    excludes: frozenset[str]
    reduced: bool


@dataclass(frozen=True, slots=True)
class Showing:
    """What to do with an item: make a small picture of what is at a place, its longer side at most `side` pixels."""

    limits: Limits
    side: int
    place: Place


class BadAnswer(ValueError):
    """What a worker sent is no answer to what it was asked."""


_STRICT = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64", strict=True, extra="forbid", allow_inf_nan=False)
_TASK = TypeAdapter(tuple[Task | Showing], config=_STRICT)
_ANSWER = TypeAdapter(tuple[Fingerprinted, bool], config=_STRICT)
_GREETING = TypeAdapter(list[str], config=_STRICT)


@lru_cache(maxsize=64)
def task_written(task: Task | Showing) -> bytes:
    """Return a task as JSON."""
    return _TASK.dump_json((task,))


@lru_cache(maxsize=64)
def task_read(written: bytes) -> Task | Showing:
    """Return the task that this process's parent wrote."""
    return _TASK.validate_json(written)[0]


def answer_written(made: Fingerprinted, *, out_of_memory: bool = False) -> bytes:
    """Return what was made of an item as JSON."""
    told = replace(made, reason=_plain(made.reason)[:_LONGEST_REASON])
    try:
        return _ANSWER.dump_json((told, out_of_memory))
    except PydanticSerializationError:
        # A name in an archive need not be text. It is written as what reads it will write it.
        named = tuple(replace(one, place=_writable(one.place)) for one in told.fingerprints)
        return _ANSWER.dump_json((replace(told, fingerprints=named), out_of_memory))


def answer_read(written: bytes, kinds: Mapping[str, FingerprintKind]) -> tuple[Fingerprinted, bool]:
    """Return what a worker made of an item, and whether its memory ran out. Raises BadAnswer for anything else."""
    try:
        made, out_of_memory = _ANSWER.validate_json(written)
    except (ValidationError, RecursionError) as error:
        raise BadAnswer("it is not of the form of an answer") from error
    if made.failure not in _BY_DECODING:
        raise BadAnswer(f"decoding ends no item as {made.failure}")
    if len(made.reason) > _LONGEST_REASON or made.reason != _plain(made.reason):
        raise BadAnswer("its reason is no line of text")
    for one in made.fingerprints:
        kind = kinds.get(one.kind)
        # Only these two are of one length, whatever the item.
        fixed = kind is not None and kind.NEEDS in ("bytes", "pixels")
        if kind is None or kind.NEEDS == "given" or (fixed and len(one.value) != kind.BYTES):
            raise BadAnswer("it holds a fingerprint that nobody asked for, or none of its kind")
        if one.quality is not None and not 0 <= one.quality <= 100:
            raise BadAnswer("it holds a quality beyond 0 to 100")
        if len(one.computed) > _LONGEST_WAY or not one.computed.isprintable() or len(one.place.steps) > _DEEPEST:
            raise BadAnswer("it does not say how, or where, a fingerprint was made")
    return made, out_of_memory


def picture_written(pixels: RGB) -> bytes:
    """Return a small picture as its size and its bytes, line by line."""
    return _PICTURE.pack(_IS_PICTURE, *pixels.shape[:2]) + pixels.tobytes()


def picture_read(written: bytes, side: int) -> RGB | Fingerprinted:
    """Return a small picture, or what there is to say of an item that is none. Raises BadAnswer."""
    if not written.startswith(_IS_PICTURE):
        return answer_read(written, {})[0]
    if len(written) < _PICTURE.size:
        raise BadAnswer("it breaks off")
    _, height, width = _PICTURE.unpack_from(written)
    if not 1 <= min(height, width) <= max(height, width) <= side or len(written) != _PICTURE.size + 3 * height * width:
        raise BadAnswer("it is no small picture")
    return np.frombuffer(written, np.uint8, offset=_PICTURE.size).reshape(height, width, 3)


def greeting_written(measures: frozenset[str]) -> bytes:
    """Return the measures in force as JSON."""
    return _GREETING.dump_json(sorted(measures))


def greeting_read(written: bytes) -> frozenset[str]:
    """Return the measures that a worker says are in force. Raises BadAnswer."""
    try:
        return frozenset(_GREETING.validate_json(written))
    except ValidationError as error:
        raise BadAnswer("it is not of the form of a greeting") from error


def _plain(text: str) -> str:
    """Return a text as one line that a terminal shows as it is."""
    return "".join(c if c.isprintable() else " " for c in text)


def _writable(place: Place) -> Place:
    steps = tuple(replace(s, name=s.name.encode("utf-8", "backslashreplace").decode()) for s in place.steps)
    return replace(place, steps=steps)
