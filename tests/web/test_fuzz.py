"""Whatever is sent, no answer is a 5xx: schemathesis over the API, and over the console's pages and forms likewise.

Both are generated from the routes, so that a new one is called too. `make soak` sends far more.
"""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.web.doors import EVERYTHING, Doors, furnish, open_doors
from tests.web.scene import build
from tutela.access.roles import KEY_SCOPES
from tutela.web.access_table import Door, doors, routers

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import schemathesis
    from schemathesis import GenerationMode

SOAK = bool(os.environ.get("TUTELA_SOAK"))
EXAMPLES = 300 if SOAK else 6
BASE = "http://127.0.0.1"
NASTY = ["\0", "\ud800", "'", "%00", "../..", "9" * 400, "1e999", "\u202e", "<script>", "{{7*7}}", "a" * 5000, ""]
"""What databases, templates and encodings stumble over."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def everything(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    """One installation for all of it: what a call changes, later calls meet."""
    folder = tmp_path_factory.mktemp("fuzz") / "data"
    server = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    url = server.migrated() if server else ""
    scene = build(folder, database_url=url)
    furnish(scene)
    with open_doors(scene) as opened:
        yield opened
    if server:
        server.drop(url)


def local(app: Any) -> Any:
    """Return the application as called from this machine.

    It runs already; the client would start and stop it anew around every call.
    """

    async def call(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            for step in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{step}.complete"})
            return
        await app({**scope, "client": ("127.0.0.1", 50000)} if scope["type"] == "http" else scope, receive, send)

    return call


def whole_schema() -> Any:
    """Return the OpenAPI of everything, pages and forms too, which the served one leaves out."""
    documented = FastAPI(title="Tutela", version="1")
    for router in routers():
        documented.include_router(router)
    return schemathesis.openapi.from_dict(documented.openapi())


SCHEMA = whole_schema()
CONVERTER = re.compile(r":\w+}")
"""How a route says that a parameter may hold slashes; a description of it does not."""


def nasty(draw: Any, given_: Any) -> Any:
    """Return the same with some texts in it replaced by what nobody wants."""
    if isinstance(given_, dict):
        return {name: nasty(draw, value) for name, value in given_.items()}
    if isinstance(given_, list):
        return [nasty(draw, value) for value in given_]
    return draw(st.sampled_from(NASTY)) if isinstance(given_, str) and draw(st.integers(0, 3)) == 0 else given_


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "door" in metafunc.fixturenames:
        found = doors()
        metafunc.parametrize("door", found, ids=[f"{d.method} {d.path}" for d in found])


@pytest.mark.soak
def test_no_answer_is_a_5xx(everything: Doors, door: Door) -> None:
    operation = SCHEMA[CONVERTER.sub("}", door.path)][door.method]
    modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
    sent = operation.as_strategy(generation_mode=modes[0])
    if operation.body or list(operation.query) or list(operation.path_parameters):
        sent = sent | operation.as_strategy(generation_mode=modes[1])
    sqlite = everything.scene.place.database.engine.dialect.name == "sqlite"
    failed: list[str] = []
    answered: list[int] = []

    @settings(
        max_examples=EXAMPLES if sqlite else EXAMPLES // 2,
        phases=[Phase.generate],
        derandomize=not SOAK,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=sent, data=st.data())
    def run(case: Any, data: st.DataObject) -> None:
        for name, value in everything.values.items():
            if name in (case.path_parameters or {}) and data.draw(st.booleans()):
                case.path_parameters[name] = value
        if data.draw(st.booleans()) and isinstance(case.body, dict):
            case.body = nasty(data.draw, case.body)
        if data.draw(st.booleans()) and case.query:
            case.query = nasty(data.draw, dict(case.query))
        status = send(everything, case, door)
        if status is not None:
            answered.append(status)
        if status is not None and status >= 500:
            failed.append(f"{status}: {case.as_curl_command()}")

    run()
    assert failed == []
    assert answered


def send(everything: Doors, case: Any, door: Door) -> int | None:
    """Return the status that came back, or None where nothing could be sent."""
    headers = {"Authorization": f"Bearer {everything.keys['items']}"}
    if door.kind == "key":
        scope = next(scope for scope, grants in KEY_SCOPES.items() if door.permission in grants)
        headers["Authorization"] = f"Bearer {everything.keys[scope]}"
    elif door.kind == "person":
        secret, token = everything.session(EVERYTHING)
        headers = {"Cookie": f"tutela_session={secret}", "X-CSRF-Token": token}
    case.headers = {}
    case.cookies = {}
    try:
        return int(case.call(base_url=BASE, headers=headers, app=local(everything.client.app)).status_code)
    except UnicodeEncodeError:
        return None  # the client's own library cannot write it
