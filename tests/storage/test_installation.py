from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tutela.storage.database import WrongDatabase
from tutela.storage.settings import Settings, load_settings
from tutela.storage.workplace import Workplace


def _settings(data: Path, database: Path) -> Settings:
    return replace(load_settings(data, {}), database_url=f"sqlite:///{database}")


def test_a_folder_of_keys_is_opened_with_its_own_database_alone(tmp_path: Path) -> None:
    own, other = tmp_path / "own.sqlite", tmp_path / "other.sqlite"
    with Workplace(_settings(tmp_path / "data", own)) as place:
        place.vault.put("0190-case", "x.bytes", b"a bridge")
    with pytest.raises(WrongDatabase, match="another database"):
        Workplace(_settings(tmp_path / "data", other))
    with Workplace(_settings(tmp_path / "data", own)) as place:
        assert place.vault.get("0190-case", "x.bytes") == b"a bridge"


def test_two_databases_never_share_a_folder_of_keys(tmp_path: Path) -> None:
    first, second = tmp_path / "first.sqlite", tmp_path / "second.sqlite"
    Workplace(_settings(tmp_path / "data", first)).close()
    Workplace(_settings(tmp_path / "data", second)).close()
    with pytest.raises(WrongDatabase, match="not those of this database"):
        Workplace(_settings(tmp_path / "data", first))


def test_a_database_goes_on_with_new_keys_only_while_it_has_no_case(tmp_path: Path) -> None:
    database = tmp_path / "own.sqlite"
    Workplace(_settings(tmp_path / "old", database)).close()
    with Workplace(_settings(tmp_path / "new", database)) as place:
        assert place.keys.installation() is not None
