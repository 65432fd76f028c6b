"""Packages as files in a folder, from which the recipient fetches them. A file is there whole or not at all.

Packages are made in `.making` inside the folder, so that one rename hands them over on any file system. Two small files
tell what became of each: `ID.sent`, written before the rename, and `ID.dropped`, which takes the place of the package.
They stay, since the recipient may have fetched the package long before anybody asks.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from tutela.referral.package.delivery import Sent, part_of
from tutela.referral.recipient import RecipientError, Settled

SUFFIX = ".tutela"


class FolderDelivery:
    """Implements Delivery."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._workshop = folder / ".making"

    @property
    def workshop(self) -> Path:
        """Where packages are made; raises RecipientError where the folder is not there, as when it is not mounted."""
        try:
            self._workshop.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise RecipientError("no-folder", f"{self._folder}: {error.strerror}", retry=True) from error
        return self._workshop

    def deliver(self, sent: Sent) -> tuple[str, ...]:
        """Rename the package into the folder."""
        part, final = part_of(self.workshop, sent.package), self._folder / f"{sent.package}{SUFFIX}"
        mark = self._mark(sent.package)
        try:
            if not mark.exists():
                _write(mark, json.dumps({"sha256": sent.sha256, "size": sent.size}).encode())
            part.rename(final)
            _sync(self._folder)
            _sync(self._workshop)
        except FileNotFoundError as error:
            if self._dropped(sent.package).exists() or not mark.exists():
                raise RecipientError("withdrawn", "the package was withdrawn meanwhile", retry=True) from error
        except OSError as error:
            raise RecipientError("no-folder", f"{self._folder}: {error.strerror}", retry=True) from error
        return sent.files

    def settle(self, package: str) -> Settled:
        """Take the package away before it is handed over, if that is still possible."""
        part, dropped = part_of(self.workshop, package), self._dropped(package)
        try:
            part.rename(dropped)
            _sync(self._workshop)
            os.truncate(dropped, 0)
            return Settled.GONE
        except FileNotFoundError:
            pass
        except OSError as error:
            raise RecipientError("no-folder", f"{self._folder}: {error.strerror}", retry=True) from error
        if dropped.exists():
            return Settled.GONE
        if self._mark(package).exists():
            return Settled.FILED
        # Neither was ever written here: somebody emptied the folder, and it cannot tell any more.
        raise RecipientError(
            "unknown-package",
            f"{self._workshop} knows nothing of package {package}: ask the recipient whether it has it",
            retry=False,
        )

    def close(self) -> None:
        """Hold nothing."""

    def _mark(self, package: str) -> Path:
        return self._workshop / f"{package}.sent"

    def _dropped(self, package: str) -> Path:
        return self._workshop / f"{package}.dropped"


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as stream:
        path.chmod(0o600)
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    _sync(path.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
