"""Opens a package for who it is addressed to: decrypts, verifies, and writes its files to a folder, all or none."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from tutela.referral.package.age import CannotBeRead, recipient_text
from tutela.referral.package.container import Member, PackageReader, digest_list
from tutela.referral.package.keys import RecipientKeys, decoded, verifies
from tutela.referral.package.manifest import DIGESTS, MANIFEST, MOST_MANIFEST, SIGNATURE, BadManifest, Manifest, parse
from tutela.referral.package.receipt import Receipt, issue

RECEIPT = "receipt.json"
_FILE = re.compile(r"files/[0-9A-Za-z][0-9A-Za-z-]{0,63}")


class NotAccepted(ValueError):
    """The package is not accepted, and nothing of it was written; the message says why."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What is taken of one package at most: files, bytes of one file, bytes of all of them."""

    files: int = 10_000
    file_bytes: int = 16 * 1024**3
    all_bytes: int = 64 * 1024**3


@dataclass(frozen=True, slots=True)
class Opened:
    """An accepted package. `signer_known`: it was signed by a key that the reader named."""

    manifest: Manifest
    receipt: Receipt
    signer_known: bool


def open_package(
    stream: BinaryIO,
    keys: RecipientKeys,
    out: Path,
    *,
    now: datetime,
    signers: frozenset[bytes] = frozenset(),
    limits: Limits | None = None,
) -> Opened:
    """Open a package into a new folder, with its manifest, digests, signature and a signed receipt.

    With `signers` (Ed25519) it must be signed by one of them; without, any signature that fits is taken, and tells
    only that nothing was changed. Raises NotAccepted; FileExistsError where `out` is there; OSError.
    """
    if out.exists():
        raise FileExistsError(f"{out} is there already: name a folder that is not")
    working = out.absolute().parent / f".{out.name}.{secrets.token_hex(8)}.tmp"
    working.mkdir(mode=0o700)
    try:
        opened = _into(working, stream, keys, now, signers, limits or Limits())
        working.rename(out)
        _sync(out.absolute().parent)
    except CannotBeRead as error:
        raise NotAccepted(str(error)) from error
    finally:
        shutil.rmtree(working, ignore_errors=True)
    return opened


def verify_package(
    stream: BinaryIO, keys: RecipientKeys, *, signers: frozenset[bytes] = frozenset(), limits: Limits | None = None
) -> tuple[Manifest, bytes]:
    """Verify a package as `open_package` does, write nothing of it, and return its manifest, also as its bytes.

    Raises NotAccepted; OSError.
    """
    hashing = _Hashing(stream)
    try:
        read = _read(hashing, keys, signers, limits or Limits(), _hashed)
        hashing.end()
    except CannotBeRead as error:
        raise NotAccepted(str(error)) from error
    return read.manifest, read.found[MANIFEST]


def _into(
    folder: Path, stream: BinaryIO, keys: RecipientKeys, now: datetime, signers: frozenset[bytes], limits: Limits
) -> Opened:
    (folder / "files").mkdir(mode=0o700)
    hashing = _Hashing(stream)
    read = _read(hashing, keys, signers, limits, lambda member: _written(folder / member.name, member))
    manifest = read.manifest
    sha256, size = hashing.end()
    receipt = issue(
        keys.receipts_seed,
        package=manifest.package,
        referral=manifest.referral,
        sha256=sha256,
        size=size,
        files=tuple(read.sizes),
        signer=manifest.signed_by,
        received_at=now,
    )
    for name, data in {**read.found, RECEIPT: receipt.to_bytes()}.items():
        _write(folder / name, iter([data]))
    for one in (folder / "files", folder):
        _sync(one)
    return Opened(manifest, receipt, decoded(manifest.signed_by, 32) in signers)


@dataclass(frozen=True, slots=True)
class _Read:
    """A package that was read and verified: what is no file, and the sizes of the files."""

    manifest: Manifest
    found: dict[str, bytes]
    sizes: dict[str, int]


def _read(
    stream: _Hashing,
    keys: RecipientKeys,
    signers: frozenset[bytes],
    limits: Limits,
    take: Callable[[Member], str],
) -> _Read:
    """Read and verify a package; `take` gets each file and returns its SHA-256."""
    found: dict[str, bytes] = {}
    digests: dict[str, str] = {}
    sizes: dict[str, int] = {}
    left = limits.all_bytes
    for member in PackageReader(stream, keys.secret):  # type: ignore[arg-type]
        if member.name in digests or member.name in found:
            raise NotAccepted(f"{member.name} is in the package twice")
        if _FILE.fullmatch(member.name):
            left -= member.size
            if len(sizes) >= limits.files or member.size > limits.file_bytes or left < 0:
                raise NotAccepted(f"{member.name} is beyond the limits: {limits}")
            digests[member.name], sizes[member.name] = take(member), member.size
        elif member.name in (MANIFEST, DIGESTS, SIGNATURE):
            if member.size > MOST_MANIFEST:
                raise NotAccepted(f"{member.name} is longer than {MOST_MANIFEST} bytes")
            found[member.name] = b"".join(member.chunks)
        else:
            raise NotAccepted(f"{member.name!r} is not a name that a package holds")
    if missing := {MANIFEST, DIGESTS, SIGNATURE} - set(found):
        raise NotAccepted(f"the package lacks {', '.join(sorted(missing))}")
    return _Read(_verified(found, digests, sizes, keys, signers), found, sizes)


def _hashed(member: Member) -> str:
    digest = hashlib.sha256()
    for chunk in member.chunks:
        digest.update(chunk)
    return digest.hexdigest()


def _verified(
    found: dict[str, bytes],
    digests: dict[str, str],
    sizes: dict[str, int],
    keys: RecipientKeys,
    signers: frozenset[bytes],
) -> Manifest:
    try:
        manifest = parse(found[MANIFEST])
    except BadManifest as error:
        raise NotAccepted(f"the manifest: {error}") from error
    signer = decoded(manifest.signed_by, 32)
    if signers and signer not in signers:
        raise NotAccepted("the package is signed by a key that is not among those you named")
    if not verifies(signer, found[SIGNATURE], found[DIGESTS]):
        raise NotAccepted("the signature does not fit the list of digests")
    computed = {**digests, MANIFEST: hashlib.sha256(found[MANIFEST]).hexdigest()}
    if found[DIGESTS] != digest_list(computed):
        raise NotAccepted("the list of digests is not that of the files")
    if manifest.to.key != recipient_text(keys.public.encryption):
        # Someone to whom it was sent could otherwise pass it on as if it had been meant for another.
        raise NotAccepted("the package was made for another recipient, and encrypted anew for this one")
    stated = {item.file.name: (item.file.size, item.file.sha256) for item in manifest.items}
    if stated != {name: (sizes[name], digests[name]) for name in sizes}:
        raise NotAccepted("the manifest does not name the files that are there")
    return manifest


def _written(path: Path, member: Member) -> str:
    digest = hashlib.sha256()

    def chunks() -> Iterator[bytes]:
        for chunk in member.chunks:
            digest.update(chunk)
            yield chunk

    _write(path, chunks())
    return digest.hexdigest()


def _write(path: Path, chunks: Iterator[bytes]) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as stream:
        for chunk in chunks:
            stream.write(chunk)
        stream.flush()
        os.fsync(stream.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class _Hashing:
    """Reads a stream and computes what came through."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()
        self._size = 0

    def read(self, size: int) -> bytes:
        return self._seen(self._stream.read(size))

    def readline(self, size: int) -> bytes:
        return self._seen(self._stream.readline(size))

    def end(self) -> tuple[str, int]:
        """Return the digest and the size of all of it; what is left is read."""
        while self.read(65536):
            pass
        return self._digest.hexdigest(), self._size

    def _seen(self, data: bytes) -> bytes:
        self._digest.update(data)
        self._size += len(data)
        return data
