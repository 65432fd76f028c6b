"""`tutela statistics sum`, `coverage` and `errors`: what may be added, and what can be proved where it may not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from tutela.cli.exits import Exit
from tutela.cli.output import cells, fail, out, print_json
from tutela.cli.union_data import COM_2023_797, DatasetName, read_dataset, words_of

if TYPE_CHECKING:
    from tutela.statistics.union.dataset import Dataset
    from tutela.statistics.union.measure import Measure, Unit
    from tutela.statistics.union.observation import Caveat, Dimension
    from tutela.statistics.union.period import Period
    from tutela.statistics.union.sums.question import Question, Whose

_Period = Annotated[
    str | None,
    typer.Option(
        metavar="PERIOD", help="2022, 2021-H2, 2021-08, a day, or two with a slash. Default: all that is told."
    ),
]
_Language = Annotated[str, typer.Option("--lang", help="The language of the explanation.")]
_Json = Annotated[bool, typer.Option("--json", help="One JSON object.")]


def sum_(
    measure: Annotated[str, typer.Argument(help="What to add, such as convictions or reports_received.")],
    dataset: DatasetName = COM_2023_797,
    period: _Period = None,
    of: Annotated[
        str, typer.Option("--of", help="Of all Member States (state) or of all providers (provider).")
    ] = "state",
    unit: Annotated[str | None, typer.Option(help="Default: the unit in which most told it.")] = None,
    by: Annotated[list[str] | None, typer.Option(help="A part, such as gender=female; may be given again.")] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(help="A caveat whose figures count only for what they prove; may be given again."),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Without every caveat that changes what is counted.")
    ] = False,
    language: _Language = "en",
    as_json: _Json = False,
) -> None:
    """Add the figures of a measure, or say why they may not be added; then what is proved of the total, and how."""
    from tutela.statistics.union.sums.adding import addition
    from tutela.statistics.union.sums.as_json import addition_as_json, total_as_json
    from tutela.statistics.union.sums.question import STRICT
    from tutela.statistics.union.sums.total import total
    from tutela.statistics.union.sums.wording import bound_lines, ends, name, steps, sum_headings, sum_lines

    told = words_of(language)
    data = read_dataset(dataset)
    excluded = STRICT if strict else frozenset(map(_caveat, without or ()))
    question = _question(data, _measure(measure), of, unit, period, by or [], excluded)
    added = addition(data, question.measure, whose=question.whose, by=question.by, period=question.period)
    proved = total(data, question)
    if as_json:
        print_json({"addition": addition_as_json(added), "bounds": total_as_json(proved)})
        return
    for line in [*sum_lines(data, added, question.whose, told), "", *bound_lines(proved, told)]:
        out.print(line, markup=False)
    table = Table(*sum_headings(told), box=None, pad_edge=False, header_style="bold")
    for share in proved.shares:
        above = steps(share.span.high_steps, told) if share.span.high is not None else ""
        below = steps(share.span.low_steps, told) if share.span.low_steps else ""
        if share.told:
            table.add_row(*cells(name(share.code, question.whose, told), ends(share.amount, told), below, above))
    out.print(table)


def coverage(
    dataset: DatasetName = COM_2023_797,
    period: _Period = None,
    language: _Language = "en",
    as_json: _Json = False,
) -> None:
    """Compare the reports that Member States received with those sent to them, with bounds.

    Without --period each Member State in the period that its own figure is of; with it all in that one.
    """
    from tutela.statistics.union.sums.as_json import coverage_as_json
    from tutela.statistics.union.sums.coverage import coverage as covered
    from tutela.statistics.union.sums.coverage import own_coverage
    from tutela.statistics.union.sums.wording import coverage_headings, ends, ratio, whose_coverage

    told = words_of(language)
    data = read_dataset(dataset)
    rows = own_coverage(data) if period is None else covered(data, _period(period))
    if as_json:
        print_json({"coverage": coverage_as_json(rows)})
        return
    table = Table(*coverage_headings(told), box=None, pad_edge=False, header_style="bold")
    for row in rows:
        line = (
            whose_coverage(row, told),
            told.period(row.period),
            ends(row.received, told),
            ends(row.sent, told),
            ratio(row, told),
        )
        table.add_row(*cells(*line))
    out.print(table)


def errors(
    period: Annotated[str, typer.Option(metavar="PERIOD", help="Such as 2023, a year of the providers' returns.")],
    dataset: DatasetName = COM_2023_797,
    kind: Annotated[str, typer.Option(help="known, new or solicitation.")] = "known",
    language: _Language = "en",
    as_json: _Json = False,
) -> None:
    """Say which share of what providers flagged is wrong, with bounds for what nobody reviewed."""
    from tutela.statistics.union.sums.as_json import errors_as_json
    from tutela.statistics.union.sums.wording import error_headings, error_line
    from tutela.statistics.union.sums.wrongly_flagged import wrongly_flagged

    told = words_of(language)
    if kind not in {"known", "new", "solicitation"}:
        fail(f"--kind is known, new or solicitation, not {kind}", Exit.USAGE)
    found = wrongly_flagged(read_dataset(dataset), kind, _period(period))
    rows = (*found.providers, found.together)
    if as_json:
        print_json({"errors": errors_as_json(rows)})
        return
    if not found.providers:
        fail("no provider told of its errors in the standard form: a collection of returns does", Exit.FAILED)
    table = Table(*error_headings(told), box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*cells(*error_line(row, told)))
    out.print(table)


def _question(
    data: Dataset, measure: Measure, of: str, unit: str | None, period: str | None, by: list[str],
    without: frozenset[Caveat],
) -> Question:  # fmt: skip
    from tutela.statistics.union.measure import Unit
    from tutela.statistics.union.sums.question import NotSummable, Question, longest, units

    if of not in {"state", "provider"}:
        fail(f"--of is state or provider, not {of}", Exit.USAGE)
    whose: Whose = "state" if of == "state" else "provider"
    told = units(data, measure, whose)
    if unit is None and not told:
        fail(f"no {of} told a number of {measure.value} that can be added", Exit.USAGE)
    try:
        wanted: Unit = Unit(unit) if unit else told[0]
    except ValueError:
        fail(f"--unit is {', '.join(told)}, not {unit}", Exit.USAGE)
    span = _period(period) if period else longest(data, measure, whose)
    if span is None:
        fail("nothing tells of which days the figures are: give --period", Exit.USAGE)
    try:
        return Question(measure, wanted, span, whose, tuple(sorted(_part(data, part) for part in by)), without)
    except NotSummable as error:
        fail(str(error), Exit.USAGE)


def _measure(name: str) -> Measure:
    from tutela.statistics.union.measure import Measure

    try:
        return Measure(name)
    except ValueError:
        fail(f"{name} is no measure: {', '.join(Measure)}", Exit.USAGE)


def _period(text: str) -> Period:
    from tutela.statistics.union.period import Period

    try:
        return Period.parse(text)
    except ValueError as error:
        fail(f"--period: {error}", Exit.USAGE)


def _caveat(name: str) -> Caveat:
    from tutela.statistics.union.observation import Caveat

    try:
        return Caveat(name)
    except ValueError:
        fail(f"--without {name}: the caveats are {', '.join(Caveat)}", Exit.USAGE)


def _part(data: Dataset, text: str) -> tuple[Dimension, str]:
    from tutela.statistics.union.observation import Dimension

    name, _, value = text.partition("=")
    try:
        dimension = Dimension(name)
    except ValueError:
        fail(f"--by {text}: write it as gender=female; the dimensions are {', '.join(Dimension)}", Exit.USAGE)
    told = sorted({v for one in data.observations for k, v in one.breakdown if k is dimension})
    if value not in told:
        fail(f"--by {text}: told are {', '.join(f'{name}={v}' for v in told) or 'none'}", Exit.USAGE)
    return dimension, value
