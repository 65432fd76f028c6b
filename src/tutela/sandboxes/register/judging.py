"""Judges a package as a register should: members, digests, signature, schema, and whether they agree."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import tarfile
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from jsonschema import Draft202012Validator

from tutela.sandboxes.register.decryption import Undecryptable, decrypt

_FILE = re.compile(r"files/[0-9A-Za-z][0-9A-Za-z-]{0,63}")
_LAST = ["manifest.json", "digests.txt", "digests.sig"]
_MOST_MANIFEST = 64 * 1024 * 1024
_MOST_FILES = 10_000


class Wrong(ValueError):
    """The package is refused; the message says why."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A package that is right."""

    manifest: dict[str, Any]
    files: tuple[str, ...]


class Judge:
    """Judges packages that are encrypted to one key; `signers` are the public keys that may sign, empty for any."""

    def __init__(self, secret: bytes, recipient: str, signers: Collection[str] = ()) -> None:
        self._secret = secret
        self._recipient = recipient
        self._signers = frozenset(signers)
        schema = json.loads(Path(__file__).with_name("manifest.schema.json").read_bytes())
        Draft202012Validator.check_schema(schema)
        self._validator = Draft202012Validator(schema)

    def judge(self, package: str, source: BinaryIO) -> Judged:
        """Return what a package holds; raises Wrong."""
        with tempfile.TemporaryFile() as plain:
            try:
                decrypt(source, plain, self._secret)
            except Undecryptable as error:
                raise Wrong(str(error)) from error
            plain.seek(0)
            digests, sizes, last = _members(plain)
        manifest = self._manifest(last["manifest.json"])
        _check_signature(manifest["signed_by"], last["digests.sig"], last["digests.txt"])
        if self._signers and manifest["signed_by"] not in self._signers:
            raise Wrong("the package is signed by a key that this register does not know")
        lines = [f"{digest}  {name}\n" for name, digest in sorted(digests.items())]
        if last["digests.txt"] != "".join(lines).encode("ascii"):
            raise Wrong("digests.txt does not hold the digests of the members")
        if manifest["package"] != package:
            raise Wrong("the manifest names another package than the address")
        if manifest["to"]["key"] != self._recipient:
            raise Wrong("the manifest names another recipient")
        stated = {item["file"]["name"]: item["file"] for item in manifest.get("items", [])}
        held = {name: {"name": name, "size": sizes[name], "sha256": digests[name]} for name in sizes}
        if stated != held or len(stated) != len(manifest.get("items", [])):
            raise Wrong("the manifest does not state the files that are there")
        for item in manifest.get("items", []):
            if item["hashes"].get("sha256", item["file"]["sha256"]) != item["file"]["sha256"]:
                raise Wrong(f"item {item['item']}: the record has another SHA-256 than the file")
        return Judged(manifest, tuple(sorted(sizes)))

    def _manifest(self, data: bytes) -> dict[str, Any]:
        try:
            manifest = json.loads(data.decode("utf-8"), object_pairs_hook=_no_repeats, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise Wrong("manifest.json is no JSON in UTF-8") from error
        first = next(iter(self._validator.iter_errors(manifest)), None)
        if first is not None:
            raise Wrong(f"manifest.json, {first.json_path}: {first.message[:200]}")
        found: dict[str, Any] = manifest
        return found


def _members(plain: BinaryIO) -> tuple[dict[str, str], dict[str, int], dict[str, bytes]]:
    digests: dict[str, str] = {}
    sizes: dict[str, int] = {}
    last: dict[str, bytes] = {}
    try:
        with tarfile.open(fileobj=plain, mode="r:") as archive:
            for member in archive:
                stream = archive.extractfile(member) if member.isreg() else None
                if stream is None or member.pax_headers:
                    raise Wrong("a member is no plain file")
                if _FILE.fullmatch(member.name) and not last and member.name not in sizes and len(sizes) < _MOST_FILES:
                    digests[member.name] = hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]
                    sizes[member.name] = member.size
                elif len(last) < len(_LAST) and member.name == _LAST[len(last)] and member.size <= _MOST_MANIFEST:
                    last[member.name] = stream.read()
                else:
                    raise Wrong("the members are not files/..., then manifest.json, digests.txt, digests.sig")
    except tarfile.TarError as error:
        raise Wrong("the package holds no tar") from error
    if list(last) != _LAST:
        raise Wrong("manifest.json, digests.txt or digests.sig is missing")
    digests["manifest.json"] = hashlib.sha256(last["manifest.json"]).hexdigest()
    return digests, sizes, last


def _check_signature(key: str, signature: bytes, message: bytes) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(key, validate=True)).verify(signature, message)
    except (InvalidSignature, ValueError) as error:
        raise Wrong("the signature does not fit digests.txt") from error


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")
