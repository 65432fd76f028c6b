"""`tutela scan`: is something in these folders known?"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer
from rich.table import Table

from tutela.casework.intake import BatchClosed, Intake, Recorded, Refused, Taken
from tutela.casework.ports import Batch
from tutela.cli.exits import Exit
from tutela.cli.matchers import detection_line, followed_matcher
from tutela.cli.output import cells, err, fail, out, print_json
from tutela.cli.place import workplace
from tutela.cli.progress import counting
from tutela.cli.scan_provenance import Whose
from tutela.cli.worker_pool import WorkerPool
from tutela.content.folder import FoundFile, UnreadablePath, find_files
from tutela.content.item import Kind, Outcome
from tutela.detection.fingerprinting import Fingerprinted
from tutela.detection.hashlists.hashlist import UnknownList
from tutela.detection.matcher import Judgement, Matcher
from tutela.events.catalogue.base import Operation, Region
from tutela.regimes.services import OWN_FILES, Service
from tutela.storage.workplace import UnknownService, Workplace

if TYPE_CHECKING:
    from tutela.cli.scan_manifest import Manifest

GROUP_ITEMS = 64
GROUP_SECONDS = 1.0
SHOWN_ROWS = 200


def scan(
    paths: Annotated[list[Path], typer.Argument(help="Files and folders.", metavar="PATH...")],
    lists: Annotated[
        list[str] | None, typer.Option("--list", help="A list to match against; all enabled ones if not given.")
    ] = None,
    service_id: Annotated[
        str, typer.Option("--service", help="The registered service that the items are of.")
    ] = OWN_FILES.id,
    region: Annotated[str, typer.Option(help="Whose items they are: eu, non_eu or unknown users.")] = "unknown",
    manifest_file: Annotated[
        Path | None,
        typer.Option("--manifest", metavar="FILE", help="JSON Lines that tell of files and folders who sent them."),
    ] = None,
    sender_operation: Annotated[
        str,
        typer.Option(help="Who acts by senders of whom the manifest does not say it: automated, person or not_stated."),
    ] = "not_stated",
    jobs: Annotated[int, typer.Option(min=1, help="Worker processes.")] = os.cpu_count() or 1,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Record nothing: no case, no count.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="JSON Lines: one object for each item, then a summary.")
    ] = False,
) -> None:
    """Compare files with hash lists. What matches becomes a case; of the rest only counts are kept.

    An interrupted scan goes on where it stopped when the same command is given again.
    """
    if region not in ("eu", "non_eu", "unknown"):
        fail(f"--region is eu, non_eu or unknown, not {region!r}", Exit.USAGE)
    for path in paths:
        if not path.exists() and not path.is_symlink():
            fail(f"{path}: no such file or folder", Exit.USAGE)
    manifest = _manifest(manifest_file, region, sender_operation)  # type: ignore[arg-type]
    with workplace() as place:
        place.tidy()
        try:
            service = place.service(service_id)
            whose = Whose(place.intake, service, region, manifest)  # type: ignore[arg-type]
            matcher = followed_matcher(place, lists)
        except (UnknownService, UnknownList) as error:
            fail(str(error), Exit.USAGE)
        except Refused as refusal:
            fail(str(refusal), Exit.REFUSED)
        coverage = place.coverage(lists)
        if not coverage.entries:
            err.print("note: no enabled entry to match against; every item that decodes will be clean")
        for name, count in coverage.unmatched.items():
            err.print(
                f"note: {count:,} entries are {name}, which has no threshold and is not compared: "
                f"set `{name}` under [thresholds] in tutela.toml"
            )
        report = _Report({name: kind.UNIT for name, kind in place.kinds.items()}, as_json=as_json)
        run = _Scan(place, service, whose, matcher, report)
        told = [manifest.digest] if manifest else []
        identity = json.dumps(["scan", sorted(str(p.resolve()) for p in paths), sorted(lists or []), region, *told])
        try:
            run.go(paths, jobs, None if dry_run else identity)
        except Refused as refusal:
            fail(f"stopped at midnight: {refusal}", Exit.REFUSED)
        except BatchClosed:
            fail("another run of the same command has finished this scan meanwhile; see tutela case list")
        except KeyboardInterrupt:
            err.print("stopped; give the same command again to go on from here")
            raise typer.Exit(int(Exit.INTERRUPTED)) from None
    if whose.untold:
        err.print(f"note: {whose.untold:,} files have no line in {manifest_file}; nobody is named of them")
    report.finish(coverage.entries, dry_run=dry_run)
    raise typer.Exit(int(Exit.PARTLY if report.outcomes[Outcome.ERROR] else Exit.DONE))


def _manifest(path: Path | None, region: Region, operation: Operation) -> Manifest | None:
    from tutela.cli.scan_manifest import BadManifest, read_manifest

    if operation not in get_args(Operation):
        fail(f"--sender-operation is {', '.join(get_args(Operation))}, not {operation!r}", Exit.USAGE)
    if path is None:
        if operation != "not_stated":
            fail("--sender-operation is of senders, and only a --manifest names them", Exit.USAGE)
        return None
    try:
        return read_manifest(path, region, operation)
    except BadManifest as error:
        fail(f"--manifest {path}: {error}", Exit.USAGE)
    except OSError as error:
        fail(f"--manifest {path}: {error.strerror}", Exit.USAGE)


@dataclass
class _Scan:
    place: Workplace
    service: Service
    whose: Whose
    matcher: Matcher
    report: _Report
    _group: list[Taken] = field(default_factory=list)
    _since: float = field(default_factory=time.monotonic)

    def go(self, paths: Sequence[Path], jobs: int, identity: str | None) -> None:
        intake = self.place.intake
        batch = intake.open_batch(self.service, identity) if identity else None
        # A file that several of the paths lead to is one item.
        found = list({_identity(one): one for one in find_files(paths) if self.whose.is_item(one)}.values())
        done = intake.already(batch, [_identity(f) for f in found]) if batch else {}
        if done:
            err.print(f"going on: {len(done):,} of {len(found):,} items were done before")
        with counting() as progress:
            task = progress.add_task("scanning", total=len(found), completed=len(done))
            for one in found:
                if (outcome := done.get(_identity(one))) is not None:
                    self.report.resumed(one.name, outcome)
            todo = [one for one in found if _identity(one) not in done]
            files = (one for one in todo if isinstance(one, FoundFile))
            for unreadable in todo:
                if isinstance(unreadable, UnreadablePath):
                    self._add(intake, batch, _unreadable(unreadable, self.whose))
                    progress.advance(task)
            settings = self.place.settings
            with WorkerPool(jobs, settings.limits, self.whose.excludes, settings.embedding) as pool:
                for file, fingerprinted, judgement in pool.recognised(files, self.matcher):
                    self._add(intake, batch, self._taken(file, fingerprinted, judgement))
                    progress.advance(task)
            self._flush(intake, batch)
        if batch:
            intake.close(batch)

    def _taken(self, file: FoundFile, fingerprinted: Fingerprinted, judgement: Judgement) -> Taken:
        provenance, permit = self.whose.of(file.path, file.name)
        return Taken(file.identity, provenance, fingerprinted, judgement, permit, file.path.read_bytes)

    def _add(self, intake: Intake, batch: Batch | None, taken: Taken) -> None:
        self._group.append(taken)
        if len(self._group) >= GROUP_ITEMS or time.monotonic() - self._since >= GROUP_SECONDS:
            self._flush(intake, batch)

    def _flush(self, intake: Intake, batch: Batch | None) -> None:
        if self._group:
            items = list(self._group)
            if batch:
                recorded = intake.record(batch, self.service, items)
            else:
                recorded = [Recorded(t.identity, t.judgement.outcome, t.judgement.reason) for t in items]
            for taken, one in zip(items, recorded, strict=True):
                self.report.item(taken, one)
            self._group.clear()
            self.whose.ask_again()
        self._since = time.monotonic()


def _identity(found: FoundFile | UnreadablePath) -> str:
    return found.identity if isinstance(found, FoundFile) else f"unreadable\0{found.name}"


def _unreadable(path: UnreadablePath, whose: Whose) -> Taken:
    outcome = Outcome.ERROR if path.failed else Outcome.UNSUPPORTED
    fingerprinted = Fingerprinted(Kind.OTHER, 0, (), outcome, path.reason)
    judgement = Judgement(outcome, (), (), low_quality=False, reason=path.reason)
    provenance, permit = whose.of(Path(path.name), path.name)
    return Taken(_identity(path), provenance, fingerprinted, judgement, permit, bytes)


class _Report:
    def __init__(self, units: Mapping[str, str], *, as_json: bool) -> None:
        self._units = units
        self.as_json = as_json
        self.outcomes: Counter[Outcome] = Counter(dict.fromkeys(Outcome, 0))
        self._low_quality = 0
        self._overruled = 0
        self._resumed = 0
        self._cases: set[str] = set()
        self._seen_again = 0
        self._rows: list[tuple[str, str, str]] = []
        self._unshown = 0

    def item(self, taken: Taken, recorded: Recorded) -> None:
        self.outcomes[recorded.outcome] += 1
        self._low_quality += taken.judgement.low_quality
        self._overruled += bool(taken.judgement.overruled)
        self._seen_again += recorded.seen_again
        if recorded.case:
            self._cases.add(recorded.case)
        if self.as_json:
            print_json(_line(taken, recorded))
        elif recorded.outcome is Outcome.MATCH:
            best = taken.judgement.detections[0]
            turned = "" if best.orientation.value == "upright" else f", {best.orientation.value.replace('_', ' ')}"
            away = f"{best.distance:,} {self._units[best.technology]}"
            why = f"{best.technology} {away} from {best.hashlist} #{best.entry}{turned}"
            if best.threshold == 0:
                why = f"same {best.technology} as {best.hashlist} #{best.entry}"
            self._row("match", taken.provenance.name, why + (", seen before" if recorded.seen_again else ""))
        elif recorded.outcome is not Outcome.CLEAN:
            self._row(recorded.outcome.value, taken.provenance.name, recorded.reason)

    def resumed(self, name: str, outcome: Outcome) -> None:
        self.outcomes[outcome] += 1
        self._resumed += 1
        if self.as_json:
            print_json({"type": "item", "path": name, "outcome": outcome.value, "resumed": True})

    def finish(self, entries: int, *, dry_run: bool) -> None:
        summary: dict[str, Any] = {
            "type": "summary",
            "items": sum(self.outcomes.values()),
            "outcomes": {outcome.value: self.outcomes[outcome] for outcome in Outcome},
            "low_quality": self._low_quality,
            "overruled": self._overruled,
            "resumed": self._resumed,
            "seen_again": self._seen_again,
            "cases": len(self._cases),
            "entries": entries,
            "dry_run": dry_run,
        }
        if self.as_json:
            print_json(summary)
            return
        if self._rows:
            table = Table("outcome", box=None, pad_edge=False, header_style="bold")
            for name in ("path", "why"):
                table.add_column(name, overflow="fold")
            for row in self._rows:
                table.add_row(*cells(*row))
            out.print(table, markup=False)
        if self._unshown:
            out.print(f"... and {self._unshown:,} more (--json lists them all)")
        width = max(len(f"{n:,}") for n in self.outcomes.values())
        for outcome in Outcome:
            out.print(f"  {outcome.value:12} {self.outcomes[outcome]:>{width},}")
        out.print(f"{summary['items']:,} items against {entries:,} entries")
        if self._low_quality:
            out.print(f"{self._low_quality:,} had too little structure for a perceptual match; digests alone decided")
        if self._overruled:
            out.print(f"{self._overruled:,} with a match that a harmless list overrules (--json says which)")
        if dry_run:
            out.print("dry run: nothing was recorded")
        elif self._cases:
            out.print(f"{len(self._cases):,} cases hold the matches: tutela case list, or tutela serve")

    def _row(self, outcome: str, path: str, why: str) -> None:
        if len(self._rows) < SHOWN_ROWS:
            self._rows.append((outcome, path, why))
        else:
            self._unshown += 1


def _line(taken: Taken, recorded: Recorded) -> dict[str, Any]:
    return {
        "type": "item",
        "path": taken.provenance.name,
        "outcome": recorded.outcome.value,
        "reason": recorded.reason or None,
        "kind": taken.fingerprinted.kind.value,
        "bytes": taken.fingerprinted.size,
        "quality": taken.fingerprinted.quality,
        "low_quality": taken.judgement.low_quality,
        "matches": [detection_line(d) for d in taken.judgement.detections],
        "overruled": [detection_line(d) for d in taken.judgement.overruled],
        "case": recorded.case,
        "item": recorded.item,
        "seen_again": recorded.seen_again,
        "resumed": recorded.already,
    }
