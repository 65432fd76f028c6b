"""Rating messages as they arrive: `python -m bench.conversations [--accuracy] [--json]`.

Ours holds a state for each conversation and gives indicators, probability and state after each message. Beside it, in
the same run and on the same batches: scikit-learn's HashingVectorizer (character n-grams of 3 to 5) and one
LogisticRegression, which knows a message's text alone. Processor time of one thread, so that a busy machine disturbs
less. `--accuracy` trains on the stand-in with and without ordinary talk of chitchat-dataset.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from bench.engine import MissingPeerError
from bench.ordinary_talk import ordinary_talk
from tutela.content.conversation import Message
from tutela.content.item import Limits
from tutela.detection.conversations.evaluation import evaluate
from tutela.detection.conversations.labelled import Labelled, read_labelled
from tutela.detection.conversations.material import Material
from tutela.detection.conversations.scoring import Arrival, Scorer
from tutela.detection.conversations.stand_in.generator import stand_in
from tutela.detection.conversations.state import SIZE, State
from tutela.detection.conversations.training import Choices, train

RUNS = 5


def _read(rows: Sequence[dict[str, Any]]) -> list[Labelled]:
    return list(read_labelled((json.dumps(row).encode() for row in rows), Limits()))


def _batches(data: Sequence[Labelled], size: int, total: int) -> list[list[tuple[int, Message]]]:
    """Return batches of messages of many conversations at once, as a live service has them: round by round."""
    longest = max(len(one.conversation.messages) for one in data)
    arriving = [
        (number, one.conversation.messages[place])
        for place in range(longest)
        for number, one in enumerate(data)
        if place < len(one.conversation.messages)
    ][:total]
    return [arriving[start : start + size] for start in range(0, len(arriving), size)]


def throughput(size: int, total: int) -> dict[str, Any]:
    """Return messages a second of processor time on one core, and the longest batch, for ours and the peer."""
    from sklearn.feature_extraction.text import HashingVectorizer
    from sklearn.linear_model import LogisticRegression

    material = Material(_read(list(stand_in(300, 0.3, 1))))
    model = train(material, np.arange(len(material.data)), Choices(1))
    vectorizer = HashingVectorizer(analyzer="char_wb", ngram_range=(3, 5), n_features=1 << 17)
    target = [int(one.label) for one in material.data for _ in one.conversation.messages]
    peer = LogisticRegression(solver="liblinear", dual=True).fit(vectorizer.transform(material.texts), target)
    data = _read(list(stand_in(max(total // 12, 100), 0.01, 2)))
    batches = _batches(data, size, total)
    scorer, ours, theirs, ratios, longest = Scorer(model, b"bench"), [], [], [], 0.0
    count = sum(map(len, batches))
    for _ in range(RUNS):
        states = [State() for _ in data]
        taken = other = 0.0
        for batch in batches:
            began, wall = time.thread_time(), time.perf_counter()
            scorer.feed([Arrival(states[n], m.sender, m.at, m.text, data[n].factors) for n, m in batch])
            taken += time.thread_time() - began
            longest = max(longest, time.perf_counter() - wall)
            began = time.thread_time()
            peer.predict_proba(vectorizer.transform([message.text for _, message in batch]))
            other += time.thread_time() - began
        ours.append(count / taken)
        theirs.append(count / other)
        ratios.append(other / taken)
    return {
        "messages": count,
        "batch": size,
        "characters_a_message": round(float(np.mean([len(m.text) for batch in batches for _, m in batch])), 1),
        "messages_a_second_a_core": round(statistics.median(ours)),
        "runs": [round(one) for one in ours],
        "sklearn_messages_a_second_a_core": round(statistics.median(theirs)),
        "ratio": round(statistics.median(ratios), 2),
        "ratio_runs": [round(one, 2) for one in ratios],
        "cpu_ms_a_batch": round(1000 * size / statistics.median(ours), 1),
        "longest_batch_wall_ms": round(1000 * longest, 1),
        "state_bytes": 8 * SIZE,
    }


def accuracy(conversations: int, seed: int) -> dict[str, Any]:
    """Return the report on the stand-in, and on it with ordinary talk added, if that is installed."""
    rows = list(stand_in(conversations, 0.3, seed))
    result: dict[str, Any] = {"stand_in": evaluate(Material(_read(rows)), Choices(seed)).model_dump(mode="json")}
    try:
        talk = ordinary_talk(seed)
    except MissingPeerError as error:
        return {**result, "skipped": str(error)}
    result["ordinary_conversations"] = len(talk)
    report = evaluate(Material(_read([*rows, *talk])), Choices(seed))
    return {**result, "with_ordinary_talk": report.model_dump(mode="json")}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--batch", type=int, default=500)
    parser.add_argument("--accuracy", action="store_true")
    parser.add_argument("--conversations", type=int, default=600)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with threadpool_limits(1):
        found = accuracy(given.conversations, 1) if given.accuracy else throughput(given.batch, given.messages)
    if given.json or not given.accuracy:
        print(json.dumps(found, indent=None if given.json else 2))
        return
    for name in ("stand_in", "with_ordinary_talk"):
        for split in found.get(name, {}).get("splits", []):
            figures = split["figures"] or {}
            print(
                name, split["by"], split["skipped"] or {key: figures[key] for key in ("precision", "recall", "f_half")}
            )
    print(found.get("skipped") or f"{found['ordinary_conversations']} conversations of chitchat-dataset were kept")


if __name__ == "__main__":
    main()
