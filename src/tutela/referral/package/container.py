"""A package as a file: a plain tar, encrypted (age), written and read as a stream.

Its members stand in this order: `files/ITEM` for each item, `manifest.json`, `digests.txt`, `digests.sig`. The digests
are lines of sha256sum, sorted by name, of everything before them; the signature (Ed25519) is over their bytes.
"""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from tutela.referral.package.age import CHUNK, CannotBeRead, Randomness, Sealer, unseal
from tutela.referral.package.keys import sign
from tutela.referral.package.manifest import DIGESTS, MANIFEST, SIGNATURE

_BLOCK = 512


@dataclass(frozen=True, slots=True)
class Packed:
    """A member as it was packed: bytes, and digests in hexadecimal."""

    size: int
    sha256: str
    md5: str
    sha1: str


class PackageWriter:
    """Writes one package. The stream is the caller's to sync and close."""

    def __init__(self, out: BinaryIO, recipient: bytes, randomness: Randomness) -> None:
        self._sealer = Sealer(out, recipient, randomness)
        self._digests: dict[str, str] = {}

    def add(self, name: str, size: int, chunks: Iterable[bytes]) -> Packed:
        """Add a member; raises ValueError where it has not so many bytes, and the package is then spoilt."""
        self._sealer.write(_header(name, size))
        digests = (hashlib.sha256(), hashlib.md5(usedforsecurity=False), hashlib.sha1(usedforsecurity=False))
        written = 0
        for chunk in chunks:
            written += len(chunk)
            for digest in digests:
                digest.update(chunk)
            self._sealer.write(chunk)
        if written != size:
            raise ValueError(f"{name} has {written} bytes, not {size}")
        self._sealer.write(bytes(-size % _BLOCK))
        sha256, md5, sha1 = (digest.hexdigest() for digest in digests)
        self._digests[name] = sha256
        return Packed(size, sha256, md5, sha1)

    def finish(self, manifest: bytes, seed: bytes) -> None:
        """Add the manifest, sign, and end the package."""
        self.add(MANIFEST, len(manifest), [manifest])
        digests = digest_list(self._digests)
        self.add(DIGESTS, len(digests), [digests])
        signature = sign(seed, digests)
        self.add(SIGNATURE, len(signature), [signature])
        self._sealer.write(bytes(2 * _BLOCK))
        self._sealer.close()


class Member:
    """One member while it is read. Read it to its end before the next one is asked for."""

    def __init__(self, name: str, size: int, chunks: Iterator[bytes]) -> None:
        self.name = name
        self.size = size
        self.chunks = chunks


class PackageReader:
    """Reads the members of a package in their order, and holds none of them. Every method raises CannotBeRead."""

    def __init__(self, stream: BinaryIO, identity: bytes) -> None:
        self._chunks = unseal(stream, identity)
        self._held = b""

    def __iter__(self) -> Iterator[Member]:
        """Yield the members; at the end nothing may follow."""
        while True:
            block = self._take(_BLOCK)
            if block == bytes(_BLOCK):
                break
            try:
                entry = tarfile.TarInfo.frombuf(block, "ascii", "strict")
            except (tarfile.HeaderError, UnicodeDecodeError, ValueError) as error:
                raise CannotBeRead("there is no tar in the package") from error
            if entry.type != tarfile.REGTYPE or entry.size < 0 or entry.sparse:
                raise CannotBeRead(f"{entry.name!r} in the package is no plain file")
            yield Member(entry.name, entry.size, self._member(entry.size))
        if self._take(_BLOCK) != bytes(_BLOCK) or self._held or any(self._chunks):
            raise CannotBeRead("something follows after the end of the package")

    def _member(self, size: int) -> Iterator[bytes]:
        left = size
        while left:
            chunk = self._take(min(left, CHUNK))
            left -= len(chunk)
            yield chunk
        if self._take(-size % _BLOCK).strip(b"\0"):
            raise CannotBeRead("something lies between the members of the package")

    def _take(self, size: int) -> bytes:
        parts = []
        while size > len(self._held):
            parts.append(self._held)
            size -= len(self._held)
            self._held = next(self._chunks, b"")
            if not self._held and size:
                raise CannotBeRead("the package ends before it is whole")
        parts.append(self._held[:size])
        self._held = self._held[size:]
        return b"".join(parts)


def digest_list(digests: Mapping[str, str]) -> bytes:
    """Return the lines that are signed: sorted by name, as sha256sum writes and checks them."""
    return "".join(f"{digests[name]}  {name}\n" for name in sorted(digests)).encode("ascii")


def _header(name: str, size: int) -> bytes:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = size, 0o600, 0
    # GNU's form alone writes sizes beyond 8 GiB in the header itself.
    return entry.tobuf(tarfile.GNU_FORMAT, "ascii", "strict")
