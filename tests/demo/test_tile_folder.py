"""Tiles by the thousand: which are written, where, and which are kept though they look alike."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from demo.photographs import write_tiles
from tests.demo.test_photographs import on_disk, textured


def test_each_photograph_has_a_folder_of_tiles_that_do_not_overlap(tmp_path: Path) -> None:
    photographs = [
        on_disk(tmp_path, "one", textured(1, 500, 320)),
        on_disk(tmp_path, "two", textured(2, 210, 210)),
        on_disk(tmp_path, "small", textured(3, 90, 90)),
    ]
    said: list[str] = []
    assert write_tiles(photographs, tmp_path / "tiles", 100, said.append) == 15 + 4
    names = {str(path.relative_to(tmp_path / "tiles")) for path in (tmp_path / "tiles").rglob("*.jpg")}
    assert names == {f"one/{x},{y}.jpg" for x in range(0, 500, 100) for y in range(10, 310, 100)} | {
        f"two/{x},{y}.jpg" for x in (5, 105) for y in (5, 105)
    }
    assert said == [f"19 tiles of 2 photographs are in {tmp_path / 'tiles'}"]
    with Image.open(tmp_path / "tiles" / "two" / "5,105.jpg") as tile:
        assert tile.size == (100, 100)


def test_flat_tiles_are_left_out_and_those_that_look_alike_kept(tmp_path: Path) -> None:
    image = Image.new("RGB", (600, 200), (90, 140, 220))
    image.paste(textured(5, 200, 200), (0, 0))
    image.paste(textured(5, 200, 200), (400, 0))
    write_tiles([on_disk(tmp_path, "sky", image)], tmp_path / "tiles", 200)
    assert sorted(path.name for path in (tmp_path / "tiles" / "sky").iterdir()) == ["0,0.jpg", "400,0.jpg"]


def test_what_is_there_is_not_mixed_with(tmp_path: Path) -> None:
    with pytest.raises(FileExistsError):
        write_tiles([], tmp_path, 100)
    with pytest.raises(ValueError, match="64 or more"):
        write_tiles([], tmp_path / "tiles", 63)
