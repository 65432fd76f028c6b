"""Cases of an older schema, and events of older versions, go on."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, MetaData, select

from tutela.casework.severity import item_points, severity
from tutela.events.catalogue.base import parse
from tutela.events.catalogue.casework import ItemDecided
from tutela.events.catalogue.intake import DetectionRecorded
from tutela.storage import migrations, schema
from tutela.storage.casework.case_page import CasePages
from tutela.storage.database import Database
from tutela.storage.record.event_log import EventLog

AT = datetime(2025, 1, 2, tzinfo=UTC)
CASES = {"known": ("known",), "new": ("known", "new"), "solicitation": ("solicitation",)}


def to(connection: Connection, revision: str) -> MetaData:
    alembic = Config()
    alembic.set_main_option("script_location", str(Path(migrations.__file__).parent))
    alembic.attributes["connection"] = connection
    command.upgrade(alembic, revision)
    old = MetaData()
    old.reflect(connection)
    return old


def test_what_waited_before_there_was_a_severity(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    sqlite = database.engine.dialect.name == "sqlite"
    at = AT.replace(tzinfo=None if sqlite else UTC)
    with database.write() as connection:
        old = to(connection, "0003")
        for case, layers in CASES.items():
            row = {"id": case, "service": "chat", "layer": layers[0], "state": "open", "opened_at": at}
            connection.execute(old.tables["cases"].insert().values(row))
            for number, layer in enumerate(layers):
                item = {
                    "id": f"{case}-{number}", "case_id": case, "position": number, "service": "chat", "content": "x",
                    "kind": "image", "region": "eu", "layer": layer, "same_bytes": False, "flagged_at": at,
                    "seen_again": 0, "verdict": "known" if case == "known" else None,
                }  # fmt: skip
                connection.execute(old.tables["case_items"].insert().values(item))
        for number, (type_, data) in enumerate(
            (
                ("case.opened", {"service": "chat", "account": None, "layer": "known"}),
                ("item.flagged", {
                    "item": "i", "service": "chat", "regime": "r", "kind": "image", "region": "eu", "layer": "known",
                    "content": "c", "sender": None, "sender_region": "eu", "recipients_eu": [],
                    "recipients_unknown": 0, "sent_at": None,
                }),
                ("detection.recorded", {
                    "detection": "d", "item": "i", "technology": "md5", "version": "1", "threshold": 0,
                    "hashlist": "l", "entry_id": 1, "distance": 0, "orientation": "upright", "computed": "here",
                    "quality": None,
                }),
                ("item.decided", {
                    "item": "i", "verdict": "not", "classification": None, "viewed": True, "remarks": False,
                }),
            )
        ):  # fmt: skip
            event = {
                "id": f"event-{number}", "type": type_, "version": 1, "subject": "c", "actor": "rosa",
                "occurred_at": at, "recorded_at": at, "data": data,
            }  # fmt: skip
            connection.execute(old.tables["events"].insert().values(event))
    database.upgrade()
    database.require_current()
    cases = schema.cases
    with database.read() as connection:
        found = {r.id: (r.points, r.severity, r.urgent) for r in connection.execute(select(cases))}
    for case, layers in CASES.items():
        points = max(item_points(layer, None) for layer in layers)  # type: ignore[arg-type]
        assert found[case] == (points, severity(points, reopened=False, urgent=False), False)
    page = CasePages(database).read("known", "", "rosa", AT)
    assert (page.item.signs, page.item.legality, page.item.urgent) == ((), (), False)
    # Events that say nothing of grounds, signs and classes yet are read as they were written.
    with database.write() as connection:
        EventLog(connection, lambda: AT).rebuild()
    page = CasePages(database).read("c", "", "rosa", AT)
    assert (page.case.severity, page.item.verdict, page.item.ground, page.item.signs) == (1, "not", None, ())
    database.close()


def test_older_versions_are_read() -> None:
    decided = parse("item.decided", 1, {
        "item": "i", "verdict": "not", "classification": None, "viewed": True, "remarks": False,
    })  # fmt: skip
    assert isinstance(decided, ItemDecided)
    assert (decided.ground, decided.signs, decided.legality, decided.urgent) == (None, (), (), False)
    assert DetectionRecorded.VERSION == 2
