"""`tutela lookup`: is this on a list?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from tutela.cli.exits import Exit
from tutela.cli.matchers import detection_line, followed_matcher
from tutela.cli.output import cells, err, fail, out, print_json
from tutela.cli.place import workplace
from tutela.detection.fingerprints.fingerprint import Fingerprint, FingerprintKind
from tutela.detection.hashlists.hashlist import ListRole, UnknownList
from tutela.detection.hashlists.reading import EntryReader
from tutela.detection.hashlists.rows import Format, UnreadableFile
from tutela.detection.matcher import Detection, Matcher
from tutela.storage.workplace import Workplace


@dataclass(frozen=True, slots=True)
class _Asked:
    """What one argument asks for: fingerprints by kind, and what could not be made of a file."""

    name: str
    by_kind: Mapping[str, Sequence[Fingerprint]]
    problem: str = ""


def lookup(
    asked: Annotated[
        list[str], typer.Argument(help="A fingerprint as in list files, or a file.", metavar="VALUE|FILE...")
    ],
    kind: Annotated[
        str | None, typer.Option(help="What values are, such as pdq; of files, look up this kind alone.")
    ] = None,
    lists: Annotated[list[str] | None, typer.Option("--list", help="A list to look in; all if not given.")] = None,
    threshold: Annotated[
        int | None, typer.Option(min=0, help="In place of the configured one; for one kind of fingerprint.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for each argument.")] = False,
) -> None:
    """Look fingerprints up in the lists, disabled entries too. Nothing is recorded or changed.

    Exit code 0 whether or not something is found, 3 if a fingerprint of a file could not be made.
    """
    with workplace() as place:
        if kind is not None and kind not in place.kinds:
            fail(f"no fingerprint is called {kind!r}: {', '.join(place.kinds)}", Exit.USAGE)
        every = [_read(place, text, kind) for text in asked]
        if threshold is not None and len({name for one in every for name in one.by_kind}) > 1:
            fail("--threshold is for one kind, since each counts in units of its own: give --kind too", Exit.USAGE)
        try:
            matcher = followed_matcher(place, lists)
            answers = [_answers(matcher, one, threshold, kind) for one in every]
        except (UnknownList, ValueError) as error:
            fail(str(error), Exit.USAGE)
        units = {name: one.UNIT for name, one in place.kinds.items()}
    for one, found in zip(every, answers, strict=True):
        if one.problem:
            err.print(f"tutela: {one.name}: {one.problem}", markup=False)
        if as_json:
            print_json(_line(one, found, units))
        else:
            _show(one, found, units)
    raise typer.Exit(int(Exit.PARTLY if any(one.problem for one in every) else Exit.DONE))


def _read(place: Workplace, text: str, kind: str | None) -> _Asked:
    path = Path(text)
    try:
        is_file = path.is_file()
    except OSError:
        is_file = False  # longer than a name can be
    if not is_file:
        return _value(text, kind, place.kinds)
    made = place.workers.submit(path, place.kinds.values()).result()
    by_kind = {name: found for name in place.kinds if (found := made.of(name)) and kind in (None, name)}
    return _Asked(text, by_kind, made.reason if made.failure else "")


def _value(text: str, kind: str | None, kinds: Mapping[str, FingerprintKind]) -> _Asked:
    try:
        reader = EntryReader(StringIO(text), kinds, format_=Format.LINES, only_kind=kind)
        entries = list(reader)
    except UnreadableFile as error:
        fail(str(error), Exit.USAGE)
    if reader.bad or len(entries) != 1:
        why = reader.bad[0].reason if reader.bad else "give one value"
        fail(f"{text[:80]!r} is no file and no fingerprint: {why}", Exit.USAGE)
    (entry,) = entries
    return _Asked(text.strip(), {entry.kind: [Fingerprint(entry.kind, entry.value, computed="given")]})


def _answers(matcher: Matcher, asked: _Asked, threshold: int | None, kind: str | None) -> list[Detection]:
    found: list[Detection] = []
    for name, fingerprints in asked.by_kind.items():
        # A kind without a threshold is refused where it was asked for, and left out where a file happens to have it.
        if threshold is not None or name in matcher.thresholds or kind == name or len(asked.by_kind) == 1:
            found += matcher.lookup(fingerprints, threshold)
    return sorted(found, key=lambda d: (d.share, d.technology, d.entry))


def _line(asked: _Asked, found: Sequence[Detection], units: Mapping[str, str]) -> dict[str, Any]:
    return {
        "asked": asked.name,
        "kinds": list(asked.by_kind),
        "problem": asked.problem or None,
        "answers": [
            {**detection_line(d), "unit": units[d.technology], "role": d.role.value, "enabled": d.enabled}
            for d in found
        ],
    }


def _show(asked: _Asked, found: Sequence[Detection], units: Mapping[str, str]) -> None:
    shown = asked.name if len(asked.name) <= 80 else f"{asked.name[:77]}..."
    if not found:
        out.print(f"{shown}: on no list".encode("utf-8", "backslashreplace").decode(), markup=False)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("asked", "list", "role", "entry", "kind", "distance", "orientation", "class", "enabled"):
        table.add_column(column, overflow="fold")
    for d in found:
        distance = f"{d.distance:,} {units[d.technology]}" if units[d.technology] else "same"
        table.add_row(
            *cells(
                shown,
                d.hashlist,
                "harmless" if d.role is ListRole.HARMLESS else "match",
                str(d.entry),
                d.technology,
                distance,
                d.orientation.value.replace("_", " "),
                d.classification or "",
                "yes" if d.enabled else "no: cannot match",
            )
        )
    out.print(table)
