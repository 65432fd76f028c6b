"""Labelled conversations, prepared once for many trainings on parts of them (extra `classifiers`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tutela.detection.conversations.features import factor_rows, features
from tutela.detection.conversations.indicators import Indicator
from tutela.detection.conversations.labelled import Labelled
from tutela.detection.conversations.state import SIZE, State, sender_number
from tutela.detection.conversations.texts import BUCKETS, F64, I64, SIZES, batches
from tutela.detection.conversations.wording import OUTPUTS, Wording

_KEY = b"training"


@dataclass(frozen=True, slots=True)
class Messages:
    """All messages as a matrix of n-grams, made once; `of` (m,) is the place of each one's conversation."""

    grams: Any
    of: I64
    targets: F64
    """(m, outputs): 1, 0, or NaN where nobody looked."""
    weights: F64


class Material:
    """Labelled conversations, with what every training on a part of them needs."""

    def __init__(self, data: Sequence[Labelled]) -> None:
        from scipy.sparse import csr_array, vstack

        self.data = tuple(data)
        self.labels = np.array([int(one.label) for one in data], np.int64)
        self.factors = factor_rows([one.factors for one in data])
        self.texts = [message.text for one in data for message in one.conversation.messages]
        lengths = [len(one.conversation.messages) for one in data]
        of = np.repeat(np.arange(len(data)), lengths)
        parts = []
        for _, batch in batches(self.texts):
            ends = np.append(batch.starts[1:], batch.buckets.shape[1])
            text = np.repeat(np.arange(len(batch.starts)), ends - batch.starts)
            rows, columns = np.tile(text, len(SIZES)), batch.buckets.ravel()
            real = columns < BUCKETS
            # scikit-learn takes indices of 32 bits alone.
            rows, columns = rows[real].astype(np.int32), columns[real].astype(np.int32)
            parts.append(
                csr_array((1 / np.sqrt(batch.grams)[rows], (rows, columns)), shape=(len(batch.starts), BUCKETS))
            )
        targets = np.full((len(self.texts), len(OUTPUTS)), np.nan)
        looked = [one for item in data for one in item.indicators]
        for row, found in enumerate(looked):
            if found is not None:
                targets[row, : len(Indicator)] = [one in found for one in Indicator]
        targets[:, -1] = self.labels[of]
        self.messages = Messages(vstack(parts, format="csr"), of, targets, 1 / np.array(lengths, float)[of])

    def states(self, conversation: int, rows: F64) -> F64:
        """Return (messages, SIZE) the states after each message of a conversation, from what the wording read."""
        state, made = State(), []
        messages = self.data[conversation].conversation.messages
        for message, row in zip(messages, rows.tolist(), strict=True):
            state.advance(sender_number(message.sender, _KEY), message.at.timestamp(), row)
            made.append(bytes(state))
        return np.frombuffer(b"".join(made)).reshape(len(messages), SIZE)

    def rows(self, wording: Wording, conversations: I64) -> tuple[F64, I64]:
        """Return the features after each message of some conversations, and the place of each row's conversation."""
        texts = [message.text for one in conversations for message in self.data[one].conversation.messages]
        read, start, made, of = wording.read(texts), 0, [], []
        for one in conversations.tolist():
            count = len(self.data[one].conversation.messages)
            states = self.states(one, read[start : start + count])
            made.append(features(states, np.repeat(self.factors[one][None, :], count, axis=0)))
            of.extend([one] * count)
            start += count
        return np.concatenate(made), np.array(of, np.int64)
