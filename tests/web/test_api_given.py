"""`POST /v1/items` with a fingerprint that the platform made: compared like one of ours, or refused."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from httpx import Response

from tests.web.client import TestClient
from tests.web.conftest import BASE
from tests.web.scene import Scene, encoded, reopen, texture
from tutela.detection.hashlists.hashlist import NewEntry
from tutela.storage.casework.case_reader import CaseReader
from tutela.web.app import create_app

LISTED = bytes(range(144))
NEAR = base64.b64encode(bytes([5, *range(1, 144)])).decode()
PICTURE = encoded(texture(3))


@pytest.fixture
def scene(tmp_path: Path, made_once: Path) -> Iterator[Scene]:
    shutil.copytree(made_once, tmp_path / "data")
    with (tmp_path / "data" / "tutela.toml").open("a") as file:
        file.write("[thresholds]\nphotodna = 25\n")
    opened = reopen(tmp_path / "data")
    opened.place.lists.add("trial-list", [NewEntry("photodna", LISTED, "B1", ("a",))])
    yield opened
    opened.place.close()


def post(client: TestClient, key: dict[str, str], fingerprints: Any, data: bytes = PICTURE) -> Response:
    item = {"service": "chat", "item_id": "m-1", "fingerprints": fingerprints}
    answer: Response = client.post(
        "/v1/items", headers=key, files={"file": ("x", data)}, data={"item": json.dumps(item)}
    )
    return answer


@pytest.mark.parametrize("data", [PICTURE, PICTURE[:200], b"\x1aE\xdf\xa3" + bytes(60)], ids=["whole", "cut", "video"])
def test_photodna_that_is_given_opens_a_case(
    client: TestClient, scene: Scene, key: dict[str, str], data: bytes
) -> None:
    answer = post(client, key, {"photodna": NEAR}, data)
    assert answer.status_code == 200, answer.text
    (match,) = answer.json()["matches"]
    assert (match["technology"], match["distance"], match["threshold"]) == ("photodna", 25, 25)
    case = CaseReader(scene.place.database).one(answer.json()["case"])
    (found,) = case.items[0].detections
    assert (found.technology, found.distance) == ("photodna", 25)


def test_one_that_is_farther_changes_nothing(client: TestClient, scene: Scene, key: dict[str, str]) -> None:
    assert post(client, key, {"photodna": bytes(144).hex()}).json()["outcome"] == "clean"


@pytest.mark.parametrize(
    ("fingerprints", "told"),
    [
        ({"photodna": "5a"}, "photodna is 288 hexadecimal digits"),
        ({"md5": "0" * 32}, "'md5' is not given with an item"),
        ({"neuralhash": "0" * 24}, "'neuralhash' is not given with an item"),
        ({"photodna": 5}, "fingerprints.photodna"),
        (["photodna"], "fingerprints"),
        ({"photodna": "A" * 200_000}, "at most 100000 characters"),
    ],
)
def test_what_would_not_be_compared_is_refused(
    client: TestClient, scene: Scene, key: dict[str, str], fingerprints: Any, told: str
) -> None:
    answer = post(client, key, fingerprints)
    assert answer.status_code == 422
    assert told in answer.json()["detail"]


def test_without_a_threshold_it_is_refused_and_told_what_to_set(tmp_path: Path, made_once: Path) -> None:
    shutil.copytree(made_once, tmp_path / "plain")
    scene = reopen(tmp_path / "plain")
    secret = scene.place.people.create_key("platform", ["items"])
    with TestClient(create_app(scene.place, dispatch=False), base_url=BASE) as client:
        answer = post(client, {"Authorization": f"Bearer {secret}"}, {"photodna": NEAR})
    scene.place.close()
    assert answer.status_code == 422
    assert "set `photodna` under [thresholds]" in answer.json()["detail"]
