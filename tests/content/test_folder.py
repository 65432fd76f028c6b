import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tutela.content.folder import FoundFile, UnreadablePath, find_files

NOBODY = 65534


def names(root: Path) -> list[tuple[str, str]]:
    """Return each path relative to `root` with its size or the reason why it was not taken in."""
    return [
        (os.path.relpath(one.name, root), str(one.size) if isinstance(one, FoundFile) else one.reason)
        for one in find_files([root])
    ]


@contextmanager
def without_privileges() -> Iterator[None]:
    """Give up root's right to read everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def file(path: Path, size: int = 3) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    return path


def test_files_come_folder_by_folder_sorted_by_name_and_again_so(tmp_path: Path) -> None:
    for name in ("b/2.png", "b/10.png", "a.txt", "c.txt", "b/deeper/x", "B.txt"):
        file(tmp_path / name, len(name))
    expected = ["B.txt", "a.txt", "b/10.png", "b/2.png", "b/deeper/x", "c.txt"]
    assert names(tmp_path) == [(name, str(len(name))) for name in expected]
    assert names(tmp_path) == names(tmp_path)


def test_roots_are_taken_in_the_order_in_which_they_are_named(tmp_path: Path) -> None:
    b, a = file(tmp_path / "b"), file(tmp_path / "a")
    assert [one.name for one in find_files([b, a])] == [str(b), str(a)]


def test_links_met_on_the_way_are_reported_and_not_followed(tmp_path: Path) -> None:
    outside = file(tmp_path / "outside" / "secret")
    root = tmp_path / "root"
    file(root / "plain")
    (root / "to-file").symlink_to(outside)
    (root / "to-folder").symlink_to(outside.parent)
    (root / "to-itself").symlink_to(root)
    (root / "to-nothing").symlink_to(tmp_path / "nothing")
    assert names(root) == [
        ("plain", "3"),
        ("to-file", "a symbolic link, not followed"),
        ("to-folder", "a symbolic link, not followed"),
        ("to-itself", "a symbolic link, not followed"),
        ("to-nothing", "a symbolic link, not followed"),
    ]


def test_links_that_are_named_are_followed(tmp_path: Path) -> None:
    target = file(tmp_path / "folder" / "inside", 7)
    (tmp_path / "to-folder").symlink_to(target.parent)
    (tmp_path / "to-file").symlink_to(target)
    (tmp_path / "to-nothing").symlink_to(tmp_path / "nothing")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    found = list(find_files([tmp_path / n for n in ("to-folder", "to-file", "to-nothing", "loop")]))
    assert [(Path(f.name).name, f.size) for f in found if isinstance(f, FoundFile)] == [("inside", 7), ("to-file", 7)]
    refused = [(Path(u.name).name, u.reason) for u in found if isinstance(u, UnreadablePath)]
    assert refused[0] == ("to-nothing", "no such file or folder")
    assert refused[1][0] == "loop"
    one, other = [f for f in found if isinstance(f, FoundFile)]
    assert one.identity == other.identity


def test_pipes_sockets_and_devices_are_reported_and_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        # Opening the pipe would wait for a writer for ever.
        assert names(tmp_path) == [("pipe", "not a regular file"), ("socket", "not a regular file")]
        pipe = tmp_path / "pipe"
        assert list(find_files([pipe])) == [UnreadablePath(str(pipe), "not a regular file", failed=False)]
    assert list(find_files([Path(os.devnull)])) == [UnreadablePath(os.devnull, "not a regular file", failed=False)]


def test_names_that_are_not_utf_8_are_found_as_they_are(tmp_path: Path) -> None:
    raw = b"caf\xe9.jpg"
    path = os.path.join(os.fsencode(tmp_path), raw)  # noqa: PTH118 a path of bytes
    with open(path, "wb") as stream:  # noqa: PTH123
        stream.write(b"12345")
    (found,) = find_files([tmp_path])
    assert isinstance(found, FoundFile)
    assert os.fsencode(found.path.name) == raw
    assert found.path.read_bytes() == b"12345"
    assert os.fsencode(found.name).endswith(raw)


def test_names_with_odd_characters_are_found(tmp_path: Path) -> None:
    for name in ("new\nline", " space ", "-dash", "*", "ö", "o\u0308", "\u202egpj"):
        file(tmp_path / name)
    assert {name for name, _ in names(tmp_path)} == {
        "new\nline", " space ", "-dash", "*", "ö", "o\u0308", "\u202egpj"
    }  # fmt: skip


def test_an_unreadable_folder_is_reported_and_the_walk_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    tmp_path.chmod(0o755)
    file(Path("closed/x")).parent.chmod(0)
    file(Path("list-only/x")).parent.chmod(0o444)
    file(Path("open/x"))
    try:
        with without_privileges():
            found = list(find_files([Path()]))
            named = list(find_files([Path("closed/x"), Path("open/x")]))
    finally:
        Path("closed").chmod(0o755)
        Path("list-only").chmod(0o755)
    assert [(one.name, getattr(one, "reason", "")) for one in found] == [
        ("closed", "Permission denied"),
        ("list-only/x", "Permission denied"),
        ("open/x", ""),
    ]
    assert [one.failed for one in found if isinstance(one, UnreadablePath)] == [True, True]
    assert [(one.name, getattr(one, "reason", "")) for one in named] == [
        ("closed/x", "Permission denied"),
        ("open/x", ""),
    ]


def test_names_that_no_file_can_have_are_reported(tmp_path: Path) -> None:
    found = list(find_files([tmp_path / ("x" * 5000), tmp_path / "none", Path("a\0b")]))
    assert [type(one) for one in found] == [UnreadablePath] * 3


def test_folders_nested_deeper_than_python_calls_are_walked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    chain = ["/".join(["d"] * length) for length in range(1, 1300)]
    for folder in chain:
        Path(folder).mkdir()
    innermost = file(Path(chain[-1], "x"))
    try:
        (found,) = find_files([Path("d")])
    finally:
        innermost.unlink()
        for folder in reversed(chain):  # pytest's own cleaning would recurse
            Path(folder).rmdir()
    assert isinstance(found, FoundFile)
    assert found.name == f"{chain[-1]}/x"


def test_an_empty_folder_holds_nothing_and_no_roots_give_nothing(tmp_path: Path) -> None:
    assert list(find_files([tmp_path])) == []
    assert list(find_files([])) == []


def test_the_identity_follows_place_size_and_time(tmp_path: Path) -> None:
    path = file(tmp_path / "x")
    os.utime(path, ns=(10, 10))

    def identity() -> str:
        (found,) = find_files([path])
        assert isinstance(found, FoundFile)
        return found.identity

    first = identity()
    assert identity() == first
    os.utime(path, ns=(11, 11))
    assert identity() != first
    os.utime(path, ns=(10, 10))
    assert identity() == first
    path.write_bytes(b"longer")
    os.utime(path, ns=(10, 10))
    assert identity() != first
