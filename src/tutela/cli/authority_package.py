"""Reads the package of a provider: verified as `tutela package open` does, and nothing of it is written."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

from tutela.cli.exits import Exit
from tutela.cli.output import err, fail
from tutela.referral.package.container import digest_list
from tutela.referral.package.keys import BadKeys, decoded, read_recipient_keys, verifies
from tutela.referral.package.manifest import DIGESTS, MANIFEST, MOST_MANIFEST, SIGNATURE, Manifest, parse
from tutela.referral.package.opening import NotAccepted, verify_package
from tutela.statistics.authority.intake.incoming import Incoming
from tutela.statistics.authority.intake.package import report


def incoming_of(file: Path, key: Path | None, signers: list[str], received: date) -> tuple[tuple[Incoming, ...], str]:
    """Return the report of a package and the SHA-256 of its manifest, by which it is known again.

    `file` is the package, or the folder to which it was opened. Raises RefusedFile; ends the command for one that is
    not accepted.
    """
    try:
        known = frozenset(decoded(one, 32) for one in signers)
    except ValueError as error:
        fail(f"--signer: {error}", Exit.USAGE)
    manifest, content = _of_folder(file, known) if file.is_dir() else _of_file(file, key, known)
    if not known:
        err.print(f"note: nobody was named who may sign; it is signed by {manifest.signed_by}", markup=False)
    return (report(manifest, received),), hashlib.sha256(content).hexdigest()


def _of_file(file: Path, key: Path | None, known: frozenset[bytes]) -> tuple[Manifest, bytes]:
    if key is None:
        fail("--key FILE: the secret file that the package is encrypted to (`tutela package keys`)", Exit.USAGE)
    try:
        keys = read_recipient_keys(key)
        with file.open("rb") as stream:
            return verify_package(stream, keys, signers=known)
    except BadKeys as error:
        fail(str(error), Exit.USAGE)
    except NotAccepted as error:
        fail(f"{file}: not accepted: {error}")
    except OSError as error:
        fail(f"{file}: {error.strerror}", Exit.USAGE)


def _of_folder(folder: Path, known: frozenset[bytes]) -> tuple[Manifest, bytes]:
    try:
        content, listed, signature = (_read(folder / name) for name in (MANIFEST, DIGESTS, SIGNATURE))
        manifest = parse(content)
        stated = {item.file.name: item.file.sha256 for item in manifest.items}
        signer = decoded(manifest.signed_by, 32)
    except OSError as error:
        fail(f"{folder} is no opened package: {error.strerror} ({error.filename})", Exit.USAGE)
    except ValueError as error:
        fail(f"{folder}: the manifest: {error}")
    if known and signer not in known:
        fail(f"{folder}: it is signed by a key that is not among those you named")
    if not verifies(signer, signature, listed) or listed != digest_list(
        {**stated, MANIFEST: hashlib.sha256(content).hexdigest()}
    ):
        fail(f"{folder}: the manifest is not the one that was signed")
    return manifest, content


def _read(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(MOST_MANIFEST)
