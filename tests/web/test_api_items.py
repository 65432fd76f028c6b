"""`POST /v1/items`: one outcome each, whatever arrives."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx import Response

from tests.web.client import TestClient
from tests.web.scene import Scene, encoded, texture
from tutela.casework.evidence import ItemRecord, record_name
from tutela.detection.hashlists.hashlist import HashList, ListRole
from tutela.storage.casework.intake_store import IntakeStore
from tutela.web.api.uploads import BEYOND

PICTURE = encoded(texture(1))


def post(client: TestClient, key: dict[str, str], data: bytes, **described: Any) -> Response:
    item = {"service": "chat", "item_id": "m-1", **described}
    files = {"file": ("x", data)}
    answer: Response = client.post("/v1/items", headers=key, files=files, data={"item": json.dumps(item)})
    return answer


def counted(scene: Scene) -> dict[str, int]:
    with scene.place.transactions.intake() as unit:
        assert isinstance(unit, IntakeStore)
        rows = [row for batch in unit.open_batches() for row in unit.counts(batch.id)]
    return {row.outcome: row.items for row in rows}


def test_a_listed_picture_opens_a_case_and_the_answer_says_why(
    client: TestClient, scene: Scene, key: dict[str, str]
) -> None:
    scene.list_picture(PICTURE)
    turned = encoded(texture(1).rotate(180), "JPEG", quality=80)
    answer = post(
        client,
        key,
        turned,
        sender={"account": "u", "country": "SE", "basis": "declared"},
        recipients=[{"account": "w"}],
        sent_at="2025-06-01T11:00:00Z",
        name="holiday.jpg",
    )
    assert answer.status_code == 200
    found = answer.json()
    assert found["outcome"] == "match"
    assert found["item_id"] == "m-1"
    assert found["kind"] == "image"
    assert found["quality"] >= 50
    assert not found["low_quality"]
    assert not found["already"]
    assert not found["seen_again"]
    (match,) = found["matches"]
    assert match["technology"] == "pdq"
    assert found["overruled"] == []
    assert match["list"] == "trial-list"
    assert match["classification"] == "A1"
    assert match["orientation"] == "rotated_180"
    assert match["distance"] <= match["threshold"] == 31
    assert scene.place.vault.names(found["case"])
    again = post(client, key, turned).json()
    assert again["already"]
    assert again["case"] is None
    other = post(client, key, PICTURE).json()
    assert not other["already"]
    assert other["case"] is not None


def test_a_match_that_a_harmless_list_overrules_is_clean_and_told(
    client: TestClient, scene: Scene, key: dict[str, str]
) -> None:
    scene.list_picture(PICTURE)
    scene.place.lists.create(HashList("looked-at", "O", "S", "SE", None, role=ListRole.HARMLESS))
    scene.list_picture(PICTURE, "looked-at")
    found = post(client, key, PICTURE).json()
    assert (found["outcome"], found["matches"], found["case"]) == ("clean", [], None)
    assert [(one["list"], one["distance"]) for one in found["overruled"]] == [("trial-list", 0)]
    assert counted(scene) == {"clean": 1}


def test_an_item_that_is_not_listed_is_counted_and_nothing_else(
    client: TestClient, scene: Scene, key: dict[str, str]
) -> None:
    found = post(client, key, PICTURE).json()
    assert found["outcome"] == "clean"
    assert found["matches"] == []
    assert found["case"] is None
    assert post(client, key, b"no picture", item_id="m-2").json()["outcome"] == "unsupported"
    assert counted(scene) == {"clean": 1, "unsupported": 1}
    assert scene.place.keys.cases() == []


def test_simple_fields_do_without_json(client: TestClient, key: dict[str, str]) -> None:
    fields = {"service": "chat", "item_id": "m-1", "region": "eu"}
    answer = client.post("/v1/items", headers=key, files={"file": ("x", PICTURE)}, data=fields)
    assert answer.status_code == 200
    assert answer.json()["outcome"] == "clean"


def test_a_server_that_stops_leaves_the_day_open_and_a_later_day_tallies_it(
    client: TestClient, scene: Scene, key: dict[str, str]
) -> None:
    post(client, key, PICTURE)
    client.__exit__()
    client.__enter__()
    assert post(client, key, PICTURE).json()["already"] is True
    with scene.place.transactions.reading() as log:
        assert not list(log.read(types=["items.tallied"]))
    client.__exit__()
    scene.clock.now += timedelta(days=1)
    client.__enter__()
    with scene.place.transactions.reading() as log:
        (tally,) = log.read(types=["items.tallied"])
    assert [row["items"] for row in tally.payload.model_dump()["rows"]] == [1]


def test_what_no_regime_covers_is_refused_with_its_reason(
    client: TestClient, scene: Scene, key: dict[str, str]
) -> None:
    scene.clock.now = datetime(2026, 5, 1, 12, tzinfo=UTC)
    answer = post(client, key, PICTURE)
    assert answer.status_code == 451
    assert "no legal regime covers" in answer.json()["detail"]
    assert counted(scene) == {}


@pytest.mark.parametrize(
    ("described", "says"),
    [
        ({"item_id": ""}, "item.item_id"),
        ({"surprise": 1}, "item.surprise"),
        ({"sent_at": "2025-06-01T11:00:00"}, "item.sent_at"),
        ({"region": "mars"}, "item.region"),
        ({"sender": {"account": "u", "country": "SE"}}, "basis"),
        ({"sender": {"account": "u", "country": "Sweden", "basis": "declared"}}, "two letters"),
    ],
)
def test_metadata_that_cannot_be_read_is_422_and_says_where(
    client: TestClient, key: dict[str, str], described: dict[str, Any], says: str
) -> None:
    answer = post(client, key, PICTURE, **described)
    assert answer.status_code == 422
    assert says in answer.json()["detail"]


def test_other_bad_requests_say_what_to_send(client: TestClient, key: dict[str, str]) -> None:
    item = json.dumps({"service": "chat", "item_id": "m"})
    file = {"file": ("x", b"x")}
    assert post(client, key, PICTURE, service="nobody").status_code == 404
    assert client.post("/v1/items", headers=key, data={"item": item}).status_code == 422
    assert client.post("/v1/items", headers=key, json={"item": item}).status_code == 422
    assert client.post("/v1/items", headers=key, files=file, data={"item": "{"}).status_code == 422
    assert client.post("/v1/items", headers=key, files=file, data={"more": "1"}).status_code == 422
    assert client.post("/v1/items", headers=key, files=file, data={"item": item, "service": "x"}).status_code == 422
    broken = {**key, "Content-Type": "multipart/form-data"}
    assert client.post("/v1/items", headers=broken, content=b"abc").status_code == 422
    broken["Content-Type"] += "; boundary=b"
    assert client.post("/v1/items", headers=broken, content=b"--b\r\nnothing").status_code == 422


def test_above_the_limit_is_an_outcome_and_far_above_is_not_read(
    client: TestClient, scene: Scene, key: dict[str, str]
) -> None:
    limit = scene.place.settings.limits.max_bytes
    assert post(client, key, b"\0" * (limit + 1)).json()["outcome"] == "over_limit"
    assert post(client, key, b"\0" * (limit + BEYOND), item_id="m-2").json()["outcome"] == "over_limit"
    assert post(client, key, b"\0" * (limit + 2 * BEYOND), item_id="m-3").status_code == 413
    assert counted(scene) == {"over_limit": 2}


def test_a_body_without_a_length_is_counted_while_it_is_read(
    client: TestClient, scene: Scene, key: dict[str, str]
) -> None:

    def endless() -> Iterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
        for _ in range(100):
            yield b"\0" * 65536

    headers = {**key, "Content-Type": "multipart/form-data; boundary=b"}
    answer = client.post("/v1/items", headers=headers, content=endless())
    assert answer.status_code == 413


def test_an_item_never_goes_to_a_temporary_file(
    client: TestClient, key: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("an item went to the disk")

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    assert post(client, key, b"\0" * 1_900_000).status_code == 200


def test_what_is_told_of_people_is_kept_of_what_is_flagged_and_goes_into_no_event(
    client: TestClient, scene: Scene, key: dict[str, str]
) -> None:
    scene.list_picture(PICTURE)
    told = {
        "first_name": "Anna",
        "emails": ["anna@mail.example"],
        "ip_events": [{"address": "192.0.2.7", "at": "2025-06-01T10:00:00+02:00", "occasion": "upload", "port": 7}],
        "devices": [["IMEI", "0"]],
    }
    about = {
        "sender": {"account": "u", "details": told},
        "recipients": [{"account": "w", "details": {"phones": ["1"]}}],
    }
    found = post(client, key, PICTURE, **about).json()
    record = ItemRecord.model_validate_json(scene.place.vault.get(found["case"], record_name(found["item"])))
    assert record.sender
    assert record.sender.details
    assert record.sender.details.emails == ("anna@mail.example",)
    assert record.sender.details.ip_events[0].at == datetime(2025, 6, 1, 8, tzinfo=UTC)
    assert record.recipients[0].details
    assert record.recipients[0].details.phones == ("1",)
    with scene.place.transactions.reading() as log:
        (flagged,) = log.read(types=["item.flagged"])
    assert flagged.payload.model_dump()["sender_known"] == ("name", "email", "ip_address", "device")
    assert "192.0.2.7" not in str(flagged)
    assert "anna@mail" not in str(flagged)


def test_who_acts_by_an_account_goes_on_record(client: TestClient, scene: Scene, key: dict[str, str]) -> None:
    scene.list_picture(PICTURE)
    seen = {"country": "SE", "basis": "declared"}
    about = {
        "sender": {"account": "u", **seen, "operation": "automated"},
        "recipients": [{"account": "w", **seen, "operation": "person"}, {"account": "x", **seen}],
    }
    assert post(client, key, PICTURE, **about).json()["outcome"] == "match"
    with scene.place.transactions.reading() as log:
        (flagged,) = log.read(types=["item.flagged"])
    facts = flagged.payload.model_dump()
    assert facts["sender_operation"] == "automated"
    assert (facts["recipients_automated"], len(facts["recipients_persons"])) == ((), 1)
    assert len(facts["recipients_eu"]) == 2
    refused = post(client, key, PICTURE, sender={"account": "u", "operation": "robot"})
    assert (refused.status_code, "item.sender.operation" in refused.text) == (422, True)


@pytest.mark.parametrize(
    "told",
    [
        {"first_name": ""},
        {"emails": ["x" * 513]},
        {"ip_events": [{"address": "somewhere"}]},
        {"ip_events": [{"address": "192.0.2.7", "at": "2025-06-01T10:00:00"}]},
        {"ip_events": [{"address": "192.0.2.7", "port": 65536}]},
        {"devices": [["IMEI"]]},
        {"shoe_size": "41"},
    ],
)
def test_details_that_cannot_be_are_refused(
    client: TestClient, scene: Scene, key: dict[str, str], told: dict[str, Any]
) -> None:
    assert post(client, key, PICTURE, sender={"account": "u", "details": told}).status_code == 422
    assert counted(scene) == {}
