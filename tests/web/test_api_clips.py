"""`POST /v1/items` of a clip: what it matches, and when."""

from __future__ import annotations

import io
import json
import zipfile

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("av", reason="PyAV is not installed: pip install 'tutela[video]'")

from tests.content.clips import encoded, wandering
from tests.web.client import TestClient
from tests.web.scene import Scene
from tutela.casework.evidence import ItemRecord, bytes_name, record_name
from tutela.content.item import Limits
from tutela.content.place import Place, Step, Within
from tutela.detection.fingerprinting import fingerprint
from tutela.detection.fingerprints.registry import installed_kinds
from tutela.detection.hashlists.hashlist import NewEntry, listed_value
from tutela.web.pictures import small_picture


def clip(begin: int, end: int) -> bytes:
    """Return a stretch of a scene, 30 frames a second."""
    frames = list(wandering(4, 240))[begin:end]
    return encoded(frames, codec="libx264", options={"preset": "veryfast"})


def test_an_item_is_answered_with_times_and_the_record_keeps_them(
    client: TestClient, scene: Scene, key: dict[str, str]
) -> None:
    kinds = installed_kinds()
    data = clip(0, 240)
    value = fingerprint(data, [kinds["vpdq"]], Limits()).of("vpdq")[0].value
    named, long = listed_value(kinds["vpdq"], value)
    scene.place.lists.add("trial-list", [NewEntry("vpdq", named, "A1", ("a", "b"), long=long)])
    files = {"file": ("x", clip(90, 200))}
    item = {"service": "chat", "item_id": "m-9", "sender": {"account": "u", "country": "SE", "basis": "declared"}}
    answer = client.post("/v1/items", headers=key, files=files, data={"item": json.dumps(item)}).json()
    assert (answer["outcome"], answer["kind"]) == ("match", "video")
    (match,) = answer["matches"]
    assert (match["technology"], match["place"]) == ("vpdq", "0:00.000-0:03.000")
    assert match["shares"]["entry_seconds"] == [3, 6]
    kept = ItemRecord.model_validate_json(scene.place.vault.get(answer["case"], record_name(answer["item"])))
    assert [found.seconds for found in kept.found] == [(0, 3)]
    assert "vpdq" not in kept.fingerprints


def test_a_clip_in_an_archive_is_found_at_its_place_and_time_and_its_still_is_shown(
    client: TestClient, scene: Scene, key: dict[str, str]
) -> None:
    kinds = installed_kinds()
    value = fingerprint(clip(0, 240), [kinds["vpdq"]], Limits()).of("vpdq")[0].value
    named, long = listed_value(kinds["vpdq"], value)
    scene.place.lists.add("trial-list", [NewEntry("vpdq", named, "A1", ("a", "b"), long=long)])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("films/one", clip(90, 200))
        archive.writestr("notes.txt", "nothing")
    files = {"file": ("x", packed.getvalue())}
    item = {"service": "chat", "item_id": "m-10", "region": "eu"}
    answer = client.post("/v1/items", headers=key, files=files, data={"item": json.dumps(item)}).json()
    assert (answer["outcome"], answer["kind"]) == ("match", "other")
    assert [match["place"] for match in answer["matches"]] == ["films/one > 0:00.000-0:03.000"]
    kept = scene.place.vault.get(answer["case"], bytes_name(answer["item"]))
    place = Place((Step(Within.FILE, "films/one", 1),), (2.0, 3.0))
    with Image.open(io.BytesIO(small_picture(kept, scene.place.showing, place))) as still:
        shown = np.asarray(still.convert("RGB")).astype(int)
    there, elsewhere = (list(wandering(4, 240))[number].astype(int) for number in (150, 90))
    assert abs(shown - there).mean() < 10 < abs(shown - elsewhere).mean()
