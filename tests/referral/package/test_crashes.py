"""A process may end between any two writes: whoever settles afterwards tells the truth, and it stays so."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.referral.package.material import material_of
from tutela.referral.package.keys import RecipientKeys
from tutela.referral.package.recipient import PackageRecipient, from_settings
from tutela.referral.package.target import PackageSettings
from tutela.referral.recipient import RecipientError, Settled


class Crash(BaseException):
    """The end of a process."""


def crashing_at(number: int, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Let the process end before the write of that number; return what counts the writes."""
    count = 0

    def wrapped(real: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **options: Any) -> Any:
            nonlocal count
            count += 1
            if count == number:
                raise Crash
            return real(*arguments, **options)

        return step

    monkeypatch.setattr(os, "fsync", wrapped(os.fsync))
    monkeypatch.setattr(os, "truncate", wrapped(os.truncate))
    monkeypatch.setattr(Path, "rename", wrapped(Path.rename))
    return lambda: count


@pytest.fixture
def worker(tmp_path: Path) -> Callable[[], PackageRecipient]:
    (tmp_path / "signing.key").write_bytes(bytes(range(32)))
    (tmp_path / "signing.key").chmod(0o600)
    (tmp_path / "ncp.pub").write_text(RecipientKeys(bytes(range(32))).public.text())
    (tmp_path / "drop").mkdir()
    settings = PackageSettings(
        "national_contact_point",
        tmp_path / "spool",
        tmp_path / "signing.key",
        folder=tmp_path / "drop",
        public_keys=tmp_path / "ncp.pub",
    )
    return lambda: from_settings(settings)


def drive(recipient: PackageRecipient, opened: list[str], last: str) -> None:
    """Take a report to its end."""
    material = material_of(b"a bridge")
    opened.append(recipient.open(material))
    for file in material.items:
        recipient.describe(opened[-1], recipient.upload(opened[-1], file), file)
    if last == "finish":
        recipient.finish(opened[-1])
    else:
        recipient.settle(opened[-1])


@pytest.mark.parametrize("fetched", [True, False])
@pytest.mark.parametrize("last", ["finish", "settle"])
def test_a_crash_at_any_write_is_settled_truly(
    worker: Callable[[], PackageRecipient], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last: str, fetched: bool
) -> None:
    ends = set()
    for number in range(1, 50):
        opened: list[str] = []
        recipient = worker()
        with monkeypatch.context() as patched:
            writes = crashing_at(number, patched)
            try:
                drive(recipient, opened, last)
                crashed = False
            except Crash:
                crashed = True
            assert writes() >= number or not crashed
        recipient.close()
        delivered = list((tmp_path / "drop").glob("*.tutela"))
        if fetched:
            for path in delivered:
                path.unlink()
        if not opened:
            assert not delivered
            continue
        said = worker().settle(opened[0])
        assert said is (Settled.FILED if delivered else Settled.GONE)
        assert worker().settle(opened[0]) is said
        with pytest.raises(RecipientError):
            worker().finish(opened[0])
        for path in (tmp_path / "drop").glob("*.tutela"):
            path.unlink()
        ends.add((crashed, said))
        if not crashed:
            break
    else:
        raise AssertionError("it never came to its end")
    whole = Settled.FILED if last == "finish" else Settled.GONE
    assert (False, whole) in ends
    assert (True, Settled.GONE) in ends
