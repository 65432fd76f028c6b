"""What `tutela calibrate` says: the same figures as text and as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import ceil, log, log1p
from typing import Any

from tutela.cli.output import out
from tutela.detection.classifiers.calibration.calibration_error import CalibrationError
from tutela.detection.classifiers.calibration.drift import DriftCheck, DriftFinding
from tutela.detection.classifiers.calibration.fitting import Fitted, prevalence
from tutela.detection.classifiers.calibration.labelled import LabelledScores
from tutela.detection.classifiers.calibration.rates import Range, Rates
from tutela.detection.classifiers.calibration.record import Calibration
from tutela.detection.classifiers.calibration.target import Target
from tutela.detection.classifiers.calibration.thresholds import NoThreshold, Threshold

_BALANCED = 0.5


@dataclass(frozen=True, slots=True)
class CalibrationReport:
    """A calibration in words; `wanted` is the prevalence of the traffic to come."""

    labelled: LabelledScores
    target: Target
    fitted: Fitted
    wanted: float

    def figures(self) -> dict[str, Any]:
        """Return what is printed, for JSON."""
        chosen, rates = self.fitted.chosen, self.fitted.rates
        said: dict[str, Any] = {
            "items": len(self.labelled),
            "positives": int(self.labelled.positive.sum()),
            "prevalence": prevalence(self.labelled),
            "target": asdict(self.target),
            "threshold": asdict(chosen) if isinstance(chosen, Threshold) else None,
            "lacking": asdict(chosen) if isinstance(chosen, NoThreshold) else None,
            "calibration_error": {
                name: {"value": one.value, "low": one.low, "high": one.high} for name, one in self._errors().items()
            },
        }
        if rates is not None:
            said["rates"] = asdict(rates)
            said["precision_at"] = [
                {"prevalence": share, **asdict(rates.precision_at(share))}
                for share in (prevalence(self.labelled), _BALANCED, self.wanted)
            ]
            said["false_positive_rate_needed"] = self._needed(rates)
        return said

    def print(self) -> None:
        """Print it."""
        for line in self._lines():
            out.print(line, markup=False)

    def _lines(self) -> list[str]:
        chosen, rates, target = self.fitted.chosen, self.fitted.rates, self.target
        share, by = prevalence(self.labelled), "by weight " if self.labelled.weight is not None else ""
        sought = f"{int(self.labelled.positive.sum()):,} of them what is sought ({by}{_percent(share)})."
        lines = [f"{len(self.labelled):,} labelled items, {sought}"]
        if isinstance(chosen, NoThreshold):
            return [*lines, f"No threshold: {_promised(target)} cannot be promised.", *_lacking(chosen), *self._told()]
        lines += [
            f"Threshold: {chosen.value!r} (flag what scores that or more).",
            f"Promise: {_promised(target)}, with a confidence of {_percent(target.confidence)}: the bound is "
            f"{_percent(chosen.bound)}, seen were {_percent(chosen.observed)} of {chosen.judged:,} "
            f"({chosen.method}, {chosen.candidates:,} looked at).",
        ]
        if rates is not None:
            lines += self._effects(rates)
        return [*lines, *self._told()]

    def _effects(self, rates: Rates) -> list[str]:
        here = prevalence(self.labelled)
        return [
            "",
            "At this threshold, in a sample mixed like yours:",
            f"  recall               {_range(rates.recall)} of what is sought is flagged",
            f"  false positive rate  {_range(rates.false_positive_rate)} of what is not sought is flagged",
            f"  precision            {_range(rates.precision_at(here))} of what is flagged is what is sought",
            "The last two are different shares: of all that is not sought, and of what is flagged. The first of them",
            "belongs to the classifier, the second changes with how rare the thing is:",
            *(
                f"  {_one_in(share):<22} precision {_range(rates.precision_at(share))}"
                for share in sorted({_BALANCED, here, self.wanted}, reverse=True)
            ),
            *self._of_a_million(rates),
        ]

    def _of_a_million(self, rates: Rates) -> list[str]:
        sought, others = self.wanted * 1e6, (1 - self.wanted) * 1e6
        wrong = rates.false_positive_rate
        lines = [
            f"Of a million items at {_one_in(self.wanted)}: {sought:,.4g} sought, about "
            f"{sought * rates.recall.value:,.2g} of them flagged, and {others * wrong.low:,.0f} to "
            f"{others * wrong.high:,.0f} others flagged wrongly, each for a person to look at.",
        ]
        if (needed := self._needed(rates)) is not None:
            lines.append(
                f"For {_percent(self.target.value)} precision there, at this recall, the false positive rate must be "
                f"at most {needed:.2g}: to promise that takes {_least_negatives(needed, self.target):,.0f} labelled "
                "items that are not sought, none of them flagged."
            )
        return lines

    def _needed(self, rates: Rates) -> float | None:
        """Return the false positive rate at which the target precision would hold at the prevalence wanted."""
        if self.target.kind != "precision" or rates.recall.value == 0:
            return None
        odds = self.wanted / (1 - self.wanted)
        return min(1.0, odds * rates.recall.value * (1 - self.target.value) / self.target.value)

    def _errors(self) -> dict[str, CalibrationError]:
        reliability = self.fitted.reliability
        return {"score": reliability.score, "isotonic": reliability.isotonic, "platt": reliability.platt}

    def _told(self) -> list[str]:
        lines = ["", "Expected calibration error, on a half that the fit did not see (0 is the best):"]
        for name, one in self._errors().items():
            bounds = "no bounds for weights or groups"
            if one.low is not None and one.high is not None:
                bounds = f"{one.low:.4f} to {one.high:.4f}"
            lines.append(f"  {name:<9} {one.value:.4f} ({bounds})")
        return lines


def drift_figures(calibration: Calibration, found: DriftCheck, false_alarms: float) -> dict[str, Any]:
    """Return a check for drift, for JSON."""
    return {"threshold": calibration.threshold, "false_alarms": false_alarms, **asdict(found)}


def print_drift(calibration: Calibration, found: DriftCheck, false_alarms: float) -> None:
    """Print a check for drift."""
    for name, items in found.items.items():
        out.print(f"{items:,} {name}: a shift of the scores by more than {found.smallest[name]:.3f} would be found.")
    for one in found.findings:
        out.print(f"Finding: {_drifted(one)}", markup=False)
    if found.findings:
        out.print(f"The promise of the threshold {calibration.threshold!r} no longer stands: label recent items anew.")
    else:
        out.print("No drift found.")
    out.print(f"A check finds something where nothing has changed with a chance of at most {false_alarms:g}.")


def _drifted(one: DriftFinding) -> str:
    way = "higher" if one.upwards else "lower"
    if one.way == "shape":
        return (
            f"{one.of} score {way} than they did: the distributions lie {one.seen:.3f} apart at a score of "
            f"{one.score:.4g}, where {one.allowed:.3f} is allowed."
        )
    least = "at most" if one.upwards else "at least"
    return f"of {one.of}, {_percent(one.seen)} reach the threshold, where {least} {_percent(one.allowed)} would pass."


def _promised(target: Target) -> str:
    if target.kind == "precision":
        return f"a precision of at least {_percent(target.value)} (in a sample mixed like yours)"
    return f"a false positive rate of at most {_percent(target.value)}"


def _lacking(none: NoThreshold) -> list[str]:
    lines = [f"Why: {none.why}."]
    if none.more is None:
        return [*lines, "More items like these would not help: the classifier does not part them well enough."]
    kind = "negatives" if none.of == "negatives" else "labelled items"
    return [*lines, f"About {none.more:,} more {kind} would do, if they turn out like these."]


def _least_negatives(rate: float, target: Target) -> float:
    return ceil(log(target.miss) / log1p(-rate)) if rate < 1 else 0


def _one_in(share: float) -> str:
    if share > 0.01:
        return f"{_percent(share)} sought"
    return f"one in {1 / share:,.0f}"


def _percent(share: float) -> str:
    return f"{100 * share:.4g} %"


def _range(one: Range) -> str:
    return f"{_percent(one.value)} ({_percent(one.low)} to {_percent(one.high)})"
