"""`tutela statistics`, as it is typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands import InProcess, Tutela
from tutela.statistics.union.dataset_file import packaged, parsed


@pytest.fixture
def tutela(tmp_path: Path) -> Tutela:
    """The command; it needs no installation for this."""
    return InProcess(tmp_path / "none")


@pytest.fixture
def seed_files(reference: Path) -> list[Path]:
    found = sorted((reference.parent / "seeds").glob("*.txt"))
    if len(found) != 2:
        pytest.skip(f"no seed documents beside {reference}")
    return found


def test_the_seed_is_imported_and_says_where_its_languages_differ(
    tutela: Tutela, seed_files: list[Path], tmp_path: Path
) -> None:
    ran = tutela("statistics", "import-seed", *seed_files, "--out", tmp_path / "new" / "folder")
    assert (ran.code, ran.err) == (0, "")
    assert parsed((tmp_path / "new" / "folder" / "com-2023-797.json").read_bytes()) == packaged("com-2023-797")
    assert "6.SI: row 25 in en" in ran.out
    assert "rule: rows_whole" in ran.out
    assert "446 observations; 12 cells are printed otherwise" in ran.out


def test_a_difference_that_stays_is_told_by_the_exit_code(
    tutela: Tutela, seed_files: list[Path], tmp_path: Path
) -> None:
    changed = tmp_path / "changed.txt"
    changed.write_text(seed_files[1].read_text("utf-8").replace("Finland\t2021\t240", "Finland\t2021\t204"), "utf-8")
    ran = tutela("statistics", "import-seed", seed_files[0], changed, "--out", tmp_path)
    assert ran.code == 3
    assert "both are kept" in ran.out


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [(b"nothing", 1, "no table is labelled"), (b"\xff\xfe", 2, "no text in UTF-8"), (None, 2, "No such file")],
)
def test_other_files_are_refused(
    tutela: Tutela, seed_files: list[Path], tmp_path: Path, content: bytes | None, code: int, said: str
) -> None:
    path = tmp_path / "other.txt"
    if content is not None:
        path.write_bytes(content)
    ran = tutela("statistics", "import-seed", seed_files[0], path, "--out", tmp_path / "out")
    assert ran.code == code
    assert said in ran.err
    assert not (tmp_path / "out").exists()
