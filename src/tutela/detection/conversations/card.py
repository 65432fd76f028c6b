"""The card of a model, in Markdown: what it is for, what it was trained on, how well it does and against what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tutela.detection.conversations.model_file import ModelFile
from tutela.detection.conversations.report import Bounded, Data, Figures, Latency, Split

_RATES = (1_000, 10_000, 1_000_000)
_BY = {
    "account": "By account: no account is in training and test",
    "time": "By time: trained on what came before, tested on what came after",
    "campaign": "By campaign: none that is tested was trained on",
    "given": "On the conversations given",
}


def card(file: ModelFile, checksum: str) -> str:
    """Return the card. `checksum` is that of the file, 64 hexadecimal digits."""
    return "\n".join(_card(file, checksum)) + "\n"


def split_text(split: Split) -> str:
    """Return one way of testing, in Markdown."""
    return "\n".join(_split(split)) + "\n"


def verdict(split: Split) -> str:
    """Return whether the model is better than each baseline, in one sentence."""
    if split.figures is None or not split.baselines or split.figures.f_half.low is None:
        return "Nothing simpler was tried beside it."
    best = max(split.baselines, key=lambda one: one.figures.f_half.value or 0.0)
    value, low = best.figures.f_half.value or 0.0, split.figures.f_half.low
    if low > value:
        return f"Its F0.5 is above that of every baseline, also at its lower bound; the best of them is `{best.name}`."
    return (
        f"**It is not clearly better than the baseline `{best.name}`** (F0.5 {value:.3f}): the lower bound of its own "
        f"F0.5 is {low:.3f}. Do not use it for what this split stands for."
    )


def _card(file: ModelFile, checksum: str) -> Iterator[str]:
    model = file.model
    yield f"# Model card: {file.name}"
    yield ""
    yield from _table(
        ("what", "value"),
        (
            ("made", f"{file.made_at:%Y-%m-%d %H:%M} UTC by {file.made_by}, seed {file.seed}"),
            ("checksum (SHA-256)", f"`{checksum}`"),
            ("intended use", _cell(file.intended_use)),
            ("threshold", f"{model.threshold:.4f}: {file.threshold_rule}"),
            ("calibration", f"{model.calibration.method}, on held-out folds by account"),
            ("wording as a whole", "weighed" if model.wording.outputs[-1].trained else "not weighed"),
            (
                "indicators without a model",
                ", ".join(
                    name.replace("_", " ")
                    for (name, *_), output in zip(file.report.data.indicators, model.wording.outputs, strict=False)
                    if not output.trained
                )
                or "none",
            ),
        ),
    )
    yield (
        "It rates patterns. It decides nothing: whatever it flags goes to a person, who alone may report (Article "
        "3(1)(g) of Regulation (EU) 2021/1232)."
    )
    yield ""
    yield from _data(file.report.data)
    for split in file.report.splits:
        yield from _split(split)
    yield from _limits()


def _data(data: Data) -> Iterator[str]:
    yield "## Data"
    yield ""
    languages = ", ".join(f"{name} {count:,}" for name, count in data.languages)
    yield (
        f"{data.conversations:,} conversations ({data.labelled:,} labelled true) of {data.accounts:,} accounts, "
        f"{data.messages:,} messages, begun from {data.first} to {data.last}; {languages}; {data.campaigns} campaigns."
    )
    yield ""
    yield from _table(
        ("indicator", "messages looked at", "of them with it"),
        ((name.replace("_", " "), f"{looked:,}", f"{have:,}") for name, looked, have in data.indicators),
    )
    yield (
        "How often factors are known. Where this differs by label, the model may learn who was looked at, not what "
        "they did:"
    )
    yield ""
    yield from _table(
        ("factor", "labelled true", "labelled false"),
        ((name.replace("_", " "), _percent(true), _percent(false)) for name, true, false in data.factors),
    )


def _split(split: Split) -> Iterator[str]:
    yield f"## {_BY[split.by]}"
    yield ""
    if split.figures is None:
        yield f"Not done: {split.skipped}."
        yield ""
        return
    if split.baselines:
        yield verdict(split)
        yield ""
    parts = f"{split.folds} part{'s' if split.folds > 1 else ''}"
    yield f"{split.figures.accounts:,} accounts, {parts}. Bounds are 95 %, by account."
    yield ""
    rows = [("this model", split.figures), *((one.name, one.figures) for one in split.baselines)]
    yield from _figures("what flags", rows)
    yield from _figures("language", split.by_language)
    yield from _figures("messages", split.by_length)
    if split.latency:
        yield from _latency(split.latency)
    yield (
        f"Calibration of the probability after the last message: Brier score {split.brier or 0:.4f}, expected error "
        f"{split.calibration_error or 0:.4f}. Average precision {split.average_precision or 0:.3f}."
    )
    yield ""
    yield from _table(
        ("probability", "conversations", "mean probability", "labelled true"),
        (
            (
                f"{one.low:.1f} to {one.high:.1f}",
                f"{one.conversations:,}",
                f"{one.mean_probability:.3f}",
                f"{one.share_labelled:.3f}",
            )
            for one in split.reliability
        ),
    )
    yield from _prevalence(split.figures)
    if split.leaks:
        leaks = split.leaks
        yield (
            f"Left out of training, over all parts: {leaks.left_out:,} conversations; {leaks.shared_accounts:,} that "
            f"share an account with the test, {leaks.overlapping:,} still going on when the test began. Tested "
            f"conversations with a near-duplicate outside the test: {leaks.near_duplicates:,}."
        )
        yield ""


def _figures(head: str, rows: Sequence[tuple[str, Figures]]) -> Iterator[str]:
    yield from _table(
        (head, "conversations", "labelled", "flagged", "right", "precision", "recall", "F0.5", "false positives"),
        (
            (
                name,
                f"{one.conversations:,}",
                f"{one.labelled:,}",
                f"{one.flagged:,}",
                f"{one.right:,}",
                *map(_share, (one.precision, one.recall, one.f_half, one.false_positive_rate)),
            )
            for name, one in rows
        ),
    )


def _latency(found: Latency) -> Iterator[str]:
    if found.messages_median is None:
        yield "Nothing was flagged rightly."
    else:
        yield (
            f"Messages until the flag: median {found.messages_median:g}, 90th percentile {found.messages_p90:g}; half "
            f"of the flags came within {_percent(found.share_read_median)} of the conversation. ERDE5 "
            f"{found.erde_5:.3f}, ERDE50 {found.erde_50:.3f} (lower is better); F-latency {found.f_latency:.3f}, "
            f"half its speed at {found.half_speed_at} messages."
        )
    yield ""
    yield from _table(
        ("after messages", *(str(count) for count, _ in found.found_by)),
        [("of labelled true, flagged", *(_percent(share) for _, share in found.found_by))],
    )


def _prevalence(found: Figures) -> Iterator[str]:
    recall, false = found.recall.value, found.false_positive_rate
    if recall is None or false.value is None or false.high is None:
        return
    yield "What a flag would be worth where fewer conversations are of this kind, by the rates above and nothing else:"
    yield ""

    def worth(rate: float, one_in: int) -> str:
        right = recall / one_in
        return _percent(right / (right + rate * (1 - 1 / one_in))) if right else "0 %"

    yield from _table(
        ("one conversation in", "right flags", "if false positives are at their upper bound"),
        ((f"{one_in:,}", worth(false.value, one_in), worth(false.high, one_in)) for one_in in _RATES),
    )


def _limits() -> Iterator[str]:
    yield "## Limits"
    yield ""
    yield "- The figures hold for conversations like those it was trained on, in those languages, and for no others."
    yield "- Labels are what people decided. What nobody found is labelled false or is missing, and stays unseen."
    yield "- Bounds draw accounts anew. They know nothing of services, years or campaigns that are not in the data."
    yield "- Probabilities hold for the share of conversations labelled true in the data; real shares are far smaller."


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


def _share(one: Bounded) -> str:
    if one.value is None or one.low is None or one.high is None:
        return "none"
    return f"{one.value:.3f} ({one.low:.3f} to {one.high:.3f})"


def _percent(share: float | None) -> str:
    if share is None:
        return "none"
    return f"{100 * share:.2g} %" if share < 0.1 else f"{100 * share:.0f} %"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "/").split())
