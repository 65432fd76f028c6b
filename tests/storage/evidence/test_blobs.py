"""The store of encrypted bytes: one contract for files and for S3."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from tutela.casework.evidence import EvidenceGone
from tutela.storage.evidence.blobs.files import FileBlobs
from tutela.storage.evidence.blobs.port import BlobStore, NotStored
from tutela.storage.evidence.blobs.s3 import S3Blobs, S3Settings, StoreFails
from tutela.storage.evidence.keys import KeyRing
from tutela.storage.evidence.shards import shard_of
from tutela.storage.evidence.vault import BrokenEvidence, Vault

CASE, OTHER = "case-1", "case-2"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def client(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    made = boto3.session.Session().client("s3", endpoint_url=endpoint, region_name="us-east-1")
    made.create_bucket(Bucket="evidence")
    made.put_bucket_versioning(Bucket="evidence", VersioningConfiguration={"Status": "Enabled"})
    yield made
    for kind in ("Versions", "DeleteMarkers"):
        for found in made.list_object_versions(Bucket="evidence").get(kind, ()):
            made.delete_object(Bucket="evidence", Key=found["Key"], VersionId=found["VersionId"])
    made.delete_bucket(Bucket="evidence")
    made.close()


@pytest.fixture(params=["files", "s3"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[BlobStore]:
    if request.param == "files":
        yield FileBlobs(tmp_path / "evidence")
        return
    request.getfixturevalue("client")
    store = S3Blobs(S3Settings("evidence", request.getfixturevalue("endpoint"), "us-east-1"))
    yield store
    store.close()


def test_what_is_put_comes_back_until_it_is_erased(blobs: BlobStore) -> None:
    blobs.put(CASE, "b", b"two")
    blobs.put(CASE, "a", b"one")
    blobs.put(CASE, "a", b"once more")
    blobs.put(OTHER, "a", b"other")
    assert blobs.get(CASE, "a") == b"once more"
    now = time.time()
    assert [(s.name, s.size, s.temporary) for s in blobs.stored(CASE, now)] == [("a", 9, False), ("b", 3, False)]
    assert all(-5 < s.age < 60 for s in blobs.stored(CASE, now))
    assert list(blobs.cases_in(shard_of(CASE))) == [CASE]
    blobs.delete(CASE, "b")
    blobs.delete(CASE, "nothing")
    with pytest.raises(NotStored):
        blobs.get(CASE, "b")
    blobs.erase(CASE)
    blobs.erase(CASE)
    assert blobs.stored(CASE, now) == []
    assert list(blobs.cases_in(shard_of(CASE))) == []
    with pytest.raises(NotStored):
        blobs.get(CASE, "a")
    assert blobs.get(OTHER, "a") == b"other"


def test_an_erasure_takes_older_versions_too(client: Any, endpoint: str) -> None:
    store = S3Blobs(S3Settings("evidence", endpoint, "us-east-1"))
    store.put(CASE, "a", b"one")
    store.put(CASE, "a", b"two")
    client.delete_object(Bucket="evidence", Key=f"tutela/{shard_of(CASE)}/{CASE}/a")
    assert list(store.cases_in(shard_of(CASE))) == [CASE]  # gone to see, and still there
    store.erase(CASE)
    left = client.list_object_versions(Bucket="evidence")
    assert not left.get("Versions")
    assert not left.get("DeleteMarkers")
    store.close()


def test_only_ciphertext_under_opaque_names_leaves(client: Any, endpoint: str, tmp_path: Path) -> None:
    store = S3Blobs(S3Settings("evidence", endpoint, "us-east-1"))
    vault = Vault(store, KeyRing(tmp_path / "keys"), tmp_path / "touched", seal_names=True)
    vault.put(CASE, "item.bytes", b"a bridge over a river")
    vault.put(CASE, "item.record", b"{}")
    assert vault.get(CASE, "item.bytes") == b"a bridge over a river"
    assert vault.names(CASE) == ["item.bytes", "item.record"]
    found = client.list_objects_v2(Bucket="evidence")["Contents"]
    assert not any("item" in o["Key"] or "record" in o["Key"] or "bytes" in o["Key"] for o in found)
    bodies = []
    for one in found:
        with closing(client.get_object(Bucket="evidence", Key=one["Key"])["Body"]) as body:
            bodies.append(body.read())
    assert not any(b"bridge" in body for body in bodies)
    client.put_object(Bucket="evidence", Key=found[0]["Key"], Body=bodies[1])
    with pytest.raises(BrokenEvidence):
        _ = [vault.get(CASE, name) for name in vault.names(CASE)]
    assert vault.sweep(lambda _: {CASE: set()}, older_than=-60) == [f"{CASE}/item.bytes", f"{CASE}/item.record"]
    vault.put(CASE, "item.bytes", b"again")
    vault.erase(CASE)
    assert vault.is_gone(CASE)
    with pytest.raises(EvidenceGone):
        vault.get(CASE, "item.bytes")
    vault.close()


def test_a_store_that_fails_says_so(endpoint: str, client: Any) -> None:
    store = S3Blobs(S3Settings("nowhere", endpoint, "us-east-1"))
    for call in (lambda: store.put(CASE, "a", b""), lambda: store.stored(CASE, 0.0), lambda: store.erase(CASE)):
        with pytest.raises(StoreFails, match="NoSuchBucket"):
            call()
    store.close()


def test_a_store_on_another_machine_needs_tls() -> None:
    with pytest.raises(ValueError, match=r"evidence\.endpoint"):
        S3Settings("evidence", "http://storage.example")
    S3Settings("evidence", "https://storage.example")


def test_a_sweep_looks_at_what_was_written_of_late_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Counting(FileBlobs):
        looked: list[str] = []

        def stored(self, case: str, now: float) -> Any:
            self.looked.append(case)
            return super().stored(case, now)

    store = Counting(tmp_path / "evidence")
    vault = Vault(store, KeyRing(tmp_path / "keys"), tmp_path / "touched")
    present = time.time()
    known: Callable[[list[str]], dict[str, set[str]]] = lambda cases: {case: {"i1"} for case in cases}  # noqa: E731
    for hour in range(5):
        monkeypatch.setattr(time, "time", lambda at=present + 3600 * hour: at)
        for n in range(4):
            vault.put(f"case-{hour}-{n}", "i1.bytes", b"x")
    monkeypatch.setattr(time, "time", lambda: present + 3600 * 8)
    vault.sweep(known, older_than=0)
    seen = len(store.looked)
    assert seen == 20
    monkeypatch.setattr(time, "time", lambda: present + 3600 * 20)
    vault.put("case-late", "i1.bytes", b"x")
    vault.sweep(known, older_than=-1e9)
    assert store.looked[seen:] == ["case-late"]
