"""`POST /v1/lookups`: fingerprints alone, answered and forgotten."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from httpx import Response

from tests.web.client import TestClient
from tests.web.scene import Scene, encoded, texture
from tutela.content.decode import decode_image
from tutela.content.item import Limits
from tutela.detection.fingerprints.pdq import Pdq
from tutela.detection.hashlists.hashlist import HashList, ListRole, NewEntry

PICTURE = encoded(texture(1))
VALUE = Pdq().of_pixels(decode_image(PICTURE, Limits()))[0].value


def turned(bits: int) -> str:
    return (int.from_bytes(VALUE) ^ ((1 << bits) - 1)).to_bytes(32).hex()


@pytest.fixture
def asker(scene: Scene) -> dict[str, str]:
    scene.list_picture(PICTURE)
    scene.place.lists.create(HashList("looked-at", "O", "S", "SE", None, role=ListRole.HARMLESS))
    scene.place.lists.add("looked-at", [NewEntry("pdq", bytes.fromhex(turned(5)))])
    secret = scene.place.people.create_key("asker", ["lookups"])
    return {"Authorization": f"Bearer {secret}"}


def post(client: TestClient, key: dict[str, str], *values: str, **more: Any) -> Response:
    body = {"fingerprints": [{"kind": "pdq", "value": one} for one in values], **more}
    answer: Response = client.post("/v1/lookups", headers=key, json=body)
    return answer


def test_each_fingerprint_is_answered_with_the_entries_near_it(client: TestClient, asker: dict[str, str]) -> None:
    answer = post(client, asker, turned(3), "0f" * 32)
    assert answer.status_code == 200, answer.text
    near, nothing = answer.json()["answers"]
    assert nothing == []
    assert near == [
        {
            "list": "looked-at", "role": "harmless", "entry": 2, "technology": "pdq", "version": "1", "threshold": 31,
            "distance": 2, "unit": "bits", "orientation": "upright", "classification": None, "enabled": True,
        },
        {
            "list": "trial-list", "role": "match", "entry": 1, "technology": "pdq", "version": "1", "threshold": 31,
            "distance": 3, "unit": "bits", "orientation": "upright", "classification": "A1", "enabled": True,
        },
    ]  # fmt: skip


def test_lists_thresholds_and_orientation_are_the_callers(client: TestClient, asker: dict[str, str]) -> None:
    (found,) = post(client, asker, turned(3), lists=["trial-list"]).json()["answers"]
    assert [one["list"] for one in found] == ["trial-list"]
    (found,) = post(client, asker, turned(3), thresholds={"pdq": 2}).json()["answers"]
    assert [(one["entry"], one["threshold"]) for one in found] == [(2, 2)]
    body = {"fingerprints": [{"kind": "pdq", "value": turned(0), "orientation": "rotated_90"}]}
    (found,) = client.post("/v1/lookups", headers=asker, json=body).json()["answers"]
    assert {one["orientation"] for one in found} == {"rotated_90"}


def test_a_disabled_entry_is_found_and_says_so(client: TestClient, scene: Scene, asker: dict[str, str]) -> None:
    scene.place.lists.switch("trial-list", enabled=False)
    (found,) = post(client, asker, turned(0)).json()["answers"]
    assert [(one["list"], one["enabled"]) for one in found] == [("trial-list", False), ("looked-at", True)]


@pytest.mark.parametrize(
    ("more", "status", "told"),
    [
        ({"lists": ["nowhere"]}, 404, "there is no hash list 'nowhere'"),
        ({"lists": []}, 422, "lists"),
        ({"thresholds": {"pdq": 257}}, 422, "0 to 256"),
        ({"thresholds": {"md5": 0}}, 422, "thresholds: no fingerprint of the kind 'md5'"),
        ({"fingerprints": []}, 422, "fingerprints"),
        ({"fingerprints": [{"kind": "pdq", "value": "5a"}]}, 422, "64 hexadecimal digits"),
        ({"fingerprints": [{"kind": "md6", "value": "5a"}]}, 422, "no fingerprint is called 'md6'"),
        ({"fingerprints": [{"kind": "photodna", "value": "00" * 144}]}, 422, "photodna has no threshold"),
        ({"fingerprints": [{"kind": "pdq", "value": "5a", "file": "x"}]}, 422, "file"),
        ({"file": "x"}, 422, "file"),
        ({"fingerprints": [{"kind": "pdq", "value": "5a" * 40_000}]}, 413, "65,536"),
    ],
)
def test_what_cannot_be_asked_is_told(
    client: TestClient, asker: dict[str, str], more: dict[str, Any], status: int, told: str
) -> None:
    answer = post(client, asker, turned(0), **more)
    assert answer.status_code == status
    assert told in answer.json()["detail"]


def test_it_needs_a_key_of_its_own_scope(client: TestClient, key: dict[str, str], asker: dict[str, str]) -> None:
    assert post(client, {}, turned(0)).status_code == 401
    refused = post(client, key, turned(0))
    assert refused.status_code == 403
    assert "needs the scope lookups" in refused.json()["detail"]
    assert client.get("/v1/actions", headers=asker).status_code == 403


def stored(scene: Scene) -> tuple[list[int], set[Path]]:
    """Return what is on record and in files, but for the index and what a server writes at its start, beside."""
    with scene.place.transactions.reading() as log:
        own = ("audit.", "retention.policy_set")
        events = [event.sequence for event in log.read() if not event.type.startswith(own)]
    files = scene.place.settings.data.rglob("*")
    return events, {path for path in files if "index" not in path.parts and not path.name.startswith("audit")}


def test_nothing_is_stored_found_or_not(client: TestClient, scene: Scene, asker: dict[str, str]) -> None:
    before = stored(scene)
    assert post(client, asker, turned(0), "0f" * 32).status_code == 200
    assert stored(scene) == before
    with scene.place.transactions.intake() as unit:
        assert list(unit.open_batches()) == []
    assert scene.place.keys.cases() == []


def test_a_damaged_index_is_told_with_what_to_do(client: TestClient, scene: Scene, asker: dict[str, str]) -> None:
    scene.place.indexes.now()
    (log,) = (scene.place.settings.data / "index" / "pdq").glob("log-*")
    raw = bytearray(log.read_bytes())
    raw[-3] ^= 1
    log.write_bytes(raw)
    scene.place.lists.switch("trial-list", enabled=True)
    answer = post(client, asker, turned(0))
    assert answer.status_code == 503
    assert "tutela index rebuild" in answer.json()["detail"]
    scene.place.indexes.forget()
    assert post(client, asker, turned(0)).status_code == 200
