"""`tutela index`: the indexes that searches go through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.table import Table

from tutela.cli.exits import Exit
from tutela.cli.matchers import indexing
from tutela.cli.output import cells, err, fail, out, print_json
from tutela.cli.place import workplace
from tutela.detection.matcher import UnknownKind
from tutela.storage.lists.index_states import IndexState, index_states
from tutela.storage.settings import BadSettings

app = typer.Typer(help="The indexes of the lists: made of the database, and made again from it.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object for each kind of fingerprint.")]


@app.command()
def show(as_json: AsJson = False) -> None:
    """Show the index of each kind of fingerprint as it lies on disk. Changes nothing."""
    with workplace() as place:
        states = index_states(place.indexes, place.lists)
    _print(states, as_json=as_json)


@app.command()
def check(as_json: AsJson = False) -> None:
    """Verify every byte of every index. Exit code 1 if one is damaged. Changes nothing."""
    with workplace() as place:
        states = index_states(place.indexes, place.lists, verify=True)
    _print(states, as_json=as_json)
    for state in states:
        if state.problem:
            err.print(f"tutela: {state.problem}", markup=False)
    if any(state.problem for state in states):
        raise typer.Exit(int(Exit.FAILED))
    if not as_json:
        out.print("every byte is as it was written")


@app.command()
def compact(
    everything: Annotated[bool, typer.Option("--all", help="Merge all segments, not only many small ones.")] = False,
    as_json: AsJson = False,
) -> None:
    """Bring the indexes up to date and merge their segments. A server does so by itself; others may go on meanwhile."""
    with workplace() as place:
        with _telling(), indexing() as tell:
            place.indexes.now(tell)
            merged = place.indexes.compact(everything=everything, progress=tell)
        states = index_states(place.indexes, place.lists)
    _print(states, as_json=as_json)
    if not as_json:
        out.print("merged" if merged else "there was nothing to merge")


@app.command()
def rebuild(as_json: AsJson = False) -> None:
    """Delete the indexes and make them again from the database. Nothing else is lost; a server goes on meanwhile."""
    with workplace() as place:
        try:
            with _telling(), indexing() as tell:
                place.indexes.forget()
                place.indexes.now(tell)
        except KeyboardInterrupt:
            err.print("stopped; what is missing is made when it is next needed")
            raise typer.Exit(int(Exit.INTERRUPTED)) from None
        states = index_states(place.indexes, place.lists)
    _print(states, as_json=as_json)


@contextmanager
def _telling() -> Iterator[None]:
    try:
        yield
    except UnknownKind as error:
        raise BadSettings(str(error)) from error
    except OSError as error:
        fail(f"the indexes could not be written: {error.strerror}; make room and give the command again")


def _print(states: Sequence[IndexState], *, as_json: bool) -> None:
    if as_json:
        for state in states:
            print_json(_line(state))
        return
    if not states:
        out.print("There is no entry yet, and so no index: tutela hashlist import")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("kind", "entries", "rows", "segments", "bytes", "bytes a row", "revision", "state"):
        table.add_column(column, justify="left" if column in ("kind", "state") else "right")
    for state in states:
        numbers = (state.entries, state.rows, state.segments, state.bytes)
        table.add_row(
            *cells(
                state.kind, *(f"{n:,}" for n in numbers), f"{state.bytes_per_row:,.1f}", str(state.revision), _of(state)
            )
        )
    out.print(table)


def _of(state: IndexState) -> str:
    if state.problem:
        return "damaged"
    return "up to date" if state.up_to_date else "behind: the next search brings it up to date"


def _line(state: IndexState) -> dict[str, Any]:
    return {
        "kind": state.kind, "entries": state.entries, "rows": state.rows, "segments": state.segments,
        "bytes": state.bytes, "bytes_per_row": round(state.bytes_per_row, 2), "revision": state.revision,
        "up_to_date": state.up_to_date, "problem": state.problem or None,
    }  # fmt: skip
