"""`tutela transparency send`: what was done on an online platform is stated once; of private messages nothing is."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.commands import InProcess, Tutela
from tests.databases import REPORTER, Opening, SteppableClock
from tests.rig import CHAT, DRIVE, MAIL, Rig, party, picture
from tutela.content.item import Provenance
from tutela.events.catalogue.transparency import StatementSent
from tutela.regimes.services import Encryption, Service, ServiceRegion, ServiceType
from tutela.sandboxes.transparency import Fault, Kind, running
from tutela.storage.casework.case_reader import CaseReader
from tutela.storage.settings import load_settings
from tutela.storage.workplace import Workplace

WALL = Service("wall", "Wall", ServiceType.ONLINE_PLATFORM, Encryption.IN_TRANSIT, ServiceRegion.EU)
NOW = "2025-06-02T09:00:00Z"
SENT = datetime(2025, 6, 1, 9, 30, tzinfo=UTC)


def carried_out(rig: Rig, service: Service, account: str = "anna") -> list[str]:
    """Return the actions of a confirmed case, as the platform confirmed them: a removal and a suspension."""
    sent = Provenance(party(account), sent_at=SENT)
    taken = rig.take(f"{service.id}-{account}", picture(0), sent, service)
    assert taken.case is not None
    assert taken.item is not None
    rig.decide(taken.case, taken.item, "known")
    actions = rig.actions(taken.case)
    for action in actions:
        rig.confirm(action)
    return actions


def test_only_what_online_platforms_did_is_due(opening: Opening, clock: SteppableClock) -> None:
    place = opening()
    rig = Rig(place, clock)
    place.register_service(WALL)
    for service in (CHAT, MAIL, DRIVE):
        carried_out(rig, service)
    assert place.statements.due() == []
    stated = carried_out(rig, WALL)
    assert sorted(place.statements.due()) == sorted(stated)
    facts = [place.statements.facts(action) for action in stated]
    assert {one.kind for one in facts} == {"remove_content", "suspend_account"}
    assert {item.sent_at for one in facts for item in one.items} == {SENT}
    place.statements.record(stated[0], "sandbox", "u-1")
    place.statements.record(stated[0], "sandbox", None)
    assert place.statements.due() == [action for action in stated if action != stated[0]]
    with place.transactions.reading() as log:
        sent = [event.payload for event in log.read() if isinstance(event.payload, StatementSent)]
    assert sent == [StatementSent(action=stated[0], target="sandbox", uuid="u-1")]


@pytest.fixture
def tutela(tmp_path: Path, _sqlite_template: Path) -> Tutela:
    folder = tmp_path / "installation"
    folder.mkdir(mode=0o700)
    shutil.copy(_sqlite_template, folder / "tutela.sqlite")
    return InProcess(folder)


def configure(tutela: Tutela, url: str, ground: str = "Penal Code, chapter 16") -> None:
    (tutela.data / "tutela.toml").write_text(
        f"""{REPORTER}
[transparency]
url = "{url}"
legal_ground = "{ground}"
explanation = "Such content is a crime."
territorial_scope = ["SE", "FI"]
"""
    )


def test_a_message_service_sends_nothing_and_a_platform_each_once(tutela: Tutela) -> None:
    with running() as database:
        configure(tutela, database.url)
        with Workplace(load_settings(tutela.data, {}), clock := SteppableClock()) as place:
            rig = Rig(place, clock)
            place.register_service(WALL)
            carried_out(rig, CHAT)
        nothing = tutela("transparency", "send", now=NOW)
        assert (nothing.code, "nothing is due" in nothing.err) == (0, True)
        assert database.ledger.as_dict() == {"statements": [], "refusals": []}
        with Workplace(load_settings(tutela.data, {}), clock) as place:
            rig = Rig.__new__(Rig)
            rig.place, rig.clock, rig._batches = place, clock, {}
            actions = carried_out(rig, WALL)
            (case,) = {CaseReader(place.database).action(action).case_id for action in actions}
        database.faults.order(Fault(Kind.DROP_AFTER))
        first = tutela("transparency", "send", now=NOW)
        assert (first.code, first.out.count("failed"), first.out.count("sent")) == (3, 1, 1)
        again = tutela("transparency", "send", now=NOW)
        assert (again.code, "it was there already" in again.out) == (0, True)
        assert "nothing is due" in tutela("transparency", "send", now=NOW).err
        statements = database.ledger.as_dict()["statements"]
        assert sorted(one["statement"]["puid"] for one in statements) == sorted(actions)
        written = str(statements)
        assert all(private not in written for private in (case, "anna", "wall-anna"))
        assert statements[0]["statement"]["territorial_scope"] == ["FI", "SE"]


def test_without_a_legal_ground_it_waits(tutela: Tutela) -> None:
    with running() as database:
        configure(tutela, database.url, ground="")
        with Workplace(load_settings(tutela.data, {}), clock := SteppableClock()) as place:
            rig = Rig(place, clock)
            place.register_service(WALL)
            carried_out(rig, WALL)
        waits = tutela("transparency", "send", now=NOW)
        assert (waits.code, waits.out.count("legal_ground")) == (3, 2)
        assert database.ledger.as_dict()["statements"] == []


def test_a_token_that_cannot_be_read_is_told(tutela: Tutela, opening: Opening) -> None:
    (tutela.data / "tutela.toml").write_text('[transparency]\ntoken_file = "missing"\n')
    wrong = tutela("transparency", "send", now=NOW)
    assert (wrong.code, "token_file" in wrong.err) == (2, True)
