"""Keys and evidence: permissions, tampering, erasure that is real, and a sweep that takes orphans alone."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import threading
import time
from pathlib import Path

import pytest

from tutela.casework.evidence import EvidenceGone
from tutela.casework.pseudonyms import KeyDestroyed, Pseudonyms
from tutela.events.envelope import new_id, system_clock
from tutela.storage.durable import write_durably
from tutela.storage.evidence.blobs.files import FileBlobs
from tutela.storage.evidence.keys import BrokenKey, KeyRing
from tutela.storage.evidence.shards import shard_of
from tutela.storage.evidence.vault import BrokenEvidence, Vault

CASE = "01976f00-0000-7000-8000-000000000001"
OTHER = "01976f00-0000-7000-8000-000000000002"


@pytest.fixture
def keys(tmp_path: Path) -> KeyRing:
    return KeyRing(tmp_path / "keys")


@pytest.fixture
def vault(tmp_path: Path, keys: KeyRing) -> Vault:
    return Vault(FileBlobs(tmp_path / "evidence"), keys, tmp_path / "touched")


def key_path(tmp_path: Path, case: str) -> Path:
    return tmp_path / "keys" / "cases" / shard_of(case) / f"{case}.key"


def evidence(tmp_path: Path, case: str) -> Path:
    return tmp_path / "evidence" / shard_of(case) / case


def files_of(folder: Path) -> list[Path]:
    return [p for p in folder.rglob("*") if p.is_file()]


def make_old(folder: Path, seconds: float = 7200) -> None:
    then = time.time() - seconds
    for path in files_of(folder):
        os.utime(path, (then, then))


def test_everything_is_for_its_owner_alone(tmp_path: Path, keys: KeyRing, vault: Vault) -> None:
    keys.ledger()
    keys.key(2025)
    vault.put(CASE, "a.bytes", b"data")
    for path in files_of(tmp_path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    for folder in (tmp_path / "keys", tmp_path / "keys" / "cases", tmp_path / "evidence", evidence(tmp_path, CASE)):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder


def test_keys_stay_the_same_and_differ(tmp_path: Path, keys: KeyRing) -> None:
    made = [keys.ledger(), keys.key(2025), keys.key(2026), keys.case(CASE, make=True), keys.case(OTHER, make=True)]
    assert len(set(made)) == 5
    again = KeyRing(tmp_path / "keys")
    assert [again.ledger(), again.key(2025), again.key(2026), again.case(CASE), again.case(OTHER)] == made
    assert again.cases() == [CASE, OTHER]


def test_one_key_however_many_ask_at_once(tmp_path: Path) -> None:
    found: list[bytes] = []
    ready = threading.Barrier(8)

    def ask() -> None:
        ring = KeyRing(tmp_path / "keys")
        ready.wait()
        found.append(ring.case(CASE, make=True) + ring.key(2025) + ring.ledger())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert not [p for p in files_of(tmp_path) if p.name.endswith(".tmp")]


def test_a_key_that_others_can_read_is_refused(tmp_path: Path, keys: KeyRing) -> None:
    keys.case(CASE, make=True)
    (tmp_path / "keys" / "master.key").chmod(0o640)
    with pytest.raises(BrokenKey, match="chmod 600"):
        keys.case(CASE)


def test_a_short_key_is_refused(tmp_path: Path, keys: KeyRing) -> None:
    keys.ledger()
    (tmp_path / "keys" / "ledger.key").write_bytes(b"short")
    with pytest.raises(BrokenKey, match="5 bytes"):
        keys.ledger()


@pytest.mark.parametrize("name", ["master.key", "ledger.key", "pseudonyms-2025.key"])
def test_a_key_that_is_lost_is_missed_and_not_made_again(tmp_path: Path, vault: Vault, name: str) -> None:
    vault.put(CASE, "a.bytes", b"data")
    path = tmp_path / "keys" / name

    def asked() -> None:
        ring = KeyRing(tmp_path / "keys")
        ring.ledger()
        ring.key(2025)
        ring.case(CASE)

    asked()
    key = path.read_bytes()
    path.unlink()
    with pytest.raises(BrokenKey, match="backup of the keys"):
        asked()
    assert not path.exists()
    write_durably(path, key)
    asked()
    # A key of an installation without marks, or of a process killed between the two, gets its mark.
    mark = path.with_name(f"{name}.made")
    mark.unlink()
    asked()
    assert mark.exists()
    path.unlink()
    with pytest.raises(BrokenKey, match="backup of the keys"):
        asked()


def test_a_wrong_master_key_opens_nothing(tmp_path: Path, vault: Vault) -> None:
    vault.put(CASE, "a.bytes", b"data")
    (tmp_path / "keys" / "master.key").write_bytes(secrets.token_bytes(32))
    with pytest.raises(BrokenKey, match="master key"):
        vault.get(CASE, "a.bytes")
    with pytest.raises(BrokenKey):
        vault.put(CASE, "b.bytes", b"more")


def test_a_key_is_bound_to_its_case(tmp_path: Path, vault: Vault) -> None:
    vault.put(CASE, "a.bytes", b"data")
    key_path(tmp_path, OTHER).parent.mkdir(exist_ok=True)
    shutil.copy(key_path(tmp_path, CASE), key_path(tmp_path, OTHER))
    with pytest.raises(BrokenKey):
        KeyRing(tmp_path / "keys").case(OTHER)


@pytest.mark.parametrize("length", [0, 5, 12, 20, 60])
def test_a_key_cut_short_says_so(tmp_path: Path, vault: Vault, length: int) -> None:
    vault.put(CASE, "a.bytes", b"data")
    path = key_path(tmp_path, CASE)
    path.write_bytes(path.read_bytes()[:length] if length < 60 else path.read_bytes() + b"x")
    with pytest.raises(BrokenKey):
        vault.get(CASE, "a.bytes")


def test_year_keys_once_destroyed_stay_so(tmp_path: Path, keys: KeyRing) -> None:
    before = Pseudonyms(keys, 2025).account("chat", "kim")
    assert Pseudonyms(keys, 2025).account("chat", "kim") == before
    (tmp_path / "keys" / "pseudonyms-2025.key").unlink()
    (tmp_path / "keys" / "pseudonyms-2025.destroyed").touch()
    with pytest.raises(KeyDestroyed):
        Pseudonyms(keys, 2025)
    assert not (tmp_path / "keys" / "pseudonyms-2025.key").exists()


def test_pseudonyms_differ_by_year_service_account_and_use(keys: KeyRing) -> None:
    one, other = Pseudonyms(keys, 2025), Pseudonyms(keys, 2026)
    made = [
        one.account("chat", "kim"),
        other.account("chat", "kim"),
        one.account("mail", "kim"),
        one.account("chat", "kin"),
        one.account("chatk", "im"),
        one.content(b"kim"),
        one.account("chat", "kim\ud800"),
    ]
    assert len(set(made)) == len(made)
    assert all(len(m) == 32 for m in made)


@pytest.mark.parametrize("data", [b"", b"x", bytes(3_000_000)])
def test_evidence_comes_back_and_is_encrypted(tmp_path: Path, vault: Vault, data: bytes) -> None:
    vault.put(CASE, "a.bytes", data)
    vault.put(CASE, "b.bytes", data)
    assert vault.get(CASE, "a.bytes") == data
    stored = [p.read_bytes() for p in files_of(tmp_path / "evidence")]
    assert len(set(stored)) == 2  # never the same nonce
    assert all(len(s) == len(data) + 28 for s in stored)
    vault.put(CASE, "a.bytes", b"replaced")
    assert vault.get(CASE, "a.bytes") == b"replaced"
    assert vault.names(CASE) == ["a.bytes", "b.bytes"]


@pytest.mark.parametrize("at", [0, 11, 12, 15, -1])
def test_tampered_evidence_is_noticed(tmp_path: Path, vault: Vault, at: int) -> None:
    vault.put(CASE, "a.bytes", b"some data")
    path = evidence(tmp_path, CASE) / "a.bytes"
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)
    with pytest.raises(BrokenEvidence):
        vault.get(CASE, "a.bytes")


@pytest.mark.parametrize("length", [0, 3, 12, 27])
def test_truncated_evidence_is_noticed(tmp_path: Path, vault: Vault, length: int) -> None:
    vault.put(CASE, "a.bytes", b"some data")
    path = evidence(tmp_path, CASE) / "a.bytes"
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(BrokenEvidence):
        vault.get(CASE, "a.bytes")


def test_evidence_is_bound_to_its_name(tmp_path: Path, vault: Vault) -> None:
    vault.put(CASE, "a.bytes", b"one")
    vault.put(CASE, "b.bytes", b"two")
    folder = evidence(tmp_path, CASE)
    shutil.copy(folder / "a.bytes", folder / "b.bytes")
    with pytest.raises(BrokenEvidence):
        vault.get(CASE, "b.bytes")


@pytest.mark.parametrize(
    ("case", "name"),
    [("../x", "a"), (CASE, "../a"), (CASE, ".a"), (CASE, ""), ("", "a"), ("..", "a"), (CASE, "a/b"), (CASE, "a\0")],
)
def test_names_lead_nowhere_else(vault: Vault, case: str, name: str) -> None:
    with pytest.raises(ValueError, match=r"names no evidence|not the id of a case"):
        vault.put(case, name, b"x")


def test_erased_is_gone(tmp_path: Path, keys: KeyRing, vault: Vault) -> None:
    vault.put(CASE, "a.bytes", b"one")
    vault.put(OTHER, "a.bytes", b"two")
    vault.erase(CASE)
    with pytest.raises(EvidenceGone):
        vault.get(CASE, "a.bytes")
    assert vault.names(CASE) == []
    assert keys.cases() == [OTHER]
    assert vault.get(OTHER, "a.bytes") == b"two"
    vault.erase(CASE)  # again
    with pytest.raises(EvidenceGone):
        vault.get(CASE, "a.bytes")


def test_erasure_takes_the_copy_that_a_kill_left(
    tmp_path: Path, keys: KeyRing, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that is linked under its name and killed before its temporary name is gone has two names."""

    def killed(self: Path, *, missing_ok: bool = False) -> None:
        raise KeyboardInterrupt

    keys.case(OTHER, make=True)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", killed)
        with pytest.raises(KeyboardInterrupt):
            keys.case(CASE, make=True)
    assert len([p for p in files_of(tmp_path / "keys") if CASE in p.name]) == 2
    vault.erase(CASE)
    assert [p for p in files_of(tmp_path / "keys") if CASE in p.name] == []


def test_what_was_never_kept_is_gone_too(vault: Vault) -> None:
    with pytest.raises(EvidenceGone):
        vault.get(CASE, "a.bytes")
    vault.put(CASE, "a.bytes", b"one")
    with pytest.raises(EvidenceGone, match=r"b\.bytes"):
        vault.get(CASE, "b.bytes")


def test_sweep_takes_what_is_old_and_unknown_alone(tmp_path: Path, keys: KeyRing, vault: Vault) -> None:
    for case in (CASE, OTHER):
        vault.put(case, "i1.bytes", b"one")
        vault.put(case, "i2.bytes", b"two")
    assert vault.sweep(lambda _: {CASE: {"i1"}}) == []  # too young
    make_old(tmp_path)
    young = new_id(system_clock())
    vault.put(young, "i3.bytes", b"three")
    vault.put(CASE, "i4.bytes", b"of a transaction that is still open")
    assert vault.sweep(lambda _: {CASE: {"i1"}}) == [OTHER, f"{CASE}/i2.bytes"]
    assert keys.cases() == sorted([CASE, young])
    assert vault.names(CASE) == ["i1.bytes", "i4.bytes"]
    assert vault.names(OTHER) == []
    assert vault.get(CASE, "i1.bytes") == b"one"
    assert vault.get(young, "i3.bytes") == b"three"


def test_sweep_takes_temporary_files(tmp_path: Path, vault: Vault) -> None:
    vault.put(CASE, "i1.bytes", b"one")
    left = [
        evidence(tmp_path, CASE) / ".i1.bytes.00ff.tmp",
        tmp_path / "keys" / ".master.key.00ff.tmp",
        tmp_path / "keys" / "tmp" / f".{CASE}.key.00ff.tmp",
    ]
    for path in left:
        path.write_bytes(b"half")
    assert vault.sweep(lambda _: {CASE: {"i1"}}) == []
    assert all(path.exists() for path in left)
    make_old(tmp_path)
    assert vault.sweep(lambda _: {CASE: {"i1"}}) == []
    assert not any(path.exists() for path in left)
    assert vault.get(CASE, "i1.bytes") == b"one"


def test_a_durable_file_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x"
    write_durably(path, b"first")

    def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        write_durably(path, b"second")
    monkeypatch.undo()
    assert path.read_bytes() == b"first"
    assert files_of(tmp_path) == [path]
    assert write_durably(path, b"third", only_new=True) is False
    assert path.read_bytes() == b"first"
