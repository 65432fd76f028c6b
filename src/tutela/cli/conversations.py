"""`tutela conversations`: models that rate conversations, trained from the operator's labelled data and tried."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Literal

import typer

from tutela import __version__
from tutela.cli.exits import Exit
from tutela.cli.output import err, fail, out, print_json
from tutela.content.conversation import read_conversation
from tutela.content.decode import OverLimit, Undecodable
from tutela.content.item import Limits
from tutela.detection.conversations.card import card as card_text
from tutela.detection.conversations.card import split_text, verdict
from tutela.detection.conversations.indicators import Indicator
from tutela.detection.conversations.labelled import BadDataError, Labelled, read_labelled
from tutela.detection.conversations.model_file import MOST_BYTES, BadModelError, ModelFile, checksum, read, written
from tutela.detection.conversations.report import Report, Split
from tutela.detection.conversations.scoring import Scorer
from tutela.detection.conversations.stand_in.generator import stand_in
from tutela.storage.durable import write_durably

app = typer.Typer(help="Models that rate conversations: train, evaluate, card.", no_args_is_help=True)
Seed = Annotated[int, typer.Option(min=0, max=2**31 - 1, help="The same seed and data make the same model.")]
AsJson = Annotated[bool, typer.Option("--json")]
Files = Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="Labelled conversations, JSON Lines.")]
ModelPath = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A model, as `train` wrote it.")]


@app.callback()
def conversations() -> None:
    """Models that rate conversations: train, evaluate, card."""


@app.command("stand-in")
def make_stand_in(
    output: Annotated[Path, typer.Option("--output", "-o", help="The file, written anew.")],
    count: Annotated[int, typer.Option("--conversations", min=1, max=1_000_000)] = 600,
    scams: Annotated[float, typer.Option(min=0.001, max=0.999, help="The share that are scams.")] = 0.3,
    seed: Seed = 1,
) -> None:
    """Write made-up labelled conversations: money scams among ordinary talk, in English and Swedish.

    A good figure on them says that the machine runs, and nothing of real conversations.
    """
    lines = [json.dumps(one, ensure_ascii=False) for one in stand_in(count, scams, seed)]
    _write(output, ("\n".join(lines) + "\n").encode())
    err.print(f"{len(lines):,} made-up conversations: {output}", markup=False)


@app.command()
def train(
    files: Files,
    output: Annotated[Path, typer.Option("--output", "-o", help="The model's file, written anew.")],
    name: Annotated[str, typer.Option(help="Small letters, digits, - and _.")] = "conversations",
    use: Annotated[str, typer.Option("--intended-use", help="One sentence for the card.")] = "not stated",
    precision: Annotated[
        float | None, typer.Option(min=0.01, max=1, help="Keep this precision on held-out data; else the best F0.5.")
    ] = None,
    calibration: Annotated[str, typer.Option(help="platt or isotonic.")] = "platt",
    wording: Annotated[
        bool,
        typer.Option("--wording/--indicators-only", help="Weigh the wording as a whole, or what has a name alone."),
    ] = True,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Train a model, and test its like by account, by time and by campaign; the figures go into the model's file."""
    if calibration not in {"platt", "isotonic"}:
        fail(f"--calibration is platt or isotonic, not {calibration!r}", Exit.USAGE)
    method: Literal["platt", "isotonic"] = "isotonic" if calibration == "isotonic" else "platt"
    _output_folder(output)
    with _training():
        import numpy as np

        from tutela.detection.conversations.evaluation import evaluate as evaluated
        from tutela.detection.conversations.material import Material
        from tutela.detection.conversations.training import Choices, Rule
        from tutela.detection.conversations.training import train as trained

        material = Material(_labelled(files))
        choices = Choices(seed, Rule(precision), method, wording=wording)
        err.print(f"{len(material.data):,} conversations, {len(material.texts):,} messages: testing, then training")
        report = evaluated(material, choices)
        model = trained(material, np.arange(len(material.data)), choices)
    file = ModelFile(
        name,
        datetime.now(UTC).replace(microsecond=0),
        f"Tutela {__version__}",
        use,
        seed,
        str(choices.rule),
        model,
        report,
    )
    try:
        data = written(file)
    except ValueError:
        fail(
            f"--name {name!r} has small letters, digits, - and _, at most 64; --intended-use at most 2,000", Exit.USAGE
        )
    _write(output, data)
    if as_json:
        print_json({"model": str(output), "checksum": checksum(data), **report.model_dump(mode="json")})
        return
    for split in report.splits:
        out.print(_line(split), markup=False)
    err.print(f"the model: {output}; its card: tutela conversations card {output}", markup=False)


@app.command()
def evaluate(
    model: ModelPath,
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, metavar="FILES...")],
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Hold a finished model against other labelled conversations: ones that it was not trained on, which you see to."""
    with _training():
        from tutela.detection.conversations.evaluation import evaluate_given
        from tutela.detection.conversations.material import Material

        split = evaluate_given(_model(model)[0].model, Material(_labelled(files)), seed)
    if as_json:
        print_json(split.model_dump(mode="json"))
    else:
        out.print(split_text(split), markup=False)


@app.command()
def card(model: ModelPath, as_json: AsJson = False) -> None:
    """Write the card of a model, as Markdown or as one JSON object."""
    file, digest = _model(model)
    if as_json:
        print_json(_facts(file, digest))
    else:
        out.print(card_text(file, digest), markup=False, end="")


@app.command()
def rate(
    model: ModelPath,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="One conversation, JSON Lines.")],
    as_json: AsJson = False,
) -> None:
    """Rate one conversation that you may read, message by message, without factors. Nothing is recorded."""
    limits = Limits()
    if file.stat().st_size > limits.max_bytes:
        fail(f"{file}: more than {limits.max_bytes:,} bytes")
    try:
        conversation = read_conversation(file.read_bytes(), limits)
    except (Undecodable, OverLimit) as error:
        fail(f"{file}: {error}")
    rated = Scorer(_model(model)[0].model, b"rate").rate(conversation)
    indicators = rated.messages.indicators.round(4).tolist()
    if as_json:
        print_json(
            {
                "probability": rated.probability,
                "flagged_at": rated.flagged_at,
                "messages": [
                    {"after": round(after, 6), **dict(zip(Indicator, row, strict=True))}
                    for after, row in zip(rated.after.tolist(), indicators, strict=True)
                ],
                "reasons": [
                    {"subject": one.subject, "log_odds": one.log_odds, "messages": one.messages, "words": str(one)}
                    for one in rated.reasons
                ],
            }
        )
        return
    for number, (after, row) in enumerate(zip(rated.after.tolist(), indicators, strict=True), start=1):
        asks = [one.replace("_", " ") for one, value in zip(Indicator, row, strict=True) if value >= 0.5]
        out.print(f"{number:>5}  {after:.3f}  {', '.join(asks)}".rstrip(), markup=False)
    at = f"flagged at message {rated.flagged_at}" if rated.flagged_at else "not flagged"
    out.print(f"highest probability {rated.probability:.3f}: {at}", markup=False)
    for one in rated.reasons:
        out.print(f"- {one}", markup=False)


@contextmanager
def _training() -> Iterator[None]:
    if find_spec("sklearn") is None:
        fail("training needs scikit-learn: pip install 'tutela[classifiers]'")
    from tutela.detection.conversations.training import CannotTrainError

    try:
        yield
    except CannotTrainError as error:
        fail(str(error))


def _labelled(files: list[Path]) -> list[Labelled]:
    def lines() -> Iterator[bytes]:
        for path in files:
            with path.open("rb") as stream:
                yield from stream

    try:
        found = list(read_labelled(lines(), Limits()))
    except BadDataError as error:
        fail(f"{', '.join(map(str, files))}: {error} (lines are counted through all files)")
    if not found:
        fail(f"{', '.join(map(str, files))}: no conversation in it")
    return found


def _model(path: Path) -> tuple[ModelFile, str]:
    if path.stat().st_size > MOST_BYTES:
        fail(f"{path}: longer than a model can be")
    data = path.read_bytes()
    try:
        return read(data), checksum(data)
    except BadModelError as error:
        fail(f"{path}: {error}")


def _facts(file: ModelFile, digest: str) -> dict[str, object]:
    report: Report = file.report
    return {
        "name": file.name,
        "checksum": digest,
        "made_at": file.made_at.isoformat(),
        "made_by": file.made_by,
        "intended_use": file.intended_use,
        "seed": file.seed,
        "threshold": file.model.threshold,
        "threshold_rule": file.threshold_rule,
        "calibration": file.model.calibration.method,
        **report.model_dump(mode="json"),
    }


def _line(split: Split) -> str:
    if split.figures is None:
        return f"by {split.by}: not done: {split.skipped}"
    found = split.figures
    values = [
        f"{name} {one.value:.3f} ({one.low:.3f} to {one.high:.3f})" if one.value is not None else f"{name} none"
        for name, one in (("precision", found.precision), ("recall", found.recall), ("F0.5", found.f_half))
    ]
    return f"by {split.by}: {', '.join(values)}. {verdict(split)}"


def _output_folder(output: Path) -> None:
    if not output.parent.is_dir() or output.is_dir():
        fail(f"--output {output}: {'it is a folder' if output.is_dir() else 'its folder does not exist'}", Exit.USAGE)


def _write(output: Path, data: bytes) -> None:
    _output_folder(output)
    try:
        write_durably(output, data)
    except OSError as error:
        fail(f"{output}: {error.strerror}")
