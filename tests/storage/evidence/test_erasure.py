"""Erasure: real, certified, once, whatever crashes, and for good."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.databases import Opening, SteppableClock
from tests.rig import Rig, dump, party, picture
from tutela.casework.case import CaseState
from tutela.casework.certificates import BadCertificate, commitment, verify
from tutela.casework.evidence import EvidenceGone, bytes_name
from tutela.content.item import Provenance
from tutela.statistics.provider_return.wording import as_json
from tutela.storage import durable, schema
from tutela.storage.casework.case_reader import CaseReader
from tutela.storage.evidence import certificate_files, keys, tombstones
from tutela.storage.workplace import Workplace


@pytest.fixture
def rig(place: Workplace, clock: SteppableClock) -> Rig:
    return Rig(place, clock)


def _dismissed(rig: Rig, account: str = "sender", first: int = 0) -> tuple[str, str]:
    one = rig.take(f"{account}-x", picture(first), Provenance(party(account)))
    assert one.case
    assert one.item
    rig.decide(one.case, one.item, "not", remarks="a quarry")
    return one.case, one.item


def _events(place: Workplace, type_: str) -> list[Any]:
    with place.transactions.reading() as log:
        return [event.payload for event in log.read(types=[type_])]


def test_what_is_due_is_erased_and_certified(rig: Rig, place: Workplace, clock: SteppableClock) -> None:
    case, item = _dismissed(rig)
    assert place.retention.run() == []
    clock.advance(days=13)
    assert place.retention.run() == []
    clock.advance(days=2)
    (certificate,) = place.retention.run()
    with pytest.raises(EvidenceGone):
        place.vault.get(case, bytes_name(item))
    assert place.vault.is_gone(case)
    found = place.retention.certificate(certificate)
    verify(found, place.keys.signing())
    assert (found.rule, found.phase, found.names) == ("policy:dismissed", "dismissed", 3)
    assert found.kinds == ("bytes", "record", "remark")
    (erased,) = found.items
    digest = sha256(picture(0)).digest()
    assert erased.commitment == commitment(place.keys.commitments(), certificate, item, digest)
    assert erased.commitment != commitment(place.keys.commitments(), certificate, item, sha256(b"x").digest())
    assert digest.hex() not in found.model_dump_json()
    assert place.retention.run() == []
    assert place.retention.of_case(case).clock is None
    with pytest.raises(BadCertificate, match="changed after"):
        verify(found.model_copy(update={"names": 4}), place.keys.signing())


def test_the_figures_of_a_return_still_open_to_their_events(rig: Rig, place: Workplace, clock: SteppableClock) -> None:
    rig.confirmed("kim", items=2)
    _dismissed(rig, "kin", 3)
    rig.close()
    before = place.yearly_return(2025)
    clock.set("2026-12-01T00:00:00Z")
    assert len(place.retention.run()) == 2
    after = place.yearly_return(2025)
    assert as_json(after)["figures"] == as_json(before)["figures"]
    with place.transactions.reading() as log:
        for figure in after.figures:
            assert len(log.by_sequence(figure.events)) == len(set(figure.events)), figure.id


def test_a_case_that_nobody_decided_ends_with_its_evidence(rig: Rig, place: Workplace, clock: SteppableClock) -> None:
    one = rig.take("a", picture(0))
    assert one.case
    clock.set("2026-06-02T08:00:00Z")
    assert place.retention.run() == []
    clock.set("2026-06-02T09:00:00Z")
    assert len(place.retention.run()) == 1
    assert CaseReader(place.database).one(one.case).state is CaseState.EXPIRED
    clock.set("2026-08-03T09:00:00Z")
    again = rig.take("b", picture(1), batch="later")
    assert again.case != one.case


@pytest.mark.parametrize("fault", range(14))
def test_a_crash_anywhere_leaves_one_certificate_and_nothing_else(
    rig: Rig, place: Workplace, clock: SteppableClock, monkeypatch: pytest.MonkeyPatch, fault: int
) -> None:
    """The n-th durable step of an erasure fails; the next run ends it."""
    case, _ = _dismissed(rig)
    clock.advance(days=20)
    place.retention.follow_policy()
    left = [fault]

    def failing(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            left[0] -= 1
            if left[0] == -1:
                raise KeyboardInterrupt
            return function(*arguments, **named)

        return call

    with monkeypatch.context() as patch:
        for module in (certificate_files, tombstones, keys, durable):
            for name in ("write_durably", "append_line", "sync_folder"):
                if hasattr(module, name):
                    patch.setattr(module, name, failing(getattr(module, name)))
        patch.setattr("tutela.storage.evidence.blobs.files.shutil.rmtree", failing(shutil.rmtree))
        patch.setattr(type(place.retention.erasure), "_certify", failing(type(place.retention.erasure)._certify))
        with suppress(KeyboardInterrupt):
            place.retention.erasure.run()
    place.retention.run()
    assert place.vault.is_gone(case)
    assert len(_events(place, "erasure.certified")) == 1
    assert len(_events(place, "erasure.begun")) == 1
    (row,) = place.retention.recent()
    verify(place.retention.certificate(row.id), place.keys.signing())
    assert not list((place.settings.data / "erased").glob("drafts/*"))


def test_a_backup_made_before_the_erasure_brings_nothing_back(
    rig: Rig, place: Workplace, clock: SteppableClock, tmp_path: Path, opening: Opening, backend: str
) -> None:
    case, item = _dismissed(rig)
    kept, _ = _dismissed(rig, "other", 1)
    data = place.settings.data
    shutil.copytree(data / "evidence", tmp_path / "evidence-backup")
    shutil.copytree(data / "keys" / "cases", tmp_path / "case-keys-backup")
    backup = _backup(place)
    clock.advance(days=10)
    place.retention.run()
    clock.advance(days=5)
    assert len(place.retention.run()) == 2
    certificates = {row.id for row in place.retention.recent()}
    # Restored: the database, and the blobs.
    shutil.rmtree(data / "evidence")
    shutil.copytree(tmp_path / "evidence-backup", data / "evidence")
    _restore(place, backup)
    with opening() as restored:
        with pytest.raises(EvidenceGone):
            restored.vault.get(case, bytes_name(item))
        restored.tidy()
        assert restored.vault.is_gone(case)
        assert restored.vault.is_gone(kept)
        assert {row.id for row in restored.retention.recent()} == certificates
        assert len(_events(restored, "erasure.certified")) == 2
        assert {e.found for e in _events(restored, "erasure.repeated")} == {("bytes", "record")}
        restored.tidy()
        assert len(_events(restored, "erasure.repeated")) == 2
    # And the keys of cases too, by mistake, beside the newer ones.
    shutil.copytree(tmp_path / "evidence-backup", data / "evidence", dirs_exist_ok=True)
    shutil.copytree(tmp_path / "case-keys-backup", data / "keys" / "cases", dirs_exist_ok=True)
    with opening() as restored:
        with pytest.raises(EvidenceGone, match="came back"):
            restored.vault.get(case, bytes_name(item))
        restored.retention.run(thorough=True)
        assert restored.vault.is_gone(case)
        assert restored.vault.is_gone(kept)
        assert len(_events(restored, "erasure.repeated")) == 4


def test_an_old_copy_of_the_whole_folder_of_keys_is_noticed(
    rig: Rig, place: Workplace, clock: SteppableClock, tmp_path: Path, opening: Opening
) -> None:
    case, item = _dismissed(rig)
    data = place.settings.data
    for name in ("keys", "evidence"):
        shutil.copytree(data / name, tmp_path / name)
    clock.advance(days=15)
    assert len(place.retention.run()) == 1
    for name in ("keys", "evidence"):
        shutil.rmtree(data / name)
        shutil.copytree(tmp_path / name, data / name)
    with opening() as restored:
        assert restored.vault.get(case, bytes_name(item))  # noticed when the server starts, or a scan
        restored.tidy()
        assert restored.vault.is_gone(case)
        assert len(_events(restored, "erasure.repeated")) == 1
        assert restored.retention.run() == []


def test_projections_are_made_again(rig: Rig, place: Workplace, clock: SteppableClock) -> None:
    rig.confirmed("kim", items=2)
    _dismissed(rig, "kin", 3)
    clock.advance(days=16)
    place.retention.run()
    before = dump(place.database)
    with place.transactions.record() as log:
        log.rebuild()
    assert dump(place.database) == before


def _backup(place: Workplace) -> list[tuple[str, list[dict[str, object]]]]:
    with place.database.read() as connection:
        return [
            (table.name, [dict(row) for row in connection.execute(select(table)).mappings()])
            for table in schema.metadata.sorted_tables
        ]


def _restore(place: Workplace, backup: list[tuple[str, list[dict[str, object]]]]) -> None:
    """As pg_restore --clean, or a copy of the file, would: every row of the backup and no other."""
    with place.database.write() as connection:
        # A restored database never saw the rows as changed: its append-only tables guard against changes alone.
        if connection.dialect.name == "postgresql":
            for table in schema.metadata.sorted_tables:
                connection.exec_driver_sql(f"ALTER TABLE {table.name} DISABLE TRIGGER ALL")
        else:
            for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").all():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        for table in reversed(schema.metadata.sorted_tables):
            connection.execute(table.delete())
        for name, rows in backup:
            if rows:
                connection.execute(schema.metadata.tables[name].insert(), rows)
