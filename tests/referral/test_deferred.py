"""A recipient that cannot be made yet: its reports wait, the log says why once, and what is mended works at once."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tutela.referral.cybertipline.recipient import from_settings
from tutela.referral.cybertipline.target import CyberTiplineSettings
from tutela.referral.deferred import UNUSABLE, Deferred, Plan
from tutela.referral.production import NOT_CONFIRMED
from tutela.referral.recipient import Recipient, RecipientError

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SETTINGS = CyberTiplineSettings()


def test_it_says_once_why_and_works_when_it_is_mended(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    key = tmp_path / "key"

    def make() -> Recipient:
        key.read_text(encoding="utf-8")
        return from_settings(SETTINGS)

    recipient = Deferred(Plan("cybertipline", SETTINGS, make, lambda: True))
    for _ in range(3):
        with pytest.raises(RecipientError, match=str(key)) as waits:
            recipient.lapses(NOW, NOW)
        assert (waits.value.code, waits.value.retry) == (UNUSABLE, True)
    assert str(key) in str(recipient.fault)
    assert [str(key) in record.getMessage() for record in caplog.records] == [True]
    key.write_text("", encoding="utf-8")
    assert recipient.lapses(NOW, NOW) is not None
    assert recipient.fault is None
    recipient.close()


def test_nothing_is_made_before_it_may() -> None:
    made: list[Recipient] = []
    answers = iter([False, False, True])

    def make() -> Recipient:
        made.append(from_settings(SETTINGS))
        return made[-1]

    recipient = Deferred(Plan("cybertipline", SETTINGS, make, answers.__next__))
    with pytest.raises(RecipientError, match="two people must let reports go") as waits:
        recipient.finish("1")
    assert (waits.value.code, recipient.fault, len(made)) == (NOT_CONFIRMED, None, 0)
    recipient.lapses(NOW, NOW)
    assert len(made) == 1
    recipient.close()
