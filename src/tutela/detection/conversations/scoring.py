"""Rating messages as they arrive, and a whole conversation: the same steps, so the same numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from tutela.content.conversation import Conversation
from tutela.detection.conversations.features import factor_rows, features
from tutela.detection.conversations.indicators import UNKNOWN, Factors, Indicator
from tutela.detection.conversations.model import Model
from tutela.detection.conversations.reasons import Reason, reasons
from tutela.detection.conversations.state import SIZE, State, sender_number
from tutela.detection.conversations.texts import F64


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message that arrived, with the state of its conversation, which is changed, and the factors given for it."""

    state: State
    sender: str
    at: datetime
    text: str
    factors: Factors = UNKNOWN


@dataclass(frozen=True, slots=True)
class Ratings:
    """Of each message: `indicators` (n, 4) as in `Indicator`; `after` (n,), its conversation's probability."""

    indicators: F64
    after: F64


@dataclass(frozen=True, slots=True)
class ConversationRating:
    """A whole conversation. `flagged_at` is the number of the message, from 1, that first reached the threshold.

    `probability` is the highest of `after`: what it came to while it ran. `reasons` are those of that moment.
    """

    messages: Ratings
    probability: float
    flagged_at: int | None
    reasons: tuple[Reason, ...]

    @property
    def after(self) -> F64:
        """How the probability went: a value after each message."""
        return self.messages.after


class Scorer:
    """Rates by one model. `key` (1 to 64 bytes) keeps senders' names out of states; keep it as long as the states."""

    def __init__(self, model: Model, key: bytes) -> None:
        if not 1 <= len(key) <= 64:
            raise ValueError("a key has 1 to 64 bytes")
        self.model = model
        self._key = key

    def feed(self, arrivals: Sequence[Arrival]) -> Ratings:
        """Take in messages of any conversations, those of one in their order, and rate each."""
        return self._advance(arrivals)[1]

    def rate(self, conversation: Conversation, factors: Factors = UNKNOWN) -> ConversationRating:
        """Rate a whole conversation."""
        state = State()
        arrivals = [Arrival(state, m.sender, m.at, m.text, factors) for m in conversation.messages]
        states, ratings = self._advance(arrivals)
        highest = int(np.argmax(ratings.after))
        over = np.flatnonzero(ratings.after >= self.model.threshold)
        return ConversationRating(
            ratings,
            float(ratings.after[highest]),
            int(over[0]) + 1 if len(over) else None,
            reasons(self.model, states[highest], factors),
        )

    def _advance(self, arrivals: Sequence[Arrival]) -> tuple[F64, Ratings]:
        if not arrivals:
            return np.empty((0, SIZE)), Ratings(np.empty((0, len(Indicator))), np.empty(0))
        read = self.model.wording.read([one.text for one in arrivals])
        names: dict[str, int] = {}
        snapshots = []
        for one, row in zip(arrivals, read.tolist(), strict=True):
            sender = names.get(one.sender)
            if sender is None:
                sender = names[one.sender] = sender_number(one.sender, self._key)
            one.state.advance(sender, one.at.timestamp(), row)
            snapshots.append(bytes(one.state))
        states = np.frombuffer(b"".join(snapshots)).reshape(len(arrivals), SIZE)
        distinct = {id(one.factors): one.factors for one in arrivals}
        given = dict(zip(distinct, factor_rows(list(distinct.values())), strict=True))
        made = features(states, np.array([given[id(one.factors)] for one in arrivals]))
        return states, Ratings(read[:, : len(Indicator)], self.model.probabilities(made))
