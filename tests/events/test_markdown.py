from pathlib import Path

import pytest

from tutela.events.catalogue.base import all_types
from tutela.events.markdown import main, render

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "events.md"


def section(page: str, name: str) -> str:
    return page.partition(f"## `{name}` (version ")[2].partition("\n## ")[0]


@pytest.mark.parametrize("name", all_types())
def test_every_event_is_described_with_each_of_its_fields(name: str) -> None:
    part = section(render(), name)
    model = all_types()[name]
    assert (model.__doc__ or "").splitlines()[0] in part
    rows = [line.split("|")[1].strip(" `") for line in part.splitlines() if line.startswith("| `")]
    assert rows == list(model.model_fields)
    assert ("No fields." in part) is (not model.model_fields)


@pytest.mark.parametrize(
    "row",
    [
        "| `sent_at` | datetime or nothing |",
        "| `items` | list of ReferredItem |",
        "| `rows` | list of TallyRow |",
        "| `verdict` | `known` or `new` |",
        "| `opinion` | `known` or `new` or `not` or nothing |",
        "| `quality` | whole number or nothing |",
        "| `upheld` | yes or no |",
    ],
)
def test_types_are_written_in_words(row: str) -> None:
    assert row in render().splitlines()


def test_the_page_in_the_repository_is_what_the_catalogue_says() -> None:
    assert PAGE.exists(), f"{PAGE} is missing: run `make docs`"
    assert PAGE.read_text("utf-8") == render(), "run `make docs`"


def test_the_check_tells_a_fresh_page_from_a_stale_or_missing_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "reference" / "events.md"
    assert main(["--check", str(page)]) == 1
    assert main([str(page)]) == 0
    assert main(["--check", str(page)]) == 0
    page.write_text(page.read_text("utf-8") + "\n", "utf-8")
    assert main(["--check", str(page)]) == 1
    assert "run `make docs`" in capsys.readouterr().err
