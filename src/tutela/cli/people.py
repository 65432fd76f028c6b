"""`tutela person` and `tutela key`: who may sign in, and which platform may call."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated

import typer
from rich.table import Table

from tutela.access.credentials import WeakPassword
from tutela.access.roles import Person, Role
from tutela.cli.exits import Exit
from tutela.cli.output import cells, fail, out
from tutela.cli.place import workplace
from tutela.events.envelope import SYSTEM

app = typer.Typer(help="People who sign in.", no_args_is_help=True)
key_app = typer.Typer(help="API keys of platforms.", no_args_is_help=True)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="The name to sign in with.")],
    role: Annotated[list[Role], typer.Option(help="A role; give the option again for another.")],
    full_name: Annotated[str | None, typer.Option()] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from the first line of standard input.")
    ] = False,
    keep_password: Annotated[
        bool, typer.Option("--keep-password", help="Do not ask them to choose another when they first sign in.")
    ] = False,
) -> None:
    """Give a person access, or other roles and a new password, which they change when they first sign in."""
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = typer.prompt(
            "Password (at least 12 characters)", hide_input=True, confirmation_prompt=True, err=True
        )
    with workplace() as place:
        try:
            place.people.register(
                Person(name, full_name or name, frozenset(role)), password, must_change=not keep_password
            )
        except (WeakPassword, ValueError) as error:
            fail(str(error), Exit.USAGE)
    out.print(f"{name} may sign in as {', '.join(sorted(role))}")


@app.command()
def deactivate(name: Annotated[str, typer.Argument(help="The name they sign in with.")]) -> None:
    """Take a person's access and end their sessions. What they did stays on record; `person add` lets them in again."""
    with workplace() as place:
        try:
            place.people.deactivate(name)
        except LookupError as error:
            fail(str(error))
    out.print(f"{name} has no more access", markup=False)


@app.command()
def roles(
    name: Annotated[str, typer.Argument(help="The name they sign in with.")],
    role: Annotated[list[Role], typer.Option(help="A role; give the option again for another.")],
) -> None:
    """Give a person other roles, and access again if it was taken. Their sessions end."""
    with workplace() as place:
        try:
            place.people.set_roles(name, frozenset(role), SYSTEM)
        except LookupError as error:
            fail(str(error))
    out.print(f"{name} may sign in as {', '.join(sorted(role))}", markup=False)


@app.command("reset-second-factor")
def reset_second_factor(name: Annotated[str, typer.Argument(help="The name they sign in with.")]) -> None:
    """Take a person's second factor and recovery codes, and end their sessions. They set another one up."""
    with workplace() as place:
        try:
            place.people.reset_second_factor(name)
        except LookupError as error:
            fail(str(error))
    out.print(f"{name} has no second factor any more", markup=False)


@app.command("end-sessions")
def end_sessions(name: Annotated[str, typer.Argument(help="The name they sign in with.")]) -> None:
    """End every session of a person."""
    with workplace() as place:
        try:
            place.people.account(name)
        except LookupError as error:
            fail(str(error))
        ended = place.people.sessions.end_some(name, SYSTEM)
    out.print(f"{name}: {ended} ended", markup=False)


@app.command("list")
def list_people(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """List the people, their roles, and what they come in by."""
    with workplace() as place:
        accounts = place.people.accounts(limit=1_000_000)
    if as_json:
        for a in accounts:
            row = {"name": a.person.id, "full_name": a.person.name, "roles": sorted(a.person.roles)}
            came = {"active": a.person.active, "second_factor": a.has_second_factor, "provider": a.provider}
            sys.stdout.write(json.dumps(row | came, ensure_ascii=False) + "\n")
        return
    table = Table("name", "full name", "roles", "active", "second factor", box=None, pad_edge=False)
    for a in accounts:
        factor = "provider" if a.provider else "yes" if a.has_second_factor else "no"
        given = ", ".join(sorted(a.person.roles))
        table.add_row(*cells(a.person.id, a.person.name, given, "yes" if a.person.active else "no", factor))
    out.print(table)


@key_app.command("create")
def create_key(
    name: Annotated[str, typer.Argument(help="What the key is called in the record.")],
    scope: Annotated[
        list[str],
        typer.Option(
            help="items (send items), actions (confirm actions, lodge complaints) or lookups (look fingerprints up)."
        ),
    ],
    days: Annotated[
        int | None, typer.Option(min=1, max=3660, help="It expires after so many days; never if left out.")
    ] = None,
) -> None:
    """Create an API key. Its secret is printed once and cannot be shown again."""
    with workplace() as place:
        expires = place.clock() + timedelta(days=days) if days else None
        try:
            secret = place.people.create_key(name, scope, expires_at=expires)
        except ValueError as error:
            fail(str(error), Exit.USAGE)
    out.print(secret)


@key_app.command("list")
def list_keys(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """List the API keys: what they may, until when, and when they were last used."""
    with workplace() as place:
        keys, now = place.people.keys.all(limit=1_000_000), place.clock()
    if as_json:
        for k in keys:
            sys.stdout.write(json.dumps(asdict(k), default=_iso) + "\n")
        return
    table = Table("key", "scopes", "valid", "until", "last used", box=None, pad_edge=False)
    for k in keys:
        ends, used = (f"{at:%Y-%m-%d %H:%M}" if at else "" for at in (k.expires_at, k.last_used_at))
        table.add_row(*cells(k.id, ", ".join(k.scopes), "yes" if k.is_valid(now) else "no", ends, used))
    out.print(table)


@key_app.command("revoke")
def revoke_key(name: Annotated[str, typer.Argument()]) -> None:
    """End a key for good."""
    with workplace() as place:
        try:
            place.people.revoke_key(name)
        except LookupError as error:
            fail(str(error))
    out.print(f"revoked {name}")


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
