"""Recall on planted variants: what is not flagged is not kept, so it cannot be measured in traffic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from random import Random

from tutela.casework.quality.variants import EDITS, opened
from tutela.detection.fingerprinting import Fingerprinting
from tutela.detection.fingerprints.fingerprint import FingerprintKind
from tutela.detection.hashlists.hashlist import Entry
from tutela.detection.matcher import Matcher
from tutela.detection.recognition import recognise
from tutela.events.catalogue.quality import RecallRow

_LIST = "recall"
_WHEN = datetime(1970, 1, 1, tzinfo=UTC)


def recall(
    pictures: Mapping[str, bytes],
    kinds: Mapping[str, FingerprintKind],
    thresholds: Mapping[str, int],
    fingerprint: Fingerprinting,
    seed: int,
) -> list[RecallRow]:
    """Return how many variants of each edit each technology finds, at the thresholds of the installation.

    The pictures themselves are the entries, in a list of their own that nobody else sees; the variants go the way of
    every item, the reduced decoding among it. A variant counts as found by its own original alone. `seed` makes the
    same variants again. Raises ValueError where nothing is there to measure, or a picture is none.
    """
    listed: dict[int, str] = {}
    known: list[Entry] = []
    for name in sorted(pictures):
        prints = fingerprint(pictures[name], kinds.values())
        for kind in kinds:
            upright = prints.upright(kind)
            if upright is not None:
                listed[len(listed) + 1] = name
                known.append(Entry(len(listed), _LIST, kind, upright.value, None, (), None, _WHEN))
    if not known:
        raise ValueError("there is no picture to measure with: give a folder of your own harmless pictures")
    matcher = Matcher.over(kinds, known, thresholds)
    technologies = {entry.kind for entry in known if entry.kind in matcher.thresholds}
    found: Counter[tuple[str, str]] = Counter()
    tried: Counter[tuple[str, str]] = Counter()
    for name in sorted(pictures):
        image = opened(pictures[name])
        for edit, apply in EDITS.items():
            variant = apply(image, Random(f"{seed} {edit} {name}"))
            made = partial(fingerprint, variant, kinds.values())
            _, judgement = recognise(made(reduced=True), matcher, made)
            own = {d.technology for d in judgement.detections if listed[d.entry] == name}
            for technology in technologies:
                tried[edit, technology] += 1
                found[edit, technology] += technology in own
    return [
        RecallRow(edit=edit, technology=t, version=kinds[t].VERSION, found=found[edit, t], of=number)
        for (edit, t), number in sorted(tried.items())
    ]
