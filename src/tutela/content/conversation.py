"""A conversation as an item: JSON Lines, one message a line, in the order in which they were written.

`{"sender": "u-1", "at": "2026-11-01T10:00:00Z", "text": "..."}`: `sender` is the pseudonym or account that the platform
uses, `at` a time with its zone (RFC 3339), `text` what was written. A file is one if its first line is such an object.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from tutela.content.decode import OverLimit, Undecodable
from tutela.content.item import Limits

LONGEST_NAME = 512
_DATED = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:")
_WHITE = b" \t\r\n"
_KEYS = (b'"sender"', b'"at"', b'"text"')
_LONGEST_FIRST = 1024 * 1024
"""How many bytes of the first line are looked at to tell whether it is a message."""


def _written(value: object) -> object:
    """Let pass what is written as a date and a time: a number would be taken for seconds or milliseconds."""
    if (isinstance(value, str) and not _DATED.match(value)) or isinstance(value, int | float):
        raise ValueError("a time is written as 2026-11-01T10:00:00Z")
    return value


class Message(BaseModel):
    """A message: who wrote it, when (with its zone), and what."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sender: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
    at: Annotated[AwareDatetime, BeforeValidator(_written)]
    text: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """Messages in the order in which they were written; at least one."""

    messages: tuple[Message, ...]

    def __post_init__(self) -> None:
        if not self.messages:
            raise ValueError("a conversation has at least one message")

    @property
    def senders(self) -> tuple[str, ...]:
        """Who wrote in it, in the order of their first message."""
        return tuple(dict.fromkeys(message.sender for message in self.messages))


def is_conversation(data: bytes) -> bool:
    """Return whether the first line is an object with the three keys of a message, whatever they hold."""
    start = len(data) - len(data.lstrip(_WHITE))
    end = data.find(b"\n", start, start + _LONGEST_FIRST)
    line = data[start : end if end >= 0 else start + _LONGEST_FIRST]
    return line.startswith(b"{") and all(key in line for key in _KEYS)


def read_conversation(data: bytes, limits: Limits) -> Conversation:
    """Return the conversation that the lines hold; empty lines are passed over.

    Raises Undecodable with the number of a line that is no message, OverLimit where there are too many messages or one
    of them is too long.
    """
    messages: list[Message] = []
    for number, line in _lines(data):
        if len(messages) == limits.max_messages:
            raise OverLimit(f"line {number:,}: more than {limits.max_messages:,} messages")
        try:
            message = Message.model_validate_json(line)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False, include_context=False)[0]
            where = ".".join(map(str, first["loc"]))
            raise Undecodable(f"line {number:,}: {where + ': ' if where else ''}{first['msg']}"[:200]) from error
        if len(message.text) > limits.max_characters:
            raise OverLimit(
                f"line {number:,}: {len(message.text):,} characters, at most {limits.max_characters:,} are read"
            )
        messages.append(message)
    if not messages:
        raise Undecodable("there is no message in it")
    return Conversation(tuple(messages))


def _lines(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield each line that is not empty, with its number, without a second copy of the whole."""
    start = number = 0
    while start < len(data):
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        number += 1
        line = data[start:end].strip(_WHITE)
        if line:
            yield number, line
        start = end + 1
