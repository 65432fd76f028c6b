"""Signatures as the specification has them: against its own library, and against the sandbox's judgement."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from tutela.casework.platform_target import SANDBOX_SECRET
from tutela.sandboxes.platform.app import SECRET
from tutela.sandboxes.platform.signature import Unsigned, secret_bytes, verify
from tutela.storage.settings import BadSettings
from tutela.web.platform.signing import parse_secret, read_secrets, signed_headers

secrets = st.binary(min_size=24, max_size=64)
messages = st.uuids().map(str)
bodies = st.dictionaries(st.text(max_size=5), st.text(max_size=20), max_size=3).map(lambda d: repr(d).encode())


def text_of(secret: bytes) -> str:
    return "whsec_" + base64.b64encode(secret).decode()


def now() -> datetime:
    return datetime.now(UTC)


@given(secret=secrets, message=messages, other=secrets)
def test_what_is_signed_is_accepted_by_the_library_of_the_specification(
    secret: bytes, message: str, other: bytes
) -> None:
    body = b'{"type":"action.ordered"}'
    headers = signed_headers([secret, other], message, int(now().timestamp()), body)
    for one in (secret, other):
        assert Webhook(text_of(one)).verify(body, headers) == {"type": "action.ordered"}
        assert verify([one], headers, body, now()) == message
    assert text_of(secret) != text_of(other) or secret == other


@given(secret=secrets, message=messages, body=bodies, flip=st.integers(0, 10_000), other=secrets)
def test_nothing_else_is(secret: bytes, message: str, body: bytes, flip: int, other: bytes) -> None:
    headers = signed_headers([secret], message, int(now().timestamp()), body)
    spot = flip % len(body)
    changed = body[:spot] + bytes([body[spot] ^ 1]) + body[spot + 1 :]
    with pytest.raises(Unsigned):
        verify([secret], headers, changed, now())
    with pytest.raises(WebhookVerificationError):
        Webhook(text_of(secret)).verify(changed, headers)
    with pytest.raises(Unsigned):
        verify([secret], {**headers, "webhook-id": message[::-1] + "0"}, body, now())
    if secret != other:
        with pytest.raises(Unsigned):
            verify([other], headers, body, now())


@pytest.mark.parametrize("minutes", [-6, 6, 60 * 24 * 365])
def test_the_sandbox_takes_no_replay(minutes: int) -> None:
    headers = signed_headers([b"k" * 32], "m", int(now().timestamp()), b"{}")
    with pytest.raises(Unsigned, match="5 minutes"):
        verify([b"k" * 32], headers, b"{}", now() + timedelta(minutes=minutes))
    assert verify([b"k" * 32], headers, b"{}", now() + timedelta(minutes=4)) == "m"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"webhook-id": ""}, "webhook-id"),
        ({"webhook-id": "a.b"}, "webhook-id"),
        ({"webhook-timestamp": "soon"}, "webhook-timestamp"),
        ({"webhook-timestamp": "-5"}, "webhook-timestamp"),
        ({"webhook-signature": ""}, "no v1"),
        ({"webhook-signature": "v1,%%%"}, "no v1"),
        ({"webhook-signature": "v1a,AAAA"}, "no v1"),
    ],
)
def test_the_sandbox_says_what_is_wrong(change: dict[str, str], told: str) -> None:
    headers = {**signed_headers([b"k" * 32], "m", int(now().timestamp()), b"{}"), **change}
    with pytest.raises(Unsigned, match=told):
        verify([b"k" * 32], headers, b"{}", now())


def test_sandbox_and_configuration_share_their_secret() -> None:
    assert SECRET == SANDBOX_SECRET
    assert read_secrets(None) == (secret_bytes(SECRET),) == (parse_secret(SECRET),)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sesame", "begins with whsec_"),
        ("whsec_???", "no base64"),
        ("whsec_c2hvcnQ=", "24 to 64 bytes, this one 5"),
        (text_of(b"x" * 65), "this one 65"),
        ("", "holds 0 secrets"),
        ("\n".join([text_of(b"x" * 32)] * 3), "holds 3 secrets"),
    ],
)
def test_a_bad_secret_is_told_and_not_repeated(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "secret"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(BadSettings, match=told) as refused:
        read_secrets(path)
    assert not text or text not in str(refused.value)


def test_a_file_of_secrets(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    with pytest.raises(BadSettings, match="cannot be read"):
        read_secrets(path)
    path.write_text(f"{text_of(b'n' * 32)}\n{text_of(b'o' * 32)}\n")
    path.chmod(0o640)
    with pytest.raises(BadSettings, match="chmod 600"):
        read_secrets(path)
    path.chmod(0o600)
    assert read_secrets(path) == (b"n" * 32, b"o" * 32)
    path.write_bytes(b"\xff")
    with pytest.raises(BadSettings, match="UnicodeDecodeError"):
        read_secrets(path)
