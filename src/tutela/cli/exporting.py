"""`tutela export`: what leaves the installation after two wanted it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from tutela.access.approvals import NotApproved
from tutela.access.archive import CannotBeOpened, WeakPassphrase, unseal
from tutela.access.roles import NotAllowed
from tutela.casework.disclosure import BadRequest
from tutela.casework.evidence import EvidenceGone
from tutela.cli.exits import Exit
from tutela.cli.output import fail, out
from tutela.cli.place import workplace
from tutela.storage.durable import write_durably
from tutela.storage.evidence.disclosure import Archive
from tutela.storage.record.audit_reader import AuditFilter
from tutela.storage.workplace import Workplace

app = typer.Typer(help="Exports, each after another person allowed it.", no_args_is_help=True)
As = Annotated[str, typer.Option("--as", help="Who asked for it.")]
Id = Annotated[str, typer.Argument(metavar="APPROVAL")]
To = Annotated[Path, typer.Option("--out", help="The file to write; it must not be there.")]
Stdin = Annotated[bool, typer.Option("--passphrase-stdin", help="Read the passphrase from standard input.")]
_REFUSED = (NotApproved, NotAllowed, BadRequest, WeakPassphrase, EvidenceGone, LookupError)


@app.command("case")
def export_case(approval: Id, person: As, to: To, stdin: Stdin = False) -> None:
    """Write a case file as an encrypted archive."""
    _archive(to, stdin, lambda place, secret: place.disclosure.export_case(place.person(person), approval, secret))


@app.command("content")
def export_content(approval: Id, person: As, to: To, stdin: Stdin = False) -> None:
    """Write the content of a preserved case, for an authority, as an encrypted archive."""
    _archive(to, stdin, lambda place, secret: place.disclosure.hand_over(place.person(person), approval, secret))


@app.command("person")
def export_person(
    approval: Id,
    service: Annotated[str, typer.Argument(metavar="SERVICE")],
    account: Annotated[str, typer.Argument(metavar="ACCOUNT")],
    person: As,
    to: To,
    stdin: Stdin = False,
) -> None:
    """Write what is kept of a person as an encrypted archive."""
    _archive(
        to, stdin,
        lambda place, secret: place.disclosure.export_person(
            place.person(person), approval, service, account, secret
        ),
    )  # fmt: skip


@app.command("audit")
def export_audit(
    approval: Id,
    person: As,
    to: To,
    form: Annotated[str, typer.Option("--format", help="jsonl or csv.")] = "jsonl",
    since: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day, in UTC.")] = None,
    until: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day, in UTC.")] = None,
) -> None:
    """Write the audit, newest event first."""
    wanted = AuditFilter(
        since=since.replace(tzinfo=UTC) if since else None,
        until=until.replace(tzinfo=UTC) + timedelta(days=1) if until else None,
    )
    require_new(to)
    count = 0
    with workplace() as place:
        try:
            lines = place.disclosure.export_audit(place.person(person), approval, form, wanted)
        except _REFUSED as error:
            fail(str(error))
        try:
            with to.open("x", encoding="utf-8", newline="") as stream:
                to.chmod(0o600)
                for line in lines:
                    stream.write(line)
                    count += bool(line)
        except OSError as error:
            fail(f"--out {to}: {error.strerror}", Exit.USAGE)
    out.print(f"wrote {to}", markup=False)


@app.command("open")
def open_archive(
    archive: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    to: Annotated[Path, typer.Option("--out", help="The folder to write to; made if it is not there.")],
    stdin: Stdin = False,
) -> None:
    """Open an encrypted archive."""
    try:
        files = unseal(archive.read_bytes(), passphrase(stdin, again=False))
    except (CannotBeOpened, WeakPassphrase) as error:
        fail(str(error))
    for name, data in files.items():
        path = to / name
        if not path.resolve().is_relative_to(to.resolve()):
            fail(f"the archive names a file outside the folder: {name}")
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_durably(path, data)
    out.print(f"wrote {len(files)} files to {to}", markup=False)


def _archive(to: Path, stdin: bool, make: Callable[[Workplace, str], Archive]) -> None:
    # Asked before anything is spent: an approval is good for once.
    require_new(to)
    secret = passphrase(stdin, again=True)
    with workplace() as place:
        try:
            made = make(place, secret)
        except _REFUSED as error:
            fail(str(error))
    write_durably(to, made.data)
    out.print(f"wrote {to}: sha256 {made.exported.digest}", markup=False)


def require_new(to: Path) -> None:
    """End the command if a file cannot be written there."""
    if to.exists():
        fail(f"--out {to}: there is such a file already", Exit.USAGE)
    if not to.absolute().parent.is_dir():
        fail(f"--out {to}: there is no such folder", Exit.USAGE)


def passphrase(stdin: bool, *, again: bool) -> str:
    """Return the passphrase, asked for or from standard input."""
    if stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(
        typer.prompt("Passphrase (at least 12 characters)", hide_input=True, confirmation_prompt=again, err=True)
    )
