"""An installation with lists of textures, and short ways to fill them, for tests of the command."""

from __future__ import annotations

from pathlib import Path

from tests.commands import Tutela
from tests.rig import known_of


def value(data: bytes, kind: str = "pdq", bits: int = 0) -> str:
    """Return a fingerprint of bytes, hexadecimal, with some of its bits turned."""
    found = known_of(data).upright(kind)
    assert found is not None
    return (int.from_bytes(found.value) ^ ((1 << bits) - 1)).to_bytes(len(found.value)).hex()


def listed(tutela: Tutela, name: str, *lines: str, harmless: bool = False) -> None:
    """Put plain lines into a list, and make it where there is none."""
    role = ["--harmless"] if harmless else []
    tutela("hashlist", "create", name, *role, "--owner", "O", "--source", "S", "--jurisdiction", "SE")
    ran = tutela("hashlist", "import", name, "-", stdin="".join(f"{line}\n" for line in lines).encode())
    assert ran.code == 0, ran.err


def folder_of(path: Path, **files: bytes) -> Path:
    """Write files into a new folder, `name__png` as `name.png`."""
    path.mkdir()
    for name, data in files.items():
        (path / name.replace("__", ".")).write_bytes(data)
    return path
