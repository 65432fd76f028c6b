"""Embeddings and PhotoDNA at the command: from a model and a list to a match, and what is said where one is missing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.commands import InProcess, Tutela
from tests.content.pictures import encoded, texture
from tests.databases import REPORTER
from tests.detection.fingerprints.backbones import SIDE, backbone

PICTURE = texture(300, 200, seed=4, grain=6)


def configured(folder: Path, **more: str) -> None:
    section = {
        "model": '"blots.onnx"',
        "sha256": f'"{backbone(folder / "blots.onnx")}"',
        "threshold": "20_000",
        "side": str(SIDE),
        "mean": "[0.5, 0.5, 0.5]",
        "std": "[0.25, 0.25, 0.25]",
        **more,
    }
    lines = "\n".join(f"{name} = {text}" for name, text in section.items())
    (folder / "tutela.toml").write_text(f"{REPORTER}\n[embedding]\n{lines}\n", "utf-8")


@pytest.fixture
def tutela(tmp_path: Path, _sqlite_template: Path) -> Tutela:
    folder = tmp_path / "installation"
    folder.mkdir(mode=0o700)
    shutil.copy(_sqlite_template, folder / "tutela.sqlite")
    (folder / "tutela.toml").write_text(REPORTER, "utf-8")
    opened = InProcess(folder)
    assert opened("hashlist", "create", "known", "--owner", "O", "--source", "S", "--jurisdiction", "SE").code == 0
    return opened


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    # Cut and turned: PDQ does not know it again, but what stands in it is much the same.
    (folder / "alike.jpg").write_bytes(encoded(PICTURE.rotate(4, expand=False).rotate(90, expand=True), "JPEG"))
    (folder / "other.png").write_bytes(encoded(texture(300, 200, seed=44, grain=6), "PNG"))
    (tmp_path / "known.png").write_bytes(encoded(PICTURE, "PNG"))
    return folder


def test_from_a_model_to_a_match(tutela: Tutela, pictures: Path, tmp_path: Path) -> None:
    configured(tutela.data, threshold="200_000")
    hashed = tutela("hash", "--json", tmp_path / "known.png")
    assert (hashed.code, hashed.err) == (0, "")
    (name,) = [key for key in hashed.lines[0] if key.startswith("embedding-")]
    line = f"{name}:{hashed.lines[0][name]}\n".encode()
    assert tutela("hashlist", "import", "known", "-", "--format", "lines", stdin=line).code == 0
    exported = tutela("hashlist", "export", "known", "--format", "lines").out
    assert exported.encode() == line
    again = tutela("hashlist", "import", "known", "-", "--json", stdin=exported.encode())
    assert (again.lines[0]["added"], again.lines[0]["already_there"]) == (0, 1)
    ran = tutela("scan", pictures, "--jobs", "2", "--json", "--dry-run")
    assert [line["outcome"] for line in ran.lines[:2]] == ["match", "clean"]
    (match,) = ran.lines[0]["matches"]
    assert (match["technology"], match["threshold"], match["orientation"]) == (name, 200_000, "rotated_270")
    shown = tutela("scan", pictures, "--jobs", "1").out
    assert f"{name} {match['distance']:,} millionths from known #1, rotated 270" in shown


def test_entries_of_another_model_are_refused_on_import_and_told_in_a_scan(
    tutela: Tutela, pictures: Path, tmp_path: Path
) -> None:
    configured(tutela.data)
    hashed = tutela("hash", "--json", tmp_path / "known.png")
    assert tutela("hashlist", "import", "known", "-", stdin=hashed.out.encode()).code == 0
    configured(tutela.data, mean="[0.4, 0.5, 0.5]")
    (name,) = [key for key in hashed.lines[0] if key.startswith("embedding-")]
    line = f"{name}:{hashed.lines[0][name]}"
    refused = tutela("hashlist", "import", "known", "-", "--format", "lines", stdin=line.encode())
    assert refused.code == 3
    assert f"unknown kind '{name}'" in refused.err
    ran = tutela("scan", pictures)
    assert ran.code == 2
    assert f"entries are '{name}', which is not installed: configure it, or remove those entries" in ran.err
    assert tutela("hashlist", "disable", "known").code == 0
    assert tutela("scan", pictures, "--jobs", "1", "--dry-run").code == 0


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"sha256": '"' + "0" * 64 + '"'}, "its sha256 is"),
        ({"model": '"none.onnx"'}, "No such file"),
        ({"sha256": '"ABC"'}, "64 hexadecimal digits"),
        ({"threshold": "2_000_001"}, "millionths"),
        ({"threshold": "0"}, "threshold is 1 to"),
        ({"side": "0"}, "samples"),
        ({"std": "[0, 1, 1]"}, "above 0"),
        ({"layout": '"CHW"'}, "embedding.layout"),
        ({"colour": "5"}, "embedding.colour: no such setting"),
    ],
)
def test_a_bad_configuration_is_told_before_anything_is_done(
    tutela: Tutela, pictures: Path, more: dict[str, str], told: str
) -> None:
    configured(tutela.data, **more)
    for arguments in (("scan", pictures), ("hash", pictures / "other.png")):
        ran = tutela(*arguments)
        assert ran.code == 2
        assert told in ran.err
        assert "embedding" in ran.err


def test_photodna_without_a_threshold_is_listed_and_the_scan_says_that_it_is_not_compared(
    tutela: Tutela, pictures: Path
) -> None:
    assert tutela("hashlist", "import", "known", "-", stdin=f"photodna:{'5a' * 144}\n".encode()).code == 0
    ran = tutela("scan", pictures, "--jobs", "1", "--json")
    assert ran.code == 0
    assert "1 entries are photodna, which has no threshold and is not compared" in ran.err
    assert ran.lines[-1]["entries"] == 0
    (tutela.data / "tutela.toml").write_text(f"{REPORTER}\n[thresholds]\nphotodna = 40_000\n", "utf-8")
    ran = tutela("scan", pictures, "--jobs", "1", "--json", "--dry-run")
    assert (ran.err, ran.lines[-1]["entries"]) == ("", 1)
