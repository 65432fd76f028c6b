"""Texts as numbers."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tutela.detection.conversations.texts import BUCKETS, COUNTS, LONGEST, SIZES, batches, fold


def _seen(texts: list[str]) -> list[tuple[list[int], int, list[float]]]:
    found = []
    for _, batch in batches(texts):
        ends = [*batch.starts[1:].tolist(), batch.buckets.shape[1]]
        for n, (start, end) in enumerate(zip(batch.starts.tolist(), ends, strict=True)):
            part = batch.buckets[:, start:end].ravel()
            found.append((part[part < BUCKETS].tolist(), int(batch.grams[n]), batch.counts[n].tolist()))
    return found


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=6))
def test_a_text_is_read_the_same_alone_and_among_others(texts: list[str]) -> None:
    together, alone = _seen(texts), [_seen([one])[0] for one in texts]
    assert together == alone
    for text, (buckets, grams, _) in zip(texts, alone, strict=True):
        padded = len(fold(text)) + 2
        assert len(buckets) == sum(max(padded - size + 1, 0) for size in SIZES)
        assert grams == max(len(buckets), 1)


def test_equal_texts_have_equal_grams_and_digits_are_alike() -> None:
    assert _seen(["pay 15 now"])[0][0] == _seen(["PAY 99 now"])[0][0]
    assert _seen(["pa\u200by"])[0][0] == _seen(["\uff50\uff41\uff59"])[0][0] == _seen(["pay"])[0][0]
    assert _seen(["pay"])[0][0] != _seen(["yap"])[0][0]


def test_what_is_counted() -> None:
    text = "See https://a.example/12 or www.b.example, ask @me? really\uff1f"
    assert dict(zip(COUNTS, _seen([text])[0][2], strict=True)) == {
        "characters": len(text),
        "questions": 2,
        "digits": 2,
        "links": 2,
        "handles": 1,
    }


def test_a_long_text_is_cut_and_large_batches_are_parted() -> None:
    assert _seen(["x" * (LONGEST + 5)]) == _seen(["x" * LONGEST])
    many = [f"text {n} " * 500 for n in range(200)]
    parts = list(batches(many))
    assert len(parts) > 1
    assert sum(len(batch.starts) for _, batch in parts) == len(many)
    assert [first for first, _ in parts] == np.cumsum([0, *[len(b.starts) for _, b in parts[:-1]]]).tolist()
