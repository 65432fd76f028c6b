"""Observations as SDMX-CSV, there and back: the flow `TUTELA:ARTICLE9(1.0)`."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal, InvalidOperation

from tutela.statistics.figure import Status
from tutela.statistics.publishing.sdmx import EU, Flow, RefusedSdmx, as_sdmx, obs_status, read_sdmx
from tutela.statistics.union.amount import Amount, Precision, between
from tutela.statistics.union.measure import Measure, Unit
from tutela.statistics.union.observation import Caveat, Dimension, Missing, Observation, Reporter, Source
from tutela.statistics.union.period import Period

_BROKEN_DOWN: tuple[Dimension, ...] = tuple(d for d in Dimension if d is not Dimension.STATE)
FLOW = Flow(
    "TUTELA:ARTICLE9(1.0)",
    (
        "OBS_ID", "REPORTER_KIND", "REPORTER", "REF_AREA", "MEASURE", "UNIT_MEASURE", "TIME_PERIOD",
        *(d.value.upper() for d in _BROKEN_DOWN),
    ),
    ("STATUS_DETAIL", "PRECISION", "LOW", "HIGH", "STEP", "PERIOD_TOLD", "CAVEATS", "PROSE", "SOURCE"),
)  # fmt: skip
"""`OBS_ID` names the place, so that one fact that is told twice is two observations. `_T` is what is not broken down,
`_U` what nobody told. `OBS_VALUE` is the number as it was stated, empty for a range; `LOW` and `HIGH` are its ends."""
ALL, UNTOLD = "_T", "_U"
_RANGE = re.compile(r"\d{4}-\d\d-\d\d/P\d+D", re.ASCII)


def observations_as_sdmx(observations: tuple[Observation, ...]) -> str:
    """Return one line for each observation."""
    return as_sdmx(FLOW, (_line(one) for one in observations))


def observations_of_sdmx(text: str, document: str) -> tuple[Observation, ...]:
    """Return what a text tells; the source of each is its line in `document`. Raises RefusedSdmx with the line."""
    found = []
    for number, line in enumerate(read_sdmx(FLOW, text), start=2):
        try:
            found.append(_observation(line, Source(document, "en", words=f"line {number}: {line['OBS_ID']}")))
        except (ValueError, InvalidOperation) as error:
            raise RefusedSdmx(f"line {number}: {error}") from error
    return tuple(found)


def time_period(period: Period) -> str:
    """Return a period in a form of SDMX: year, half, month, day, or first day and length (`2021-08-02/P365D`)."""
    if period.start != period.end:
        return f"{period.first}/P{period.days}D"
    return str(period.start).replace("-H", "-S")


def _line(one: Observation) -> dict[str, str]:
    amount = one.amount
    ends = amount or (one.value.within if isinstance(one.value, Missing) else None)
    return {
        "OBS_ID": one.id,
        "REPORTER_KIND": one.reporter.kind,
        "REPORTER": one.reporter.code,
        "REF_AREA": _area(one),
        "MEASURE": one.measure.value,
        "UNIT_MEASURE": one.unit.value,
        "TIME_PERIOD": time_period(one.period) if one.period else UNTOLD,
        **{d.value.upper(): one.by(d) or ALL for d in _BROKEN_DOWN},
        "OBS_VALUE": _plain(amount.stated) if amount else "",
        "OBS_STATUS": obs_status(
            one.status,
            estimated=amount is not None and amount.precision is not Precision.EXACT,
            provisional=bool({Caveat.NOT_FINAL, Caveat.DYNAMIC_DATA} & set(one.caveats)),
        ),
        "STATUS_DETAIL": one.status.value,
        "PRECISION": ends.precision.value if ends else "",
        "LOW": _plain(ends.low) if ends else "",
        "HIGH": _plain(ends.high) if ends else "",
        "STEP": _plain(ends.step) if ends else "",
        "PERIOD_TOLD": str(one.period) if one.period else "",
        "CAVEATS": ";".join(c.value for c in one.caveats),
        "PROSE": "Y" if one.prose else "N",
        "SOURCE": " | ".join(" ".join(str(s).split()) for s in one.sources),
    }


def _area(one: Observation) -> str:
    """Whom it is about: a state, the Union, or nobody said."""
    if (state := one.by(Dimension.STATE)) is not None:
        return state
    if one.reporter.kind == "state":
        return one.reporter.code
    return EU if one.reporter.kind == "union" or one.by(Dimension.REGION) == "EU" else UNTOLD


def _observation(line: dict[str, str], source: Source) -> Observation:
    kind, area = line["REPORTER_KIND"], line["REF_AREA"]
    reporter = Reporter(kind, line["REPORTER"])  # type: ignore[arg-type]
    by: list[tuple[Dimension, str]] = [(d, value) for d in _BROKEN_DOWN if (value := line[d.value.upper()]) != ALL]
    if area not in {EU, UNTOLD} and not (kind == "state" and area == reporter.code):
        by.append((Dimension.STATE, area))
    period = Period.parse(line["PERIOD_TOLD"]) if line["PERIOD_TOLD"] else _period(line["TIME_PERIOD"])
    if period is not None and line["TIME_PERIOD"] != time_period(period):
        raise ValueError(f"PERIOD_TOLD {period} is not TIME_PERIOD {line['TIME_PERIOD']}")
    status = Status(line["STATUS_DETAIL"])
    if (status is Status.VALUE) == (line["OBS_STATUS"] in {"L", "M", "O", "Q"}):
        raise ValueError(f"OBS_STATUS {line['OBS_STATUS']} does not go with {status.value}")
    ends = () if status is Status.SUPPRESSED else ("LOW", "HIGH", "PRECISION", "STEP")
    if status is not Status.VALUE and any(line[name] for name in ("OBS_VALUE", *ends)):
        raise ValueError(f"{status.value} has no value")
    return Observation(
        id=line["OBS_ID"],
        reporter=reporter,
        measure=Measure(line["MEASURE"]),
        unit=Unit(line["UNIT_MEASURE"]),
        period=period,
        value=_amount(line) if status is Status.VALUE else Missing(status, _ends(line)),
        sources=(source,),
        breakdown=tuple(sorted(by)),
        caveats=tuple(Caveat(c) for c in line["CAVEATS"].split(";") if c),
        prose={"Y": True, "N": False}[line["PROSE"]] if line["PROSE"] in {"Y", "N"} else False,
    )


def _amount(line: dict[str, str]) -> Amount:
    stated, low, high, step = (
        Decimal(line[name]) if line[name] else None for name in ("OBS_VALUE", "LOW", "HIGH", "STEP")
    )
    precision = Precision(line["PRECISION"] or "exact")
    if low is None:
        if stated is None or precision is not Precision.EXACT:
            raise ValueError(f"a value that is {precision.value} has its LOW")
        low = high = stated
    return Amount(precision, low, high, stated, step)


def _ends(line: dict[str, str]) -> Amount | None:
    """Return between what the count lies that is suppressed, where that is told."""
    return between(Decimal(line["LOW"]), Decimal(line["HIGH"]) if line["HIGH"] else None) if line["LOW"] else None


def _period(text: str) -> Period | None:
    if text == UNTOLD:
        return None
    if not _RANGE.fullmatch(text):
        return Period.parse(text.replace("-S", "-H"))
    first, _, days = text.partition("/P")
    start = Period.parse(first)
    return Period.parse(f"{start.first}/{start.first + timedelta(days=int(days[:-1]) - 1)}")


def _plain(number: Decimal | None) -> str:
    return "" if number is None else format(number.normalize(), "f")
