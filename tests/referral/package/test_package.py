"""Packages: what is opened is what was packed, and whatever else somebody makes is refused, with nothing written."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import secrets
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.referral.package.material import FOUND, file_of, material_of
from tests.referral.test_builder import materials
from tutela.referral.material import ReportMaterial, SuspensionMaterial, WithdrawnMaterial
from tutela.referral.package import age
from tutela.referral.package.builder import build_manifest, moment
from tutela.referral.package.container import PackageWriter, digest_list
from tutela.referral.package.keys import RecipientKeys, encoded, public_key, sign
from tutela.referral.package.manifest import AddresseePart, BadManifest, FilePart, parse, to_bytes
from tutela.referral.package.opening import Limits, NotAccepted, open_package
from tutela.referral.package.receipt import BadReceipt, check
from tutela.referral.package.schema import HERE, schema_text
from tutela.sandboxes.register import app as register_app
from tutela.sandboxes.register.judging import Judge, Wrong

NOW = FOUND + timedelta(hours=1)
ROOT = Path(__file__).parents[3]
KEYS = RecipientKeys(hashlib.sha256(b"tutela sandbox register").digest())  # those of the sandbox, so that it judges too
SEED = bytes(range(32))
SIGNER = public_key(SEED)
Change = Callable[[dict[str, bytes]], None]


def manifest_of(material: ReportMaterial, package: str = "p-1") -> dict[str, Any]:
    """Return the manifest of a report as JSON."""
    contents = {file.item: file.load() for file in material.items}
    packed = {
        item: FilePart(name=f"files/{item}", size=len(data), sha256=hashlib.sha256(data).hexdigest())
        for item, data in contents.items()
    }
    built = build_manifest(
        material,
        packed,
        package=package,
        to=AddresseePart(id="national_contact_point", key=age.recipient_text(KEYS.public.encryption)),
        signed_by=encoded(SIGNER),
        made_at=NOW,
    )
    found: dict[str, Any] = json.loads(to_bytes(built))
    return found


def packed(material: ReportMaterial) -> bytes:
    """Return a package as the writer makes it."""
    out = io.BytesIO()
    writer = PackageWriter(out, KEYS.public.encryption, secrets.token_bytes)
    for file in material.items:
        writer.add(f"files/{file.item}", len(file.load()), iter([file.load()]))
    writer.finish(json.dumps(manifest_of(material)).encode(), SEED)
    return out.getvalue()


def forged(members: list[tuple[str, bytes]], **changes: Any) -> bytes:
    """Return an encrypted tar of whatever somebody puts in."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name, data in members:
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            for field, value in changes.items():
                setattr(entry, field, value)
            archive.addfile(entry, io.BytesIO(data))
    out = io.BytesIO()
    sealer = age.Sealer(out, KEYS.public.encryption, secrets.token_bytes)
    sealer.write(plain.getvalue().rstrip(b"\0").ljust(-(-len(plain.getvalue().rstrip(b"\0")) // 512) * 512, b"\0"))
    sealer.write(bytes(1024))
    sealer.close()
    return out.getvalue()


def members_of(files: dict[str, bytes], manifest: dict[str, Any], seed: bytes = SEED) -> list[tuple[str, bytes]]:
    """Return members that are signed and listed as they are."""
    written = json.dumps(manifest).encode()
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in {**files, "manifest.json": written}.items()}
    listed = digest_list(digests)
    last = [("manifest.json", written), ("digests.txt", listed), ("digests.sig", sign(seed, listed))]
    return [*files.items(), *last]


def refused(data: bytes, folder: Path, **options: Any) -> str:
    """Hold a package against the reader and the sandbox: both refuse it, and nothing is written."""
    folder.mkdir(exist_ok=True)
    with pytest.raises(NotAccepted) as raised:
        open_package(io.BytesIO(data), KEYS, folder / "out", now=NOW, **options)
    assert list(folder.iterdir()) == []
    if not options:
        with pytest.raises(Wrong):
            judge().judge("p-1", io.BytesIO(data))
    return str(raised.value)


def judge() -> Judge:
    return Judge(KEYS.secret, register_app.RECIPIENT)


def test_what_is_opened_is_what_was_packed(tmp_path: Path) -> None:
    material = material_of(b"a bridge", b"", b"a lake" * 100_000)
    whole = packed(material)
    opened = open_package(io.BytesIO(whole), KEYS, tmp_path / "out", now=NOW, signers=frozenset({SIGNER}))
    assert opened.signer_known
    for file in material.items:
        assert (tmp_path / "out" / "files" / file.item).read_bytes() == file.load()
    assert parse((tmp_path / "out" / "manifest.json").read_bytes()) == opened.manifest
    receipt = check((tmp_path / "out" / "receipt.json").read_bytes(), KEYS.public.receipts)
    assert (receipt.sha256, receipt.size) == (hashlib.sha256(whole).hexdigest(), len(whole))
    assert set(receipt.files) == {f"files/{file.item}" for file in material.items}
    assert sorted(judge().judge("p-1", io.BytesIO(whole)).files) == list(receipt.files)
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "out").rglob("*")} == {0}
    with pytest.raises(FileExistsError):
        open_package(io.BytesIO(whole), KEYS, tmp_path / "out", now=NOW)


def test_the_digests_are_checked_by_the_ordinary_program(tmp_path: Path) -> None:
    open_package(io.BytesIO(packed(material_of(b"a", b"b"))), KEYS, tmp_path / "out", now=NOW)
    done = subprocess.run(["sha256sum", "-c", "digests.txt"], cwd=tmp_path / "out", capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


@given(data=st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_changed_on_its_way_is_refused(data: st.DataObject, tmp_path: Path) -> None:
    whole = packed(material_of(b"a bridge"))
    at = data.draw(st.integers(0, len(whole) - 1))
    refused(whole[:at] + bytes([whole[at] ^ data.draw(st.integers(1, 255))]) + whole[at + 1 :], tmp_path / "in")
    refused(whole[:at], tmp_path / "in")


def test_what_somebody_forges_is_refused(tmp_path: Path) -> None:
    material = material_of(b"a bridge")
    (item,) = material.items
    name, data = f"files/{item.item}", b"a bridge"
    good, files = manifest_of(material), {name: data}
    right = members_of(files, good)
    open_package(io.BytesIO(forged(right)), KEYS, tmp_path / "right", now=NOW)  # the forgery itself is sound
    judge().judge("p-1", io.BytesIO(forged(right)))
    room = tmp_path / "in"

    assert "signature" in refused(forged(members_of(files, good, bytes(32))), room)
    assert "twice" in refused(forged([right[0], *right]), room)
    assert "lacks" in refused(forged(right[:-1]), room)
    assert "lacks" in refused(forged([]), room)
    assert "digests" in refused(forged([(name, b"another!"), *right[1:]]), room)
    for wrong in ("../x", "/etc/x", "files/../x", "files/a/b", "files/.x", "files/", "x", "files/" + "y" * 65):
        assert "not a name" in refused(forged(members_of({wrong: data}, good)), room)
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE):
        assert "no plain file" in refused(forged([(name, b"")], type=kind, linkname="/etc/passwd"), room)
    elsewhere = {**good, "to": {"id": "eu_centre", "key": age.recipient_text(age.public_of(bytes(range(32))))}}
    assert "another recipient" in refused(forged(members_of(files, elsewhere)), room)
    assert "does not name" in refused(forged(members_of({**files, "files/more": b""}, good)), room)
    assert "does not name" in refused(forged(members_of({}, good)), room)
    for field, value in (("package", "../1"), ("made_at", "2025-06-01T12:00:00"), ("form", "x"), ("more", 1)):
        assert "manifest" in refused(forged(members_of(files, {**good, field: value})), room)
    assert "manifest" in refused(forged(members_of(files, {k: v for k, v in good.items() if k != "case"})), room)
    assert "manifest" in refused(forged(members_of({}, {k: v for k, v in good.items() if k != "items"})), room)
    assert "is no tar" in refused(age_of(b"x" * 2000), room)
    assert "follows" in refused(age_of(bytes(1024) + b"x" * 10), room)


def age_of(plain: bytes) -> bytes:
    out = io.BytesIO()
    sealer = age.Sealer(out, KEYS.public.encryption, secrets.token_bytes)
    sealer.write(plain)
    sealer.close()
    return out.getvalue()


def test_limits_and_signers_hold(tmp_path: Path) -> None:
    whole = packed(material_of(b"a" * 100, b"b" * 100))
    room = tmp_path / "in"
    assert "limits" in refused(whole, room, limits=Limits(files=1))
    assert "limits" in refused(whole, room, limits=Limits(file_bytes=99))
    assert "limits" in refused(whole, room, limits=Limits(all_bytes=199))
    open_package(io.BytesIO(whole), KEYS, tmp_path / "out", now=NOW, limits=Limits(2, 100, 200))
    assert "not among" in refused(whole, room, signers=frozenset({public_key(bytes(32))}))
    assert not open_package(io.BytesIO(whole), KEYS, tmp_path / "any", now=NOW).signer_known


def test_a_receipt_is_the_recipients_and_unchanged(tmp_path: Path) -> None:
    opened = open_package(io.BytesIO(packed(material_of(b"a"))), KEYS, tmp_path / "out", now=NOW)
    written = opened.receipt.to_bytes()
    assert check(written, KEYS.public.receipts) == opened.receipt
    for wrong in (
        written.replace(b'"size": ', b'"size": 1'),
        written.replace(b"p-1", b"p-2"),
        b"{}",
        b"",
        written[:-9],
    ):
        with pytest.raises(BadReceipt):
            check(wrong, KEYS.public.receipts)
    with pytest.raises(BadReceipt, match="another key"):
        check(written, SIGNER)


# Fingerprints and ids as an installation holds them; everything else is as wild as other recipients' tests have it.
tame = materials.map(
    lambda m: dataclasses.replace(
        m,
        prior=tuple(number for number in m.prior if len(number) <= 64),
        withdrawn=tuple(
            dataclasses.replace(one, item=f"w-{place}", file_id=None) for place, one in enumerate(m.withdrawn)
        ),
    )
)


@settings(max_examples=100)
@given(material=tame)
def test_whatever_the_records_hold_is_stated_and_valid(material: ReportMaterial) -> None:
    stated = manifest_of(material)
    VALIDATOR.validate(stated)
    assert parse(json.dumps(stated).encode()).package == "p-1"
    for file, item in zip(material.items, stated["items"], strict=True):
        assert (item["item"], item["verdict"], item["viewed"]) == (file.item, file.verdict, file.viewed)
        assert item["hashes"] == file.record.fingerprints
        assert item.get("classification") == file.classification
        assert "signs" not in item or set(item["signs"]) == file.signs
        for sending, record in zip(item["sendings"], file.records, strict=True):
            assert ("sent_at" in sending) == (record.sent_at is not None)
            assert sending["found_at"] == moment(record.found_at)
            assert ("sender" in sending) == (record.sender is not None)
            assert len(sending.get("recipients", [])) == len(record.recipients)
    assert len(stated.get("withdrawn", [])) == len(material.withdrawn)
    assert ("account_suspended_at" in stated) == (material.suspension is not None)
    assert tuple(stated.get("earlier", ())) == material.prior


VALIDATOR = Draft202012Validator(json.loads(schema_text()))


def broken(document: Any) -> Iterator[Any]:
    """Yield a document with one thing in it left out, added or of another kind."""
    if isinstance(document, dict):
        for key in document:
            yield {k: v for k, v in document.items() if k != key}
            wrong: tuple[Any, ...] = (None, 7, "x", [], {}, True, "2025-06-01T12:00:00.000+02:00")
            for value in wrong:
                yield {**document, key: value}
            for inner in broken(document[key]):
                yield {**document, key: inner}
        yield {**document, "more": "x"}
    elif isinstance(document, list):
        for place, one in enumerate(document):
            for inner in broken(one):
                yield [*document[:place], inner, *document[place + 1 :]]


def test_the_published_schema_and_the_reader_accept_the_same() -> None:
    material = dataclasses.replace(
        material_of(b"a"),
        suspension=SuspensionMaterial(NOW),
        prior=("p-0",),
        withdrawn=(WithdrawnMaterial("w-1", "p-0", "files/w-1", FOUND, "Chat", NOW, file_of(b"b").record),),
    )
    item = dataclasses.replace(
        material.items[0], signs=frozenset({"generated"}), urgent=True, legality=(("SE", "unlawful"),)
    )
    whole = manifest_of(dataclasses.replace(material, items=(item,)))
    documents = [whole, *broken(whole)]
    assert len(documents) > 500
    accepted = 0
    for document in documents:
        try:
            parse(json.dumps(document).encode())
            ours = True
        except BadManifest:
            ours = False
        assert VALIDATOR.is_valid(document) == ours, document
        accepted += ours
    assert 10 < accepted < len(documents) / 2


def test_the_schema_is_published_as_the_code_has_it() -> None:
    for path in (HERE, ROOT / "docs/reference/package.schema.json", ROOT / "src/tutela/sandboxes/register" / HERE.name):
        assert path.read_text("utf-8") == schema_text(), path


def test_files_of_any_size_pass_through_flat_memory(tmp_path: Path) -> None:
    """300 MB packed and opened by a process of its own, whose memory stays where it was."""
    program = """
import io, resource, secrets, sys, hashlib, json
from datetime import UTC, datetime
from pathlib import Path
from tests.referral.package.test_package import KEYS, SEED, NOW, manifest_of, material_of
from tutela.referral.package.container import PackageWriter
from tutela.referral.package.opening import open_package
folder, size = Path(sys.argv[1]), 300_000_000
material = material_of(b"")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with (folder / "p").open("wb") as out:
    writer = PackageWriter(out, KEYS.public.encryption, secrets.token_bytes)
    name = "files/" + material.items[0].item
    one = writer.add(name, size, (bytes(50_000) for _ in range(size // 50_000)))
    manifest = manifest_of(material)
    manifest["items"][0]["file"] = {"name": name, "size": size, "sha256": one.sha256}
    writer.finish(json.dumps(manifest).encode(), SEED)
with (folder / "p").open("rb") as stream:
    open_package(stream, KEYS, folder / "out", now=NOW)
assert (folder / "out" / name).stat().st_size == size
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 20.0


def test_times_are_utc_with_their_zone() -> None:
    assert moment(datetime(2026, 2, 3, 10, 11, 12, 345678, tzinfo=UTC)) == "2026-02-03T10:11:12.345Z"
