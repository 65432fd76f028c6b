"""The Union's report: its tables, what is proved of its totals, what does not add up, each figure with its source."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request
from fastapi.responses import Response
from markupsafe import Markup

from tutela.access.ports import Session
from tutela.access.roles import Permission
from tutela.statistics.union import naming, parts
from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.dataset_file import PACKAGED, packaged
from tutela.statistics.union.errata import printed
from tutela.statistics.union.findings.registry import checks
from tutela.statistics.union.measure import Measure
from tutela.statistics.union.observation import Caveat, Observation, Reporter
from tutela.statistics.union.period import Period
from tutela.statistics.union.publishing.article9 import Report, report_of
from tutela.statistics.union.sums.adding import addition
from tutela.statistics.union.sums.question import STRICT, Question, Whose, longest, units
from tutela.statistics.union.sums.total import Total, total
from tutela.statistics.union.sums.wording import bound_lines, ends, name, steps, sum_headings, sum_lines
from tutela.statistics.union.tables.labels import name_of
from tutela.statistics.union.words import ENGLISH, Words, languages, words
from tutela.web.console.pages import page
from tutela.web.current import Allowed
from tutela.web.translation import gettext, language_of

router = APIRouter(prefix="/union")
Reader = Annotated[Session, Depends(Allowed(Permission.SEE_RETURN))]
DATASET = PACKAGED[0]


@router.get("")
def show(
    request: Request,
    session: Reader,
    table: Annotated[int, Query(ge=1, le=9)] = 6,
    measure: Annotated[Measure, Query()] = Measure.CONVICTIONS,
    of: Annotated[Whose, Query()] = "state",
    period: Annotated[str, Query(max_length=40)] = "",
    without: Annotated[list[Caveat] | None, Query()] = None,
    check: Annotated[str, Query(max_length=60)] = "",
    drawing: Annotated[int, Query(ge=0, le=99)] = 0,
) -> Response:
    """Show a table of the report, what is proved of a measure, a drawing and the findings of a check."""
    told = _words(request)
    data, report = packaged(DATASET), _report(told.language)
    refused, proved = _proved(data, measure, of, period, frozenset(without or ()))
    shown = [f for f in report.told if not check or f.check == check]
    return page(
        request,
        "union.html",
        session,
        report=report,
        told=told,
        table=report.tables[table - 1],
        reporters=_reporters(report, table),
        errata={(e.row, e.column): printed(e, told) for e, _ in report.errata if e.table == table},
        measures=[
            (m, naming.measure(m, told)) for m in Measure if units(data, m, "state") or units(data, m, "provider")
        ],
        caveats=[(c, naming.caveat(c, told)) for c in Caveat if c in STRICT],
        asked={
            "measure": measure,
            "of": of,
            "period": period,
            "without": without or [],
            "check": check,
            "drawing": drawing,
        },
        refused=refused,
        lines=sum_lines(data, addition(data, measure, whose=of), of, told) if proved else [],
        bounds=bound_lines(proved, told) if proved else [],
        headings=sum_headings(told),
        rows=_rows(proved, told) if proved else [],
        checks=_checks(report, told),
        findings=shown,
        drawings=[(d.title, Markup(d.svg), d.says) for s in report.sections for d in s.drawings],  # noqa: S704 - ours
    )


@router.get("/{reporter_kind}/{reporter_code}")
def show_reporter(
    request: Request,
    session: Reader,
    reporter_kind: Annotated[str, Path(max_length=20)],
    reporter_code: Annotated[str, Path(max_length=40)],
) -> Response:
    """Show every figure that somebody told, with its caveats, the place in each language, and its findings."""
    told = _words(request)
    data, report = packaged(DATASET), _report(told.language)
    try:
        reporter = Reporter.parse(f"{reporter_kind}:{reporter_code}")
    except ValueError as error:
        raise HTTPException(404) from error
    found = [o for o in data.observations if o.reporter == reporter]
    if not found:
        raise HTTPException(404)
    names = {o.id for o in found}
    return page(
        request,
        "union_reporter.html",
        session,
        told=told,
        who=name_of(reporter, told),
        report=report,
        rows=[_figure(o, told) for o in found],
        findings=[f for f in report.told if names & set(f.places)],
    )


@cache
def _report(language: str) -> Report:
    return report_of(packaged(DATASET), language)


def _checks(report: Report, told: Words) -> list[tuple[str, str, int]]:
    """The checks that found something: id, what each asks, how many it found."""
    counts = Counter(f.check for f in report.findings)
    return [(c.id, told.gettext(c.asks), counts[c.id]) for c in checks() if counts[c.id]]


def _words(request: Request) -> Words:
    """The report's words in the language of the page; English where the report has no catalogue for it."""
    language = language_of(request)
    return words(language if language in languages() else ENGLISH)


def _reporters(report: Report, table: int) -> list[str]:
    from tutela.statistics.union.tables.report import tables_of

    return [f"{r.kind}/{r.code}" for r in tables_of(report.data)[table - 1].reporters(report.data)]


def _proved(
    data: Dataset, measure: Measure, of: Whose, period: str, without: frozenset[Caveat]
) -> tuple[str, Total | None]:
    """Return what is proved, or what is wrong with the question."""
    told = units(data, measure, of)
    try:
        span = Period.parse(period) if period else longest(data, measure, of)
    except ValueError:
        return gettext("a period is a day, month, half or year, or two with a slash, such as 2021/2022"), None
    if not told or span is None:
        return gettext("nobody told a number of it that can be added"), None
    return "", total(data, Question(measure, told[0], span, of, without=without))


def _rows(proved: Total, told: Words) -> list[tuple[str, str, str, str, str]]:
    whose = proved.question.whose
    return [
        (
            f"{whose}/{s.code}",
            name(s.code, whose, told),
            ends(s.amount, told),
            steps(s.span.low_steps, told) if s.span.low_steps else "",
            steps(s.span.high_steps, told) if s.span.high is not None else "",
        )
        for s in proved.shares
        if s.told
    ]


def _figure(one: Observation, told: Words) -> tuple[str, str, str, str, str, list[str]]:
    value = f"{told.told(one.amount)} {naming.unit(one.unit, told)}" if one.amount else naming.status(one.status, told)
    what = naming.measure(one.measure, told)
    which = parts.of(one, told)
    return (
        one.id,
        f"{what} ({which})" if which else what,
        told.period(one.period) if one.period else "-",
        value,
        "; ".join(naming.caveat(c, told) for c in one.caveats),
        [naming.source(s, told) for s in one.sources],
    )
