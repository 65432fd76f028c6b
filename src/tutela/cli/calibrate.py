"""`tutela calibrate`: what a classifier's scores can be trusted with, and whether they still lie as they did."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperGroup

from tutela.cli.calibration_report import CalibrationReport, drift_figures, print_drift
from tutela.cli.exits import Exit
from tutela.cli.output import err, fail, print_json
from tutela.cli.reliability_plot import reliability_plot
from tutela.detection.classifiers.calibration.drift import DriftCheck, check_labelled, check_unlabelled
from tutela.detection.classifiers.calibration.fitting import fit
from tutela.detection.classifiers.calibration.labelled import LabelledScores, TooFewLabels
from tutela.detection.classifiers.calibration.reading import BadScoreFile, Columns, ScoreFile, read_scores
from tutela.detection.classifiers.calibration.record import BadCalibration, Calibration, read_calibration, written
from tutela.detection.classifiers.calibration.target import Target


class _ScoresOrDrift(TyperGroup):
    """`tutela calibrate FILE` stands for `tutela calibrate scores FILE`."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        if args and args[0] not in self.commands and args[0] != "--help":
            args = ["scores", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(cls=_ScoresOrDrift, help="Find the threshold of a classifier from labelled scores, and watch drift.")


@app.callback()
def calibrate() -> None:
    """Find the threshold of a classifier from labelled scores, and watch drift.

    `tutela calibrate FILE ...` is short for `tutela calibrate scores FILE ...`.
    """


@app.command("scores")
def scores(
    file: Annotated[Path, typer.Argument(help="Labelled scores: .csv or .jsonl with score and label.", metavar="FILE")],
    target_precision: Annotated[
        float | None, typer.Option(help="At least this share of what is flagged is what is sought, such as 0.99.")
    ] = None,
    target_fpr: Annotated[
        float | None, typer.Option(help="At most this share of what is not sought is flagged, such as 0.001.")
    ] = None,
    confidence: Annotated[float, typer.Option(help="How sure the promise is: 0.5 to below 1.")] = 0.95,
    prevalence: Annotated[float, typer.Option(help="The share of positives in the traffic to come.")] = 1e-6,
    weights: Annotated[
        str | None, typer.Option(help="Column that says how many items one stands for.", metavar="COLUMN")
    ] = None,
    group: Annotated[
        str | None,
        typer.Option(help="Column of what draws items together, such as the account.", metavar="COLUMN"),
    ] = None,
    classifier: Annotated[str | None, typer.Option(help="Name and version of the classifier, and the label.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the halves that are drawn.")] = 0,
    out: Annotated[Path | None, typer.Option(help="Write the calibration to this .json file.")] = None,
    plot: Annotated[Path | None, typer.Option(help="Write the reliability plot to this .svg file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Find the lowest threshold that meets a target, with a promise that holds though the same items chose it.

    Exit code 1 if no threshold meets it; then nothing is written to --out, and it is said how many items lack.
    """
    for option, path in (("--out", out), ("--plot", plot)):
        if path is not None and not path.parent.is_dir():
            fail(f"{option} {path}: its folder does not exist", Exit.USAGE)
    if not 0 < prevalence < 1:
        fail(f"--prevalence lies between 0 and 1, not at {prevalence:g}", Exit.USAGE)
    if classifier is not None and len(classifier) > 200:
        fail("--classifier has at most 200 characters", Exit.USAGE)
    try:
        target = _target(target_precision, target_fpr, confidence)
        read = read_scores(file, Columns(weights, group))
        labelled = read.labelled
        fitted = fit(labelled, target, read.sha256, classifier, seed)
        report = CalibrationReport(labelled, target, fitted, prevalence)
        figures = report.figures()
    except (BadScoreFile, TooFewLabels) as error:
        fail(str(error), Exit.USAGE)
    if plot is not None:
        _write("--plot", plot, reliability_plot(fitted.reliability))
    if out is not None and fitted.calibration is not None:
        _write("--out", out, written(fitted.calibration))
    if as_json:
        print_json(figures)
    else:
        report.print()
    raise typer.Exit(int(Exit.DONE if fitted.calibration is not None else Exit.FAILED))


@app.command("drift")
def drift(
    file: Annotated[Path, typer.Argument(help="What `tutela calibrate` wrote.", metavar="CALIBRATION")],
    recent: Annotated[
        Path, typer.Argument(help="Recent scores, drawn as those of the calibration were: .csv or .jsonl.")
    ],
    false_alarms: Annotated[
        float, typer.Option(help="The chance that a check finds something where nothing has changed, at most.")
    ] = 0.001,
    prevalence: Annotated[
        float, typer.Option(help="At most this share of recent items without labels is what is sought.")
    ] = 1e-3,
    group: Annotated[
        str | None, typer.Option(help="Column of what draws items together, such as the account.", metavar="COLUMN")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the draw of one item from each group.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Say whether recent scores lie elsewhere than those that a threshold was chosen by.

    Exit code 1 if they do: the promise of the threshold no longer stands.
    """
    try:
        calibration = read_calibration(file)
        if calibration.data.groups is not None and group is None:
            fail(f"{file} was made of groups: name the column of groups with --group", Exit.USAGE)
        found = _compared(calibration, read_scores(recent, Columns(None, group)), false_alarms, prevalence, seed)
    except (BadCalibration, BadScoreFile, ValueError) as error:
        fail(str(error), Exit.USAGE)
    if as_json:
        print_json(drift_figures(calibration, found, false_alarms))
    else:
        print_drift(calibration, found, false_alarms)
    raise typer.Exit(int(Exit.FAILED if found.findings else Exit.DONE))


def _target(precision: float | None, false_positive_rate: float | None, confidence: float) -> Target:
    if (precision is None) is (false_positive_rate is None):
        fail("give --target-precision or --target-fpr: they are different things, and one is promised", Exit.USAGE)
    try:
        if precision is not None:
            return Target("precision", precision, confidence)
        return Target("false_positive_rate", false_positive_rate or 0.0, confidence)
    except ValueError as error:
        fail(str(error), Exit.USAGE)


def _compared(
    calibration: Calibration, read: ScoreFile, false_alarms: float, prevalence: float, seed: int
) -> DriftCheck:
    if read.positive is None:
        # Without labels all stand for one class, and one item of each group is drawn.
        alike = LabelledScores(read.score, read.score < 0, None, read.group).one_of_each_group(seed)
        return check_unlabelled(calibration, alike.score, false_alarms, prevalence)
    labelled = read.labelled
    parts = [labelled.of(of).one_of_each_group(seed).score for of in (labelled.positive, ~labelled.positive)]
    return check_labelled(calibration, parts[0], parts[1], false_alarms)


def _write(option: str, file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        fail(f"{option} {file}: {error.strerror}", Exit.USAGE)
    err.print(f"wrote {file}", markup=False)
