"""`tutela bench false-matches`: what it counts, names, draws and refuses."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from tests.commands import InProcess, Ran, Tutela
from tests.rig import picture
from tutela.cli import random_list
from tutela.cli.distance_plot import Series, distance_plot

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def tutela(tmp_path: Path) -> Tutela:
    return InProcess(tmp_path / "unused")


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Six folders of three pictures each."""
    root = tmp_path / "pictures"
    for number in range(18):
        folder = root / f"photograph {number // 3}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.png").write_bytes(picture(number))
    return root


def bench(tutela: Tutela, *arguments: str | Path) -> Ran:
    return tutela("bench", "false-matches", *arguments, "--jobs", "1", "--random", "1000")


def figures(ran: Ran) -> dict[str, Any]:
    (line,) = ran.lines
    return line


def test_different_pictures_give_no_pair_and_bounds_all_the_same(tutela: Tutela, pictures: Path) -> None:
    ran = bench(tutela, pictures, "--json")
    assert ran.code == 0
    found = figures(ran)
    assert (found["pictures"], found["folders"]) == (18, 6)
    # 18 pictures with 15 of other folders each.
    assert found["scanned"]["comparisons"] == 18 * 15
    assert found["upright"]["comparisons"] == 18 * 15 // 2
    assert found["pairs"] == []
    assert found["bound_per_comparison"]["pictures_independent"] == pytest.approx(1 - 0.05 ** (1 / 9))
    assert found["bound_per_comparison"]["folders_independent"] == pytest.approx(1 - 0.05 ** (1 / 3))
    parts = found["items_against_a_list"]
    assert (parts["entries"], parts["items"], parts["folders"], parts["items_hit"]) == (9, 9, 3, 0)
    assert parts["bound_per_item"]["pictures_independent"] == pytest.approx(1 - 0.05 ** (1 / 9))
    assert found["bound_per_item_against"] == {
        "entries": 1_000_000,
        "pictures_independent": 1,
        "folders_independent": 1,
    }
    assert (found["random"]["comparisons"], found["random"]["within"]) == (18 * 8 * 1000, 0)


def test_a_copy_in_another_folder_is_named_however_it_is_turned(tutela: Tutela, pictures: Path) -> None:
    with Image.open(pictures / "photograph 0" / "1.png") as image:
        image.transpose(Image.Transpose.ROTATE_90).save(pictures / "photograph 5" / "copy.png")
    found = figures(bench(tutela, pictures, "--json"))
    (pair,) = found["pairs"]
    assert {Path(pair["item"]).name, Path(pair["entry"]).name} == {"1.png", "copy.png"}
    assert pair["orientation"] in ("rotated_90", "rotated_270")
    assert found["upright"]["within"] == 0
    assert found["scanned"]["within"] == 2
    assert (found["pictures_hit"], found["folders_hit"]) == (2, 2)
    assert found["bound_per_comparison"]["pictures_independent"] > 1 - 0.05 ** (1 / 9)
    ran = bench(tutela, pictures)
    assert "1 pairs of pictures within the radius" in ran.out
    assert "copy.png" in ran.out


def test_copies_in_one_folder_are_compared_only_when_asked(tutela: Tutela, pictures: Path) -> None:
    shutil.copy(pictures / "photograph 0" / "1.png", pictures / "photograph 0" / "copy.png")
    assert figures(bench(tutela, pictures, "--json"))["pairs"] == []
    found = figures(bench(tutela, pictures, "--json", "--group-by", "none"))
    assert [pair["distance"] for pair in found["pairs"]] == [0]
    assert found["folders"] == found["pictures"] == 19
    assert found["scanned"]["comparisons"] == 19 * 18


def test_the_same_again_gives_the_same_figures(tutela: Tutela, pictures: Path) -> None:
    first = figures(bench(tutela, pictures, "--json", "--seed", "3"))
    assert figures(bench(tutela, pictures, "--json", "--seed", "3")) == first


def test_what_is_no_picture_is_told_and_what_is_flat_left_out(tutela: Tutela, pictures: Path) -> None:
    (pictures / "photograph 0" / "text.txt").write_text("no picture")
    Image.new("RGB", (100, 100), "grey").save(pictures / "photograph 0" / "flat.png")
    ran = bench(tutela, pictures)
    assert ran.code == 3
    assert "text.txt" in ran.err
    assert "left out: 1 below the quality for matching, 1 without a fingerprint" in ran.out
    assert "18 pictures of 6 folders" in ran.out


def test_it_reads_as_a_table(tutela: Tutela, pictures: Path) -> None:
    ran = bench(tutela, pictures)
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert any("an item in 8 orientations" in line and " 270 " in line for line in lines)
    assert any("1,000 random entries" in line and "144,000" in line for line in lines)
    assert any("1,000,000 entries" in line and "no bound" in line for line in lines)


def test_the_plot_is_svg_with_the_radius(tutela: Tutela, pictures: Path, tmp_path: Path) -> None:
    target = tmp_path / "plot.svg"
    assert bench(tutela, pictures, "--plot", target, "--radius", "20").code == 0
    words = [element.text for element in ET.parse(target).getroot().iter(f"{SVG}text")]
    assert "pdq distances of 18 pictures from 6 folders" in words
    assert "radius 20" in words
    assert "fair coins (computed)" in words


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--group-by", "photograph"], "--group-by is folder or none"),
        (["--plot", "nowhere/plot.svg"], "its folder does not exist"),
        (["--radius", "64"], "--radius"),
    ],
)
def test_what_cannot_be_used_is_refused(tutela: Tutela, pictures: Path, more: list[str], said: str) -> None:
    ran = bench(tutela, pictures, *more)
    assert ran.code == 2
    assert said in ran.err


def test_a_folder_that_gives_too_little_is_refused(tutela: Tutela, pictures: Path, tmp_path: Path) -> None:
    ran = bench(tutela, pictures / "photograph 0")
    assert ran.code == 2
    assert "--group-by none" in ran.err
    assert bench(tutela, tmp_path / "nowhere").code == 2


def test_a_plot_takes_any_title_and_says_what_it_cannot_draw() -> None:
    drawn = ET.fromstring(distance_plot("<a> & b", [Series("<c>", [0.5, 0, 0.5, 0.25], "#000000")], 2, 0.01))
    words = [element.text for element in drawn.iter() if element.text]
    assert "<a> & b" in words
    assert "<c>" in words
    # A place alone is a dot, neighbours are a line, and nothing lies between.
    assert len(drawn.findall(f"{SVG}circle")) == 1
    assert len(drawn.findall(f"{SVG}polyline")) == 1
    with pytest.raises(ValueError, match="between 0 and 1"):
        distance_plot("t", [Series("s", [1.0], "#000000")], 2, 0)


def test_no_room_for_the_random_list_is_told(tutela: Tutela, pictures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(random_list, "build_segment", full)
    ran = bench(tutela, pictures)
    assert ran.code == 1
    assert "No space left on device; --random 0 leaves it out" in ran.err
