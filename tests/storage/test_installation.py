from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from tests.rig import CHAT
from tutela.regimes.services import ServiceType
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


def test_the_database_is_its_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(0o755)
    before = os.umask(0)
    try:
        with Workplace(load_settings(folder, {})) as place:
            place.register_service(CHAT)
            files = sorted(folder.glob("tutela.sqlite*"))
            assert [p.name for p in files] == ["tutela.sqlite", "tutela.sqlite-shm", "tutela.sqlite-wal"]
            assert {stat.S_IMODE(p.stat().st_mode) for p in files} == {0o600}
            for path in files:  # as an older version, or a copy, may have left them
                path.chmod(0o644)
            with Workplace(load_settings(folder, {})):
                assert {stat.S_IMODE(p.stat().st_mode) for p in files} == {0o600}
    finally:
        os.umask(before)


def test_a_service_keeps_its_type(place: Workplace) -> None:
    place.register_service(CHAT)
    place.register_service(replace(CHAT, name="Chat and more"))
    with pytest.raises(ValueError, match="register it under another id"):
        place.register_service(replace(CHAT, type=ServiceType.HOSTING))
    assert place.services() == [replace(CHAT, name="Chat and more")]
    with place.transactions.reading() as log:
        assert len(list(log.read(types=["service.registered"]))) == 2
