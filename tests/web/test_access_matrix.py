"""Every route and everybody: allowed or refused, as `docs/reference/access.md` says, which is made from the routes.

A new route needs no line here: `make docs` writes it into the table, for a reviewer to read, and this calls it.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from tests.web.doors import CALLERS, NOBODY, Doors, furnish, may, name_of, open_doors
from tests.web.scene import reopen
from tutela.access.roles import GRANTS, KEY_SCOPES, Permission, Role
from tutela.web.access_table import OPEN, Unguarded, doors, render
from tutela.web.app import CONSOLE

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "access.md"
_ROW = re.compile(r"^\| ([A-Z]+) \| `([^`]+)` \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
WHERE = (
    "docs/reference/access.md is not what the routes say. Run `make docs`, read each line that changed "
    "(who gets in there now?), and commit it."
)


@pytest.fixture(scope="module")
def prepared(made_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("doors") / "data"
    shutil.copytree(made_once, folder)
    scene = reopen(folder)
    furnish(scene)
    scene.place.close()
    return folder


@pytest.fixture
def everybody(tmp_path: Path, prepared: Path) -> Iterator[Doors]:
    shutil.copytree(prepared, tmp_path / "data")
    with open_doors(reopen(tmp_path / "data")) as opened:
        yield opened


def every_route(routes: object) -> Iterator[APIRoute]:
    for route in routes:  # type: ignore[attr-defined]
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from every_route(inner.routes)
        elif isinstance(route, APIRoute):
            yield route


def test_the_table_covers_each_route_of_the_application_exactly(app: FastAPI) -> None:
    served = {(method, r.path) for r in every_route(app.routes) for method in (r.methods or set()) - {"HEAD"}}
    written = [(method, path) for method, path, _, _ in _ROW.findall(PAGE.read_text("utf-8"))]
    assert set(written) == served, WHERE
    assert len(written) == len(served)
    assert PAGE.read_text("utf-8") == render(), WHERE
    assert set(OPEN) <= served


@pytest.mark.parametrize("caller", CALLERS)
def test_everybody_gets_what_the_table_says_and_nothing_else(everybody: Doors, caller: str) -> None:
    declared = {(method, path): asks for method, path, asks, _ in _ROW.findall(PAGE.read_text("utf-8"))}
    mistaken = []
    recorded = len(everybody.refusals())
    for door in doors():
        assert declared[door.method, door.path] == door.asks, WHERE
        answer = everybody.call(door, caller)
        refusals = everybody.refusals()[recorded:]
        recorded += len(refusals)
        sent_to_sign_in = answer.status_code == 303 and answer.headers["location"] == "/sign-in"
        lacking = [(who, why) for who, why in refusals if why == f"lacks {door.permission}"]
        if may(caller, door):
            leaves = door.path in ("/sign-out", "/sign-in")
            fits = not lacking and answer.status_code != 429 and answer.status_code < 500
            fits = fits and (leaves or (not sent_to_sign_in and (door.kind == "open" or answer.status_code != 401)))
        elif door.kind == "key":
            of_key = caller.startswith("key ")
            fits = answer.status_code == (403 if of_key else 401)
            # A key's refusals of one kind are recorded once a minute.
            fits = fits and (not of_key or (name_of(caller), f"lacks {door.permission}") in everybody.refusals())
        elif caller == NOBODY or caller.startswith("key "):
            fits = sent_to_sign_in
        else:
            fits = answer.status_code == 403 and lacking == [(name_of(caller), f"lacks {door.permission}")]
        if not fits:
            said = "may" if may(caller, door) else "may not"
            mistaken.append(f"{caller} {said} {door.method} {door.path}: answered {answer.status_code}, {refusals}")
    assert mistaken == []


def test_the_matrix_is_not_trivial() -> None:
    outcomes = {caller: {may(caller, door) for door in doors()} for caller in CALLERS}
    assert all(found == {True, False} for found in outcomes.values())
    used = {door.permission for door in doors()}
    assert {Permission.SEE_EVIDENCE, Permission.DECIDE, Permission.MANAGE_PEOPLE, Permission.SUBMIT_ITEMS} <= used


def test_a_supervisor_and_an_administrator_never_see_evidence() -> None:
    for role in (Role.SUPERVISOR, Role.ADMINISTRATOR, Role.AUDITOR, Role.DATA_PROTECTION_OFFICER):
        assert not GRANTS[role] & {Permission.SEE_EVIDENCE, Permission.DECIDE, Permission.UNMASK}
    person_only = frozenset().union(*GRANTS.values())
    assert not person_only & frozenset().union(*KEY_SCOPES.values())


def test_a_route_that_asks_nobody_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    router = APIRouter()

    @router.get("/forgotten")
    def forgotten() -> None: ...

    monkeypatch.setattr("tutela.web.app.CONSOLE", (*CONSOLE, router))
    with pytest.raises(Unguarded, match=r"GET /forgotten asks for nobody: .*Allowed\(Permission.X\)"):
        doors()


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "OPTIONS"])
def test_methods_that_no_route_has_open_nothing(everybody: Doors, method: str) -> None:
    for door in doors():
        answer = everybody.client.request(method, everybody.path(door))
        assert answer.status_code in (404, 405), (method, door.path)
