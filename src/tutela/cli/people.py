"""`tutela person` and `tutela key`: who may sign in, and which platform may call."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.table import Table

from tutela.access.credentials import WeakPassword
from tutela.access.roles import Person, Role
from tutela.cli.exits import Exit
from tutela.cli.output import cells, fail, out
from tutela.cli.place import workplace

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
) -> None:
    """Give a person access, or other roles and a new password."""
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = typer.prompt(
            "Password (at least 12 characters)", hide_input=True, confirmation_prompt=True, err=True
        )
    with workplace() as place:
        try:
            place.people.register(Person(name, full_name or name, frozenset(role)), password)
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


@app.command("list")
def list_people() -> None:
    """List the people and their roles."""
    with workplace() as place:
        people = place.people.all()
    table = Table("name", "full name", "roles", "active", box=None, pad_edge=False)
    for p in people:
        table.add_row(*cells(p.id, p.name, ", ".join(sorted(p.roles)), "yes" if p.active else "no"))
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
) -> None:
    """Create an API key. Its secret is printed once and cannot be shown again."""
    with workplace() as place:
        try:
            secret = place.people.create_key(name, scope)
        except ValueError as error:
            fail(str(error), Exit.USAGE)
    out.print(secret)


@key_app.command("revoke")
def revoke_key(name: Annotated[str, typer.Argument()]) -> None:
    """End a key for good."""
    with workplace() as place:
        try:
            place.people.revoke_key(name)
        except LookupError as error:
            fail(str(error))
    out.print(f"revoked {name}")
