"""An item with parts: the console shows the one that matched, and the others by choice, within one look."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
from PIL import Image

from tests.content.containers import zipped
from tests.content.pictures import encoded, texture
from tests.web.scene import Scene
from tests.web.test_console_case import Visit, types

KNOWN, OTHER = texture(300, 200, 5, 24), texture(300, 200, 6, 24)


@pytest.fixture
def flagged(scene: Scene) -> tuple[str, str]:
    scene.list_picture(encoded(KNOWN, "PNG"))
    inner = zipped({"<b>é\u202e.png": encoded(KNOWN, "PNG"), "o.png": encoded(OTHER, "PNG")})
    return scene.flagged(zipped({"in.zip": inner, "second.jpg": encoded(KNOWN, "JPEG", quality=60)}))


def like(shown: bytes, picture: Image.Image) -> bool:
    one, other = (np.asarray(p.convert("L").resize((32, 32)), float) for p in (Image.open(io.BytesIO(shown)), picture))
    return float(np.abs(one - other).mean()) < 12


def test_the_part_that_matched_is_shown_and_the_others_by_choice(
    scene: Scene, visit: Visit, flagged: tuple[str, str]
) -> None:
    case, item = flagged
    rita = visit("rita")
    assert "o.png" not in rita.get(f"/cases/{case}").text  # names are evidence: nothing before the look
    fragment = rita.post(f"/cases/{case}/items/{item}/view", headers={"HX-Request": "true"}).text
    assert "in.zip" in fragment
    assert "&lt;b&gt;é" in fragment
    assert "<b>é" not in fragment
    assert "\u202e" not in fragment
    assert "o.png" not in fragment
    (source,) = re.findall(r'src="(/views/[^"]+)"', fragment)
    assert like(rita.get(source).content, KNOWN)
    (another,) = re.findall(r'hx-get="(/views/[^"]+)"', fragment)
    second = rita.get(another, headers={"HX-Request": "true"}).text
    assert "second.jpg" in re.sub(r"<button.*?</button>", "", second, flags=re.DOTALL)
    (source,) = re.findall(r'src="(/views/[^"]+)"', second)
    assert source.endswith("?part=1")
    assert like(rita.get(source).content, KNOWN)
    assert types(scene, case).count("evidence.viewed") == 1


def test_a_part_that_is_not_there_and_a_look_of_another_person(visit: Visit, flagged: tuple[str, str]) -> None:
    case, item = flagged
    rita = visit("rita")
    fragment = rita.post(f"/cases/{case}/items/{item}/view", headers={"HX-Request": "true"}).text
    (another,) = re.findall(r'hx-get="(/views/[^"]+)"', fragment)
    assert rita.get(another.replace("/parts/1", "/parts/2")).status_code == 404
    assert visit("sven").get(another).status_code == 404


def test_of_a_picture_that_matched_as_a_whole_nothing_is_said_of_parts(scene: Scene, visit: Visit) -> None:
    scene.list_picture(encoded(KNOWN, "PNG"))
    case, item = scene.flagged(encoded(KNOWN, "PNG"))
    fragment = visit("rita").post(f"/cases/{case}/items/{item}/view", headers={"HX-Request": "true"}).text
    assert "Shown is" not in fragment
    assert "hx-get" not in fragment


def test_a_frame_is_shown_with_the_item_as_a_whole_by_choice_in_swedish(scene: Scene, visit: Visit) -> None:
    scene.list_picture(encoded(KNOWN, "PNG"))
    film = encoded(OTHER, "PNG", save_all=True, append_images=[KNOWN])
    case, item = scene.flagged(film)
    headers = {"HX-Request": "true", "Accept-Language": "sv"}
    fragment = visit("rita").post(f"/cases/{case}/items/{item}/view", headers=headers).text
    assert "bildruta 2" in fragment or "frame 2" in fragment
    rita = visit("rita")
    (source,) = re.findall(r'src="(/views/[^"]+)"', fragment)
    assert like(rita.get(source).content, KNOWN)
    (whole,) = re.findall(r'hx-get="(/views/[^"]+)"', fragment)
    (source,) = re.findall(r'src="(/views/[^"]+)"', rita.get(whole).text)
    assert like(rita.get(source).content, OTHER)
