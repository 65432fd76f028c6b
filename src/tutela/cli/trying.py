"""`tutela try`: what would a change of lists, thresholds or qualities do?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from io import BufferedReader
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from tutela.cli.exits import Exit
from tutela.cli.matchers import followed_matcher
from tutela.cli.output import err, fail
from tutela.cli.place import workplace
from tutela.cli.progress import share_done
from tutela.cli.trial_report import TrialReport
from tutela.detection.fingerprints.fingerprint import FingerprintKind
from tutela.detection.hashlists.hashlist import HashList, ListRole, UnknownEntry, UnknownList
from tutela.detection.hashlists.reading import EntryReader
from tutela.detection.hashlists.rows import UnreadableFile
from tutela.detection.matcher import Matcher
from tutela.detection.proposal import Proposal, SupposedList, proposed
from tutela.detection.sample import BadSample, SampleReader
from tutela.detection.trying import Trial, compare
from tutela.storage.workplace import Workplace


def try_change(
    sample: Annotated[Path, typer.Option(help="A file that `tutela sample record` wrote.")],
    lists: Annotated[
        list[str] | None, typer.Option("--list", help="Match against this list, now and then; all if not given.")
    ] = None,
    without: Annotated[list[str] | None, typer.Option(help="Suppose that this list were disabled.")] = None,
    with_: Annotated[
        list[Path] | None, typer.Option("--with", help="Suppose that the entries of this file were listed.")
    ] = None,
    roles: Annotated[
        list[ListRole] | None,
        typer.Option("--as", help="What those entries say; once, or for each --with in order. match if not given."),
    ] = None,
    kind: Annotated[str | None, typer.Option(help="Kind of the values of --with that name none, such as pdq.")] = None,
    disable: Annotated[
        list[str] | None, typer.Option(help="Suppose that this entry were disabled.", metavar="LIST:ENTRY")
    ] = None,
    threshold: Annotated[
        list[str] | None, typer.Option(help="Suppose another threshold.", metavar="KIND=NUMBER")
    ] = None,
    minimum_quality: Annotated[
        list[str] | None, typer.Option(help="Suppose another minimum quality.", metavar="KIND=NUMBER")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="JSON Lines: one object for each item that differs, then a summary.")
    ] = False,
) -> None:
    """Judge a recorded sample as things are and as they would be, and show what differs.

    Nothing is recorded, and no list or setting is changed.
    """
    files = with_ or []
    if roles and len(roles) not in (1, len(files)):
        fail("give --as once, or once for each --with", Exit.USAGE)
    with workplace() as place:
        try:
            now = followed_matcher(place, lists)
            current = place.indexes.now()
            for name in without or ():
                place.lists.get(name)
            supposed = _supposed(place.kinds, files, roles or [ListRole.MATCH], kind, {one.id for one in current.lists})
            proposal = Proposal(
                frozenset(without or ()),
                frozenset(_entry(place, text) for text in disable or ()),
                tuple(supposed),
                _numbers("--threshold", threshold or ()),
                _numbers("--minimum-quality", minimum_quality or ()),
            )
            then = proposed(
                place.kinds,
                current.indexes,
                current.lists,
                place.settings.thresholds,
                lists,
                proposal,
                place.settings.clips,
                place.lists.long_value,
            )
            trial = _judged(sample, place.kinds, now, then)
        except (UnknownList, UnknownEntry, ValueError) as error:
            fail(str(error), Exit.USAGE)
        except KeyboardInterrupt:
            err.print("stopped")
            raise typer.Exit(int(Exit.INTERRUPTED)) from None
        report = TrialReport({name: one.UNIT for name, one in place.kinds.items()}, files, supposed)
    if as_json:
        report.print_json(trial)
    else:
        report.print(trial)


def _judged(sample: Path, kinds: Mapping[str, FingerprintKind], now: Matcher, then: Matcher) -> Trial:
    try:
        with sample.open("rb") as stream, share_done() as progress:
            reader = SampleReader(_lines(stream, progress), kinds)
            trial = compare(reader, kinds, now, then)
    except BadSample as error:
        fail(f"--sample {sample}: {error}", Exit.USAGE)
    except OSError as error:
        fail(f"--sample {sample}: {error.strerror}", Exit.USAGE)
    for name in reader.missing:
        err.print(f"note: the sample was recorded without {name}, which scans compare too", markup=False)
    return trial


def _lines(stream: BufferedReader, progress: Progress) -> Iterator[str]:
    size = stream.seek(0, 2)
    stream.seek(0)
    task = progress.add_task("judging", total=size)
    for number, line in enumerate(stream, 1):
        progress.advance(task, len(line))
        try:
            yield line.decode("utf-8")
        except UnicodeDecodeError:
            raise BadSample(f"line {number}: it is not UTF-8") from None


def _supposed(
    kinds: Mapping[str, FingerprintKind],
    files: Sequence[Path],
    roles: Sequence[ListRole],
    kind: str | None,
    taken: set[str],
) -> list[SupposedList]:
    supposed = []
    for number, file in enumerate(files):
        name = f"supposed-{number + 1}"
        while name in taken:
            name += "-x"
        try:
            with file.open(encoding="utf-8", newline="") as stream:
                reader = EntryReader(stream, kinds, name=str(file), only_kind=kind)
                entries = list(reader)
        except OSError as error:
            fail(f"--with {file}: {error.strerror}", Exit.USAGE)
        except UnreadableFile as error:
            fail(f"--with {file}: {error}", Exit.USAGE)
        if reader.rejected:
            first = reader.bad[0]
            fail(f"--with {file}:{first.line}: {first.reason} ({reader.rejected:,} such rows)", Exit.USAGE)
        hashlist = HashList(name, "", str(file), "", None, role=roles[number % len(roles)])
        supposed.append(SupposedList(hashlist, entries))
    return supposed


def _entry(place: Workplace, text: str) -> int:
    hashlist, _, number = text.rpartition(":")
    if not hashlist or not number.isdecimal():
        raise ValueError(f"--disable {text}: write the list, a colon and the entry's number")
    place.lists.get(hashlist)
    entry = place.lists.entry(int(number))
    if entry.hashlist != hashlist or entry.removed_at is not None:
        raise UnknownEntry("the list %(list)s has no entry %(entry)s, or it was removed", list=hashlist, entry=number)
    return entry.id


def _numbers(option: str, written: Sequence[str]) -> dict[str, int]:
    found = {}
    for text in written:
        kind, _, number = text.partition("=")
        if not number.replace("_", "").isdecimal():
            raise ValueError(f"{option} {text}: write the kind, = and a number, such as pdq=25")
        found[kind] = int(number)
    return found
