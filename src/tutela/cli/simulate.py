"""`tutela simulate`: made-up regimes of which the truth is known, told through the real statistics."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from tutela.cli.exits import Exit
from tutela.cli.output import cells, fail, out, print_json
from tutela.cli.progress import counting
from tutela.cli.simulate_provider import provider
from tutela.cli.union_data import words_of

if TYPE_CHECKING:
    from tutela.statistics.simulation.regime import Simulated
    from tutela.statistics.simulation.summary import Summary


app = typer.Typer(invoke_without_command=True)
app.command()(provider)


@app.callback()
def simulate(
    context: typer.Context,
    seed: Annotated[int, typer.Option(help="The same seed gives the same regimes.")] = 1,
    regimes: Annotated[int, typer.Option(min=1, max=100_000, help="How many.")] = 1,
    events: Annotated[int, typer.Option(min=250, max=1_000_000, help="How much happens in each, at most.")] = 2000,
    undeclared: Annotated[
        float, typer.Option(min=0, max=1, help="How often a figure or register has an error that nobody declares.")
    ] = 0.0,
    folder: Annotated[
        Path | None, typer.Option("--out", help="Folder to write to: report.json, and what was sent in.")
    ] = None,
    keep: Annotated[
        int, typer.Option(min=0, help="Of how many regimes the submissions and data sets are written.")
    ] = 1,
    language: Annotated[str, typer.Option("--lang", help="The language of the table: en or sv.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line: each regime, then all.")] = False,
) -> None:
    """Let made-up regimes happen, tell them through the real statistics, and hold those against what happened.

    Ends with 1 if a bound misses the truth though nobody made an error without declaring it.
    """
    from tutela.statistics.simulation.as_json import simulated_as_json, summary_as_json
    from tutela.statistics.simulation.regime import simulate as simulated
    from tutela.statistics.simulation.summary import Summary

    if context.invoked_subcommand is not None:
        _refuse_own_options(context)
        return
    words_of(language)
    whole = Summary(seed, events, undeclared)
    with counting() as bar:
        task = bar.add_task("regimes", total=regimes)
        for number in range(1, regimes + 1):
            one = simulated(seed, number, events, undeclared)
            whole.add(one)
            if as_json:
                print_json(simulated_as_json(one))
            if folder is not None and number <= keep:
                _write(folder, _files(one))
            bar.advance(task)
    if folder is not None:
        _write(folder, [("report.json", _indented(summary_as_json(whole)))])
    if as_json:
        print_json(summary_as_json(whole))
    else:
        _show(whole, one if regimes == 1 else None, language)
    if whole.broken:
        raise typer.Exit(int(Exit.FAILED))


def _refuse_own_options(context: typer.Context) -> None:
    sources = (context.get_parameter_source(name) for name in context.params)
    if any(source is not None and source.name == "COMMANDLINE" for source in sources):
        fail(f"options of `{context.invoked_subcommand}` stand after its name", Exit.USAGE)


def _show(whole: Summary, single: Simulated | None, language: str) -> None:
    from tutela.statistics.simulation.wording import wording

    told = wording(language)
    heads = told.headings if single is not None else told.summary_headings
    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, head in enumerate(heads):
        table.add_column(head, justify="left" if number == 0 else "right")
    lines = (
        [told.line(one) for one in single.held]
        if single is not None
        else [told.summary_line(one) for one in whole.answered.values()]
    )
    for line in lines:
        table.add_row(*cells(*line))
    out.print(table)
    for text in told.told(whole):
        out.print(text, markup=False)


def _files(one: Simulated) -> Iterable[tuple[str, bytes]]:
    from tutela.statistics.simulation.as_json import simulated_as_json
    from tutela.statistics.union.dataset_file import written

    name = f"regime-{one.number}"
    yield f"{name}/truth.json", _indented(simulated_as_json(one))
    yield f"{name}/dataset.json", written(one.data)
    for sent in one.submitted:
        yield f"{name}/submissions/{sent.reporter.kind}-{sent.reporter.code}/{sent.file.name}", sent.file.content


def _indented(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _write(folder: Path, files: Iterable[tuple[str, bytes]]) -> None:
    try:
        for name, content in files:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    except OSError as error:
        fail(f"--out {folder}: {error.strerror}", Exit.USAGE)
