"""Writes `docs/reference/access.md` from the routes: `python -m tutela.web.access_table [--check] FILE`.

Who may call what is stated by each route alone (`Allowed`, `KeyAllowed`); this page shows it, and the access matrix
test (`tests/web/test_access_matrix.py`) calls every route as everybody and holds the page true.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from tutela.access.ports import Step
from tutela.access.roles import GRANTS, KEY_SCOPES, Permission, Role
from tutela.web import app
from tutela.web.current import Allowed, KeyAllowed

OPEN: dict[tuple[str, str], str] = {
    ("GET", "/health"): "says that the server answers, and nothing else",
    ("GET", "/sign-in"): "the form",
    ("POST", "/sign-in"): "name and password, limited by name and address",
    ("GET", "/sign-in/openid"): "to the provider",
    ("GET", "/sign-in/openid/back"): "from the provider, for the browser that was sent to it",
    ("GET", "/redress/{token}"): "the link in a notice to a user is the key; wrong ones are limited by address",
    ("POST", "/redress/{token}"): "the same, limited by link",
}
"""The routes that ask for nobody, and why. One that asks by something else than a role or a key, such as a signed link,
stands here too."""

_HEAD = """# Who may call what

Generated from `src/tutela/access/roles.py` and the routes by `make docs`; `make lint` holds it against the code, and a
test calls every route as every role, as nobody, and with a key of each scope. What is refused to somebody who is
signed in, or to a key, stands in the record (`person.refused`, `key.refused`).

`/static` and `/v1/openapi.json` are open to everybody: they hold nothing of anybody.

How people sign in is in [Give access](../how-to/access.md).
"""


class Unguarded(ValueError):
    """A route says neither who may call it nor why everybody may."""


@dataclass(frozen=True, slots=True)
class Door:
    """One route and what it asks for: a permission of a person or of a key, a session alone, or nothing."""

    method: str
    path: str
    kind: str
    permission: Permission | None
    during: frozenset[Step] = frozenset()

    @property
    def asks(self) -> str:
        """What stands in the table."""
        if self.kind == "open":
            return "nothing"
        if self.kind == "key":
            return f"key: `{self.permission}`"
        return f"`{self.permission}`" if self.permission else "a session"


def routers() -> list[APIRouter]:
    """Return every router that `web/app.py` puts together, from whichever of its tuples."""
    tuples = [value for value in vars(app).values() if isinstance(value, tuple)]
    return [router for value in tuples for router in value if isinstance(router, APIRouter)]


def doors() -> list[Door]:
    """Return every route that is served. Raises Unguarded."""
    return [door for router in routers() for door in _doors_of(router.routes)]


def _doors_of(routes: object) -> Iterator[Door]:
    for route in routes:  # type: ignore[attr-defined]
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from _doors_of(inner.routes)
        elif isinstance(route, APIRoute):
            for method in sorted((route.methods or set()) - {"HEAD"}):
                yield _door(method, route)


def _door(method: str, route: APIRoute) -> Door:
    found = list(_guards(route.dependant))
    if not found:
        if (method, route.path) not in OPEN:
            raise Unguarded(
                f"{method} {route.path} asks for nobody: take a session by `Allowed(Permission.X)` or a key by "
                "`KeyAllowed(Permission.X)`, or add it to OPEN in src/tutela/web/access_table.py with the reason"
            )
        return Door(method, route.path, "open", None)
    if len(found) > 1:
        raise Unguarded(f"{method} {route.path} asks twice: one route, one permission")
    (guard,) = found
    if isinstance(guard, KeyAllowed):
        return Door(method, route.path, "key", guard.permission)
    return Door(method, route.path, "person", guard.permission, guard.during)


def _guards(dependant: Dependant) -> Iterator[Allowed | KeyAllowed]:
    for inner in dependant.dependencies:
        if isinstance(inner.call, Allowed | KeyAllowed):
            yield inner.call
        yield from _guards(inner)


def render() -> str:
    """Return the page as Markdown. Raises Unguarded."""
    roles = list(Role)
    named = {role: role.value.replace("_", " ") for role in roles}
    lines = [_HEAD, "## What a role grants", ""]
    lines += [f"| permission | {' | '.join(named.values())} |", f"|---{'|---' * len(roles)}|"]
    for permission in Permission:
        marks = ["yes" if permission in GRANTS[role] else "" for role in roles]
        if any(marks):
            lines.append(f"| `{permission}` | {' | '.join(marks)} |".replace("|  |", "| |").replace("|  |", "| |"))
    lines += ["", "## What the scope of a key grants", "", "| scope | permissions |", "|---|---|"]
    for scope, grants in KEY_SCOPES.items():
        lines.append(f"| `{scope}` | {', '.join(f'`{one}`' for one in sorted(grants))} |")
    lines += ["", "## Routes", "", "| method | path | asks for | who |", "|---|---|---|---|"]
    lines += [f"| {d.method} | `{d.path}` | {d.asks} | {_who(d)} |" for d in sorted(doors(), key=_order)]
    return "\n".join(lines) + "\n"


def _order(door: Door) -> tuple[bool, str, str]:
    return not door.path.startswith("/v1"), door.path, door.method


def _who(door: Door) -> str:
    if door.kind == "open":
        return f"everybody: {OPEN[door.method, door.path]}"
    if door.kind == "key":
        return " or ".join(f"scope {scope}" for scope, grants in KEY_SCOPES.items() if door.permission in grants)
    if door.permission is None:
        return "whoever is signed in" + (", or about to be" if door.during else "")
    return ", ".join(role.value.replace("_", " ") for role in Role if door.permission in GRANTS[role])


def main(arguments: list[str]) -> int:
    """Write or check the page; return 0, or 1 if it is out of date."""
    path = Path(arguments[-1])
    if "--check" in arguments:
        if path.exists() and path.read_text("utf-8") == render():
            return 0
        sys.stderr.write(f"{path} is not what the routes say: run `make docs`, read what changed, and commit it\n")
        return 1
    path.write_text(render(), "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
