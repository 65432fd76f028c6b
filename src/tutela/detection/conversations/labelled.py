"""An operator's labelled conversations: JSON Lines, one conversation a line. docs/reference/conversation-model.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tutela.content.conversation import Conversation, Message
from tutela.content.item import Limits
from tutela.detection.conversations.indicators import UNKNOWN, Factors, Indicator

LONGEST_LINE = 64 * 1024 * 1024
"""Bytes of one line."""


class BadDataError(ValueError):
    """A line is no labelled conversation."""


class _Message(Message):
    indicators: frozenset[Indicator] | None = None


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(min_length=1, max_length=512)]
    label: bool
    account: Annotated[str, Field(min_length=1, max_length=512)]
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
    campaign: Annotated[str, Field(min_length=1, max_length=512)] | None = None
    factors: Factors = UNKNOWN
    messages: Annotated[list[_Message], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A conversation with what is known of it.

    `account` is the one that the label is about, `campaign` a name for conversations of the same making. `indicators`
    has an entry for each message, None where nobody looked.
    """

    id: str
    label: bool
    account: str
    language: str
    campaign: str | None
    factors: Factors
    conversation: Conversation
    indicators: tuple[frozenset[Indicator] | None, ...]

    @property
    def accounts(self) -> frozenset[str]:
        """Everyone in it."""
        return frozenset((self.account, *self.conversation.senders))


def read_labelled(lines: Iterable[bytes], limits: Limits) -> Iterator[Labelled]:
    """Yield the conversation of each line that is not empty.

    Raises BadDataError with the number of a line that is none, is too long, or has an `id` that was there before.
    """
    seen: set[str] = set()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        if len(line) > LONGEST_LINE:
            raise BadDataError(f"line {number:,}: longer than {LONGEST_LINE:,} bytes")
        try:
            read = _Line.model_validate_json(line)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False, include_context=False)[0]
            where = ".".join(map(str, first["loc"]))
            raise BadDataError(f"line {number:,}: {where + ': ' if where else ''}{first['msg']}"[:300]) from error
        if len(read.messages) > limits.max_messages:
            raise BadDataError(f"line {number:,}: more than {limits.max_messages:,} messages")
        if max(len(message.text) for message in read.messages) > limits.max_characters:
            raise BadDataError(f"line {number:,}: a message of more than {limits.max_characters:,} characters")
        if read.id in seen:
            raise BadDataError(f"line {number:,}: the id {read.id!r} was there before")
        seen.add(read.id)
        yield Labelled(
            read.id,
            read.label,
            read.account,
            read.language,
            read.campaign,
            read.factors,
            Conversation(tuple(read.messages)),
            tuple(message.indicators for message in read.messages),
        )
