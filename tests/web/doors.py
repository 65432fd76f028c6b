"""Everybody who may stand before a door, in an installation with something behind each: for the access matrix."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from fastapi import FastAPI
from httpx import Response

from tests.web.client import TestClient
from tests.web.scene import Scene, encoded, texture
from tutela.access.inspection import AREAS, Plan
from tutela.access.roles import KEY_SCOPES, Permission, Person, Role, permissions_of
from tutela.casework.legal.requests import Entry
from tutela.storage.casework.case_reader import CaseReader
from tutela.web.access_table import Door
from tutela.web.app import create_app

PASSWORD = "a fence around a field"
NOBODY = "nobody"
NO_ROLE = "no role"
CALLERS = [NOBODY, NO_ROLE, *Role, *(f"key {scope}" for scope in KEY_SCOPES)]
EVERYTHING = "everything"
"""Somebody who has every role of the house."""
HOUSE = set(Role) - {Role.SUPERVISOR}
TARGET = "target"
"""Somebody whom routes about people are about."""


@dataclass
class Doors:
    """A running application, and whoever calls it."""

    scene: Scene
    client: TestClient
    values: Mapping[str, str]
    keys: Mapping[str, str]
    _sessions: dict[str, str] = field(default_factory=dict)

    def path(self, door: Door) -> str:
        """Return the door's path with something real in it; what this scene knows nothing of is called `none`."""
        return re.sub(r"{([^}:]+)(:[^}]*)?}", lambda found: self.values.get(found[1], "none"), door.path)

    def call(self, door: Door, caller: str) -> Response:
        """Call as somebody, with the token where a form would send it."""
        self.client.cookies.clear()
        headers, fields = {}, {}
        if caller.startswith("key "):
            headers["Authorization"] = f"Bearer {self.keys[caller.removeprefix('key ')]}"
        elif caller != NOBODY:
            secret, fields["csrf"] = self.session(name_of(caller))
            self.client.cookies.set("tutela_session", secret)
        data = fields if door.method != "GET" else None
        answer: Response = self.client.request(door.method, self.path(door), headers=headers, data=data)
        return answer

    def session(self, name: str) -> tuple[str, str]:
        """Return the secret of an open session and its token; a fresh one where the last one was ended."""
        people = self.scene.place.people
        found = people.session(self._sessions.get(name, ""))
        if found is None:
            with self.scene.place.database.write() as connection:
                self._sessions[name] = people.sessions.begin(connection, name, None, "password", "127.0.0.1")
            found = people.session(self._sessions[name])
            assert found
        return self._sessions[name], found.csrf

    def refusals(self) -> list[tuple[str, str]]:
        """Return what stands in the record of refusals, by whom."""
        with self.scene.place.transactions.reading() as log:
            events = list(log.read(types=["person.refused", "key.refused"]))
        return [(event.actor, event.payload.model_dump()["reason"]) for event in events]


def name_of(caller: str) -> str:
    """Return the name under which a caller stands in the record."""
    return f"key:{caller.removeprefix('key ')}" if caller.startswith("key ") else caller.replace(" ", "-")


def may(caller: str, door: Door) -> bool:
    """Return what the table says."""
    if door.kind == "open":
        return True
    if caller == NOBODY:
        return False
    if caller.startswith("key "):
        return door.kind == "key" and door.permission in KEY_SCOPES[caller.removeprefix("key ")]
    granted: frozenset[Permission] = frozenset() if caller == NO_ROLE else permissions_of([Role(caller)])
    return door.kind == "person" and (door.permission is None or door.permission in granted)


def furnish(scene: Scene) -> None:
    """Put people of every role, and a case with all that comes of one, into an installation that `build` made."""
    for caller in (NO_ROLE, *Role, EVERYTHING, TARGET):
        some = {Role(caller)} if caller in set(Role) else HOUSE if caller == EVERYTHING else set[Role]()
        scene.place.people.register(Person(name_of(caller), caller, frozenset(some)), PASSWORD)
    # A supervisory authority is let in by an inspection that two people wanted, and sees what it is about.
    officer, now = scene.person(Role.DATA_PROTECTION_OFFICER), scene.clock()
    plan = Plan("Authority", "2025-17", Role.SUPERVISOR, now, now + timedelta(days=1), tuple(AREAS))
    approval = scene.place.inspections.ask(officer, plan)
    scene.place.approvals.decide(scene.person(Role.ADMINISTRATOR), approval, allowed=True)
    scene.place.inspections.open(officer, approval)
    picture = encoded(texture(7))
    scene.list_picture(picture)
    case, item = scene.flagged(picture)
    scene.look("rita", case, item)
    scene.place.desk.decide(scene.person("rita"), case, item, "known")
    action = CaseReader(scene.place.database).one(case).actions[0].id
    scene.place.desk.confirm_action("platform", action, "carried_out")
    scene.place.redress.lodge("platform", action)
    order = Entry("us-2703f", "police", "Police", "SE", "K 4711", now, service="chat", accounts=("user-1",))
    scene.place.legal.receive(scene.person(Role.REFERRAL_OFFICER), order)
    scene.flagged(encoded(texture(7), "JPEG", quality=90), "user-2")


@contextmanager
def open_doors(scene: Scene) -> Iterator[Doors]:
    """Serve an installation that `furnish` filled; closes it at the end."""
    keys = {scope: scene.place.people.create_key(scope, [scope]) for scope in KEY_SCOPES}
    reader = CaseReader(scene.place.database)
    details = [reader.one(case.id) for case in reader.all(None, limit=10)]
    detail = max(details, key=lambda one: (len(one.complaints), len(one.actions)))
    values = {
        "case_id": detail.id,
        "item_id": detail.items[0].id,
        "person_id": TARGET,
        "key_id": "none",
        "year": "2025",
    }
    if detail.actions:
        values["action"] = detail.actions[0].id
    if detail.complaints:
        values["complaint_id"] = detail.complaints[0].id
    if requests := scene.place.legal.reader.open():
        values["legal_id"] = requests[0].id
    if referrals := reader.referrals():
        values["referral"] = referrals[0].id
    app: FastAPI = create_app(scene.place, dispatch=False)
    with TestClient(app, follow_redirects=False) as client:
        yield Doors(scene, client, values, keys)
    scene.place.close()
