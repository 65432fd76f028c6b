"""A recipient of packages: a national contact point, or the EU Centre; they differ in name and configuration alone.

A package is made while the report goes through its steps, encrypted as it is written: nothing readable lies on disk,
and what a crash leaves can be read by its recipient alone. It is handed over by `finish`, in one piece. An attempt
lives in the process that opened it; any process settles it.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from tutela.events.envelope import Clock, system_clock
from tutela.referral.material import FileMaterial, ReportMaterial
from tutela.referral.package.age import CHUNK, Randomness, parse_recipient, recipient_text
from tutela.referral.package.builder import build_manifest
from tutela.referral.package.container import PackageWriter, Packed
from tutela.referral.package.delivery import PART, Delivery, Sent, part_of
from tutela.referral.package.folder import FolderDelivery
from tutela.referral.package.keys import (
    PublicKeys,
    decoded,
    encoded,
    public_key,
    read_public_keys,
    read_signing_seed,
    read_token,
)
from tutela.referral.package.manifest import AddresseePart, BadManifest, FilePart, parse, to_bytes
from tutela.referral.package.target import SANDBOX_KEYS, SANDBOX_TOKEN, PackageSettings
from tutela.referral.recipient import Receipt, RecipientError, Settled

_FORGOTTEN_SECONDS = 7 * 24 * 3600.0
"""After so long an attempt whose number nobody recorded is removed."""


@dataclass
class _Attempt:
    material: ReportMaterial
    stream: BinaryIO
    writer: PackageWriter
    packed: dict[str, FilePart] = field(default_factory=dict)
    described: set[str] = field(default_factory=set)
    sent: Sent | None = None


class PackageRecipient:
    """Implements referral.recipient.Recipient."""

    def __init__(
        self,
        settings: PackageSettings,
        delivery: Delivery,
        keys: PublicKeys,
        seed: bytes,
        clock: Clock = system_clock,
        randomness: Randomness = secrets.token_bytes,
        new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
    ) -> None:
        self._settings = settings
        self._delivery = delivery
        self._keys = keys
        self._seed = seed
        self._clock = clock
        self._randomness = randomness
        self._new_id = new_id
        self._attempts: dict[str, _Attempt] = {}

    @property
    def target(self) -> str:
        """Where reports go."""
        return self._settings.target

    @property
    def place(self) -> str:
        """The register's address, or the folder."""
        return self._settings.place

    def close(self) -> None:
        """Close what is open; attempts that were not finished are left for whoever settles them."""
        for attempt in self._attempts.values():
            attempt.stream.close()
        self._attempts.clear()
        self._delivery.close()

    def lapses(self, opened: datetime, changed: datetime) -> datetime | None:  # noqa: ARG002 - as every recipient
        """Return None: a package lies here until it is handed over or settled."""
        return None

    def open(self, material: ReportMaterial) -> str:
        """Begin a package under a new id."""
        self._clear_forgotten()
        package = self._new_id()
        path = part_of(self._delivery.workshop, package)
        # From here on any process can tell that the id was given: the file is there before the id is.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        stream = os.fdopen(handle, "wb")
        writer = PackageWriter(stream, self._keys.encryption, self._randomness)
        self._attempts[package] = _Attempt(material, stream, writer)
        _sync_folder(path)
        return package

    def upload(self, report_id: str, file: FileMaterial) -> str:
        """Encrypt a file into the package, and hold its digests against the record."""
        attempt = self._attempt(report_id)
        name = f"files/{file.item}"
        try:
            data = file.load()
            packed = attempt.writer.add(name, len(data), _chunks(data))
        except BaseException:
            # What was written of it cannot be taken back: this attempt is spoilt.
            self._forget(report_id)
            raise
        if wrong := _differs(file, packed):
            self._forget(report_id)
            raise RecipientError("evidence-broken", f"the {wrong} of an item is not that of the record", retry=False)
        attempt.packed[file.item] = FilePart(name=name, size=packed.size, sha256=packed.sha256)
        return name

    def describe(self, report_id: str, file_id: str, file: FileMaterial) -> None:
        """Note that the file is described: the manifest does it."""
        attempt = self._attempt(report_id)
        if file.item not in attempt.packed or attempt.packed[file.item].name != file_id:
            raise RecipientError("no-such-file", "the file is not in this package", retry=False)
        attempt.described.add(file.item)

    def finish(self, report_id: str) -> Receipt:
        """Sign the package and hand it over."""
        attempt = self._attempt(report_id)
        if attempt.sent is None:
            attempt.sent = self._sealed(report_id, attempt)
        held = self._delivery.deliver(attempt.sent)
        return Receipt(report_id, held)

    def settle(self, report_id: str) -> Settled:
        """Ask what became of an attempt, or end it."""
        settled = self._delivery.settle(report_id)
        self._forget(report_id)
        return settled

    def _sealed(self, package: str, attempt: _Attempt) -> Sent:
        items = [file.item for file in attempt.material.items]
        if set(items) != attempt.described:
            raise RecipientError("incomplete", "a file of the report was not uploaded or not described", retry=True)
        try:
            manifest = build_manifest(
                attempt.material,
                attempt.packed,
                package=package,
                to=AddresseePart(id=self._settings.id, key=recipient_text(self._keys.encryption)),
                signed_by=encoded(public_key(self._seed)),
                made_at=self._clock(),
            )
            written = to_bytes(manifest)
            parse(written)
        except (BadManifest, ValueError, OverflowError) as error:
            raise RecipientError("not-stateable", f"the record cannot be stated: {error}", retry=False) from error
        try:
            attempt.writer.finish(written, self._seed)
            attempt.stream.flush()
            os.fsync(attempt.stream.fileno())
            attempt.stream.close()
        except BaseException:
            self._forget(package)
            raise
        try:
            with part_of(self._delivery.workshop, package).open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
                size = stream.tell()
        except FileNotFoundError as error:
            self._forget(package)
            raise RecipientError("withdrawn", "the package was withdrawn meanwhile", retry=True) from error
        return Sent(package, tuple(attempt.packed[item].name for item in items), digest, size)

    def _attempt(self, package: str) -> _Attempt:
        attempt = self._attempts.get(package)
        if attempt is None:
            raise RecipientError("no-such-package", "this process has no such package under way", retry=True)
        return attempt

    def _forget(self, package: str) -> None:
        attempt = self._attempts.pop(package, None)
        if attempt is not None:
            # What it still holds is nobody's any more, so a full disk does no harm here.
            with suppress(OSError):
                attempt.stream.close()

    def _clear_forgotten(self) -> None:
        for path in self._delivery.workshop.glob(f"*{PART}"):
            package = path.name.removesuffix(PART)
            with suppress(FileNotFoundError, RecipientError):
                if package not in self._attempts and time.time() - path.stat().st_mtime > _FORGOTTEN_SECONDS:
                    self._delivery.settle(package)


def from_settings(settings: PackageSettings) -> PackageRecipient:
    """Return the recipient for a configuration; raises BadKeys where a key cannot be used."""
    if settings.public_keys is None:
        encryption, receipts = SANDBOX_KEYS
        keys = PublicKeys(parse_recipient(encryption), decoded(receipts, 32))
    else:
        keys = read_public_keys(settings.public_keys)
    seed = read_signing_seed(settings.signing_key)
    return PackageRecipient(settings, _delivery(settings, keys), keys, seed)


def _delivery(settings: PackageSettings, keys: PublicKeys) -> Delivery:
    if settings.folder is not None:
        return FolderDelivery(settings.folder)
    from tutela.referral.package.register import RegisterDelivery

    token = read_token(settings.token_file) if settings.token_file else SANDBOX_TOKEN
    return RegisterDelivery(settings.url, token, keys.receipts, settings.spool)


def _differs(file: FileMaterial, packed: Packed) -> str | None:
    computed = {"sha256": packed.sha256, "md5": packed.md5, "sha1": packed.sha1}
    record = file.record.fingerprints
    return next((kind for kind, value in computed.items() if record.get(kind, value) != value), None)


def _chunks(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), CHUNK):
        yield data[start : start + CHUNK]


def _sync_folder(path: os.PathLike[str]) -> None:
    handle = os.open(os.path.dirname(path), os.O_RDONLY)  # noqa: PTH120 - of what may be any path
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
