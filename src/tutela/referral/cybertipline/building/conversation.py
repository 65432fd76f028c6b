"""Conversations as text: who wrote what, when, in which zone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC

from tutela.casework.evidence import ItemRecord, MessageRecord
from tutela.referral.cybertipline.schema import clean

_HEAD = "Time as the platform gave it, the same in UTC, account, text. Further lines of a message are indented."
_INDENT = "    "
_BREAKS = "\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029"


def conversations(records: Iterable[ItemRecord]) -> str | None:
    """Return the conversations that the records hold, one after another; none where none does."""
    written = [_written(record) for record in records if record.messages]
    return "\n\n".join(written) if written else None


def _written(record: ItemRecord) -> str:
    name = f"Conversation {clean(record.identity)}. " if record.identity else "Conversation. "
    return "\n".join([_one_line(name + _HEAD), *(_line(message) for message in record.messages)])


def _line(message: MessageRecord) -> str:
    utc = message.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    first, *more = clean(message.text).splitlines() or [""]
    # Nothing that somebody wrote can look like another message: each further line is indented.
    head = f"{message.at.isoformat()} ({utc}) {_one_line(clean(message.author))}: {first}"
    return "\n".join([head, *(f"{_INDENT}{line}" for line in more)])


def _one_line(text: str) -> str:
    return "".join("\ufffd" if character in _BREAKS else character for character in text)
