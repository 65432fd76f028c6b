"""What is kept of a conversation while it runs: a fixed vector, whatever the number of its messages and people.

No text is in it and no name: a sender stands in it as 48 bits of a keyed digest, enough to tell whether the next
message is of the one who began, or of the one who wrote last.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from hashlib import blake2b

from tutela.detection.conversations.wording import OUTPUTS

FIELDS = (
    "opener",
    "last_sender",
    "messages",
    "by_opener",
    "turns",
    "characters",
    "characters_by_opener",
    "questions",
    "questions_by_opener",
    "digits",
    "links",
    "handles",
    "last_at",
    "log_gaps",
    "short_gaps",
    "long_gaps",
)
KEPT = 3
"""Of how many messages the highest values are kept, for each output, with their numbers."""
PER_OUTPUT = 1 + 2 * KEPT
"""The sum; the highest values, falling; their message numbers, from 1; 0 for none."""
SIZE = len(FIELDS) + PER_OUTPUT * len(OUTPUTS)
SHORT_GAP = 60.0
LONG_GAP = 86_400.0
"""Seconds. A gap is the time since the message before, whoever wrote it."""
NOTHING = -1e3
"""Below every value that an output has."""

(
    OPENER,
    LAST_SENDER,
    MESSAGES,
    BY_OPENER,
    TURNS,
    CHARACTERS,
    CHARACTERS_BY_OPENER,
    QUESTIONS,
    QUESTIONS_BY_OPENER,
    DIGITS,
    LINKS,
    HANDLES,
    LAST_AT,
    LOG_GAPS,
    SHORT_GAPS,
    LONG_GAPS,
) = range(len(FIELDS))


class BadStateError(ValueError):
    """What was read is no state."""


class State:
    """The vector, SIZE numbers. `bytes(state)` and `State.of_bytes` write and read it."""

    __slots__ = ("values",)

    def __init__(self) -> None:
        self.values = array("d", bytes(8 * SIZE))
        for output in range(len(OUTPUTS)):
            at = len(FIELDS) + output * PER_OUTPUT + 1
            for place in range(at, at + KEPT):
                self.values[place] = NOTHING

    def __bytes__(self) -> bytes:
        return self.values.tobytes()

    @classmethod
    def of_bytes(cls, data: bytes) -> State:
        """Return the state that was written. Raises BadStateError for another length, or what is no finite number."""
        if len(data) != 8 * SIZE:
            raise BadStateError(f"a state has {8 * SIZE} bytes, not {len(data)}; begin the conversation anew")
        state = cls()
        state.values = array("d", data)
        if not all(map(math.isfinite, state.values)):
            raise BadStateError("a state holds finite numbers; begin the conversation anew")
        return state

    def advance(self, sender: int, at: float, row: Sequence[float]) -> None:
        """Take in a message: its sender (`sender_number`), its time (seconds since 1970), what `Wording.read` gave."""
        values = self.values
        number = values[MESSAGES] + 1
        values[MESSAGES] = number
        if number == 1:
            values[OPENER] = sender
        else:
            if sender != values[LAST_SENDER]:
                values[TURNS] += 1
            # A clock that goes back is taken for one that stands still.
            gap = max(at - values[LAST_AT], 0.0)
            values[LOG_GAPS] += math.log1p(gap)
            if gap < SHORT_GAP:
                values[SHORT_GAPS] += 1
            elif gap > LONG_GAP:
                values[LONG_GAPS] += 1
        values[LAST_SENDER] = sender
        values[LAST_AT] = at
        outputs = len(OUTPUTS)
        characters, questions, digits, links, handles = row[outputs : outputs + 5]
        values[CHARACTERS] += characters
        values[QUESTIONS] += questions
        values[DIGITS] += digits
        values[LINKS] += links
        values[HANDLES] += handles
        if sender == values[OPENER]:
            values[BY_OPENER] += 1
            values[CHARACTERS_BY_OPENER] += characters
            values[QUESTIONS_BY_OPENER] += questions
        place = len(FIELDS)
        for output in range(outputs):
            value = row[output]
            values[place] += value
            if value > values[place + KEPT]:
                self._keep(place + 1, value, number)
            place += PER_OUTPUT

    def _keep(self, place: int, value: float, number: float) -> None:
        values, here = self.values, place + KEPT - 1
        while here > place and value > values[here - 1]:
            values[here] = values[here - 1]
            values[here + KEPT] = values[here + KEPT - 1]
            here -= 1
        values[here] = value
        values[here + KEPT] = number


def sender_number(sender: str, key: bytes) -> int:
    """Return 48 bits of a keyed digest of a sender's name; `key` has 1 to 64 bytes."""
    digest = blake2b(sender.encode("utf-8", "surrogatepass"), digest_size=6, key=key).digest()
    return int.from_bytes(digest, "big")
