"""`POST /v1/conversations`, and conversations as files: one item, one outcome, nothing kept but a count."""

from __future__ import annotations

import json
from typing import Any

import pytest
from httpx import Response

from tests.web.client import TestClient
from tests.web.scene import Scene
from tutela.storage.casework.intake_store import IntakeStore

SAID = [
    {"sender": "u", "at": "2025-06-01T10:00:00Z", "text": "You have won a prize."},
    {"sender": "w", "at": "2025-06-01T10:00:40Z", "text": "Have I?"},
]
PARTIES = [{"account": "u", "country": "SE", "basis": "declared"}, {"account": "w"}]


def post(client: TestClient, key: dict[str, str], **said: Any) -> Response:
    body = {"service": "chat", "item_id": "c-1", "participants": PARTIES, "messages": SAID, **said}
    answer: Response = client.post("/v1/conversations", headers=key, json=body)
    return answer


def counts(scene: Scene) -> list[tuple[str, str, str, int, int]]:
    with scene.place.transactions.intake() as unit:
        assert isinstance(unit, IntakeStore)
        rows = [row for batch in unit.open_batches() for row in unit.counts(batch.id)]
    return [(row.kind, row.region, row.outcome, row.items, row.bytes) for row in rows]


def test_a_conversation_is_one_item_and_only_its_bytes_are_counted(
    client: TestClient, scene: Scene, key: dict[str, str]
) -> None:
    answer = post(client, key)
    assert answer.status_code == 200
    found = answer.json()
    assert (found["item_id"], found["kind"], found["outcome"], found["case"]) == ("c-1", "text", "unsupported", None)
    assert "no layer that rates conversations is set up" in found["reason"]
    assert counts(scene) == [("text", "eu", "unsupported", 1, found["bytes"])]
    assert post(client, key).json()["already"]
    assert len(counts(scene)) == 1
    assert counts(scene)[0][3] == 1


def test_a_file_of_messages_is_the_same(client: TestClient, scene: Scene, key: dict[str, str]) -> None:
    lines = "".join(json.dumps(message) + "\n" for message in SAID).encode()
    described = {"service": "chat", "item_id": "c-2", "region": "eu"}
    sent = client.post(
        "/v1/items", headers=key, files={"file": ("talk.jpg", lines)}, data={"item": json.dumps(described)}
    )
    assert (sent.json()["kind"], sent.json()["outcome"]) == ("text", "unsupported")
    broken = client.post(
        "/v1/items",
        headers=key,
        files={"file": ("x", lines + b"{")},
        data={"item": json.dumps(described | {"item_id": "c-3"})},
    )
    assert (broken.json()["kind"], broken.json()["outcome"]) == ("text", "undecodable")
    assert broken.json()["reason"].startswith("line 3: ")
    assert {(kind, outcome) for kind, _, outcome, _, _ in counts(scene)} == {
        ("text", "unsupported"), ("text", "undecodable"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("said", "status", "why"),
    [
        ({"messages": []}, 422, "messages"),
        ({"messages": [SAID[0] | {"at": "2025-06-01T10:00:00"}]}, 422, "timezone"),
        ({"messages": [*SAID, SAID[0] | {"sender": "x"}]}, 422, "message 3: its sender is not among the participants"),
        ({"participants": [{"account": ""}]}, 422, "account"),
        ({"title": "x"}, 422, "title"),
        ({"service": "nowhere"}, 404, "nowhere"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_counted(
    client: TestClient, scene: Scene, key: dict[str, str], said: dict[str, Any], status: int, why: str
) -> None:
    answer = post(client, key, **said)
    assert answer.status_code == status
    assert why in answer.text
    assert counts(scene) == []


def test_it_needs_a_key_and_has_an_end(client: TestClient, key: dict[str, str]) -> None:
    assert post(client, {}).status_code == 401
    long = [SAID[0] | {"text": "x" * 17_000_000}]
    assert post(client, key, messages=long).status_code == 413
