"""Encryption: what others encrypted is read, whatever was changed is refused, and keys survive their text."""

from __future__ import annotations

import base64
import io
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.referral.package import age, bech32

# Made with rage 0.11 (pyrage): its identity, its recipient, and "hello" encrypted to it, with a stanza of grease.
IDENTITY = "AGE-SECRET-KEY-1GE9D3U2U6EP7J38NJN7KANJS4A4P7U95QTGXNU6NFFR68GL47S6Q4DKPJ5"
RECIPIENT = "age1w2dxw53s5unth5kwpzjaj5ud37qqgzamc7u42zrxfdtnhzx54gwqhq9mvx"
HELLO = base64.b64decode(
    "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBXcXlWRnM0YkYzTHAzSENualFBaURoMFI4ZGNOc1R1TExsQTNRaCtqWHlJ"
    "CmpsamRtUUFNakhseVc4enQxYzRUaS9PZjFqbGI4c2RHc04zc3ZnbTVKU2sKLT4gJy1ncmVhc2UgcEsjZDxkcyBbICQ3eVp5cW8K"
    "Zm1PNEUzVTd3dXU2dnpocjhhRXh5UXdCWXk2Q2ZtS0tGTG16bVRRUHYwMEpDVnJycnJjCi0tLSBKWTlEWkJWdHk3VmUrbU1YNzNB"
    "LytjMUdKWkdhK2pqbWo1bHJ5VmVXQUF3Cgdkw3lxqbj/GBkN556HhonP6UQPpkeeFUvSQtdjSJzb0z1PAYg="
)
SECRET = age.parse_identity(IDENTITY)
sizes = st.sampled_from([0, 1, age.CHUNK - 1, age.CHUNK, age.CHUNK + 1, 2 * age.CHUNK, 2 * age.CHUNK + 7])


def sealed(data: bytes, public: bytes, step: int = 10_000) -> bytes:
    out = io.BytesIO()
    sealer = age.Sealer(out, public, secrets.token_bytes)
    for start in range(0, len(data), step):
        sealer.write(data[start : start + step])
    sealer.close()
    return out.getvalue()


def opened(data: bytes, secret: bytes = SECRET) -> bytes:
    return b"".join(age.unseal(io.BytesIO(data), secret))


def test_what_another_program_made_is_read() -> None:
    assert age.recipient_text(age.public_of(SECRET)) == RECIPIENT
    assert age.identity_text(SECRET) == IDENTITY
    assert opened(HELLO) == b"hello"


@given(size=sizes, step=st.integers(1, 200_000))
def test_what_was_sealed_is_opened(size: int, step: int) -> None:
    data = bytes(range(251)) * (size // 251 + 1)
    assert opened(sealed(data[:size], age.public_of(SECRET), max(step, size // 50 + 1))) == data[:size]


@given(data=st.data())
def test_whatever_was_changed_or_cut_is_refused(data: st.DataObject) -> None:
    whole = sealed(b"x" * data.draw(st.sampled_from([0, 5, age.CHUNK, age.CHUNK + 5])), age.public_of(SECRET))
    at = data.draw(st.integers(0, len(whole) - 1))
    if data.draw(st.booleans()):
        broken = whole[:at]
    else:
        broken = whole[:at] + bytes([whole[at] ^ data.draw(st.integers(1, 255))]) + whole[at + 1 :]
    with pytest.raises(age.CannotBeRead):
        opened(broken)


def test_another_key_opens_nothing_and_a_longer_file_neither() -> None:
    with pytest.raises(age.CannotBeRead, match="another key"):
        opened(HELLO, bytes(32))
    for more in (b"\0", bytes(16), bytes(age.CHUNK)):
        with pytest.raises(age.CannotBeRead):
            opened(HELLO + more)
    for junk in (b"", b"age-encryption.org/v2\n", b"age-encryption.org/v1\n" + b"-> a\n\n" * 20_000, b"x" * 10**6):
        with pytest.raises(age.CannotBeRead):
            opened(junk)


@given(data=st.binary(min_size=1, max_size=60), prefix=st.sampled_from(["age", "age-secret-key-"]))
def test_keys_survive_their_text_and_a_mistyped_one_is_seen(data: bytes, prefix: str) -> None:
    text = bech32.encode(prefix, data)
    assert bech32.decode(text) == (prefix, data)
    assert bech32.decode(text.upper()) == (prefix, data)
    other = "q" if text[-1] != "q" else "p"
    for wrong in (text[:-1] + other, text[:-1], "1" + text, text.replace("age", "Age"), ""):
        with pytest.raises(ValueError, match="key"):
            bech32.decode(wrong)
