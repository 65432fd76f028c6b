"""Encryption to a public key, as a stream: the file format age, version 1 (C2SP, age-encryption.org/v1).

X25519 and HKDF-SHA256 wrap a key of the file; the payload is ChaCha20-Poly1305 in chunks of 64 KiB, of which the last
is marked, so that neither a change nor a cut goes unseen. The programs age and rage read and write the same.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Callable, Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tutela.referral.package import bech32

CHUNK = 64 * 1024
_TAG = 16
_INTRO = b"age-encryption.org/v1"
_MOST_HEADER = 64 * 1024
_MOST_STANZAS = 64
_STANZA = re.compile(rb"-> [\x21-\x7e]+( [\x21-\x7e]+)*")
Randomness = Callable[[int], bytes]


class CannotBeRead(ValueError):
    """It is no age file, was changed or cut short, or is for another key; the message says which."""


def recipient_text(public: bytes) -> str:
    """Return a public key (32 bytes) as text: `age1...`."""
    return bech32.encode("age", public)


def identity_text(secret: bytes) -> str:
    """Return a secret key (32 bytes) as text: `AGE-SECRET-KEY-1...`."""
    return bech32.encode("age-secret-key-", secret).upper()


def parse_recipient(text: str) -> bytes:
    """Return the public key of an `age1...`; raises ValueError."""
    return _parsed(text, "age")


def parse_identity(text: str) -> bytes:
    """Return the secret key of an `AGE-SECRET-KEY-1...`; raises ValueError."""
    return _parsed(text, "age-secret-key-")


def public_of(secret: bytes) -> bytes:
    """Return the public key of a secret one."""
    return X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()


class Sealer:
    """Encrypts what is written to it onto a stream. Only `close` makes it whole; the stream stays open."""

    def __init__(self, out: BinaryIO, recipient: bytes, randomness: Randomness) -> None:
        file_key = randomness(16)
        ephemeral = X25519PrivateKey.from_private_bytes(randomness(32))
        share = ephemeral.public_key().public_bytes_raw()
        wrapping = _wrapping_key(ephemeral, recipient, share, recipient)
        wrapped = ChaCha20Poly1305(wrapping).encrypt(bytes(12), file_key, None)
        header = b"%s\n-> X25519 %s\n%s\n---" % (_INTRO, _base64(share), _base64(wrapped))
        nonce = randomness(16)
        self._out = out
        self._chunks = _Chunks(file_key, nonce)
        self._held = bytearray()
        out.write(b"%s %s\n" % (header, _base64(_header_mac(file_key, header))) + nonce)

    def write(self, data: bytes) -> None:
        """Encrypt some bytes; they are written a chunk at a time."""
        self._held += data
        # The last chunk is marked, so one is held back until it is known not to be the last.
        while len(self._held) > CHUNK:
            self._out.write(self._chunks.seal(bytes(self._held[:CHUNK]), last=False))
            del self._held[:CHUNK]

    def close(self) -> None:
        """Write the last chunk."""
        self._out.write(self._chunks.seal(bytes(self._held), last=True))


def unseal(stream: BinaryIO, identity: bytes) -> Iterator[bytes]:
    """Yield what an age file holds, chunk by chunk; raises CannotBeRead, before it yields anything for a wrong key.

    What was yielded before an error is genuine, but not all of it: use nothing of it until the end came.
    """
    chunks = _Chunks(_file_key(stream, identity), _exactly(stream, 16))
    sealed, last = stream.read(CHUNK + _TAG), False
    while not last:
        following = stream.read(CHUNK + _TAG)
        last = not following
        plain = chunks.open(sealed, last=last)
        if last and not plain and chunks.count > 1:
            raise CannotBeRead("the file has an empty chunk at its end: it was not made by age")
        yield plain
        sealed = following


class _Chunks:
    def __init__(self, file_key: bytes, nonce: bytes) -> None:
        self._cipher = ChaCha20Poly1305(_derived(file_key, nonce, b"payload"))
        self.count = 0

    def seal(self, plain: bytes, *, last: bool) -> bytes:
        return self._cipher.encrypt(self._nonce(last), plain, None)

    def open(self, sealed: bytes, *, last: bool) -> bytes:
        try:
            return self._cipher.decrypt(self._nonce(last), sealed, None)
        except InvalidTag:
            raise CannotBeRead("the file was changed or cut short on its way") from None

    def _nonce(self, last: bool) -> bytes:
        nonce = self.count.to_bytes(11, "big") + bytes([last])
        self.count += 1
        return nonce


def _file_key(stream: BinaryIO, identity: bytes) -> bytes:
    header, stanzas, mac = _read_header(stream)
    secret = X25519PrivateKey.from_private_bytes(identity)
    public = secret.public_key().public_bytes_raw()
    for arguments, body in stanzas:
        if arguments[0] != b"X25519":
            continue
        if len(arguments) != 2 or len(share := _unbase64(arguments[1])) != 32 or len(body) != 32:
            raise CannotBeRead("the header of the file is malformed")
        try:
            wrapping = _wrapping_key(secret, share, share, public)
            file_key = ChaCha20Poly1305(wrapping).decrypt(bytes(12), body, None)
        except InvalidTag:
            continue
        except ValueError as error:  # a share that gives the zero secret
            raise CannotBeRead("the header of the file is malformed") from error
        if not hmac.compare_digest(_header_mac(file_key, header), mac):
            raise CannotBeRead("the header of the file was changed on its way")
        return file_key
    raise CannotBeRead("the file is encrypted to another key")


def _read_header(stream: BinaryIO) -> tuple[bytes, list[tuple[list[bytes], bytes]], bytes]:
    left = _MOST_HEADER

    def line() -> bytes:
        nonlocal left
        found = stream.readline(left)
        left -= len(found)
        if not found.endswith(b"\n"):
            raise CannotBeRead("this is no age file, or its header was cut short")
        return found[:-1]

    if (first := line()) != _INTRO:
        raise CannotBeRead("this is no age file")
    lines = [first]
    stanzas: list[tuple[list[bytes], bytes]] = []
    while (at := line()).startswith(b"->"):
        if not _STANZA.fullmatch(at) or len(stanzas) >= _MOST_STANZAS:
            raise CannotBeRead("the header of the file is malformed")
        lines.append(at)
        body = b""
        while True:
            lines.append(part := line())
            if len(part) > 64:
                raise CannotBeRead("the header of the file is malformed")
            body += part
            if len(part) < 64:
                break
        stanzas.append((at[3:].split(b" "), _unbase64(body)))
    word, _, mac = at.partition(b" ")
    if word != b"---" or not stanzas:
        raise CannotBeRead("the header of the file is malformed")
    return b"\n".join([*lines, b"---"]), stanzas, _unbase64(mac)


def _wrapping_key(own: X25519PrivateKey, other: bytes, share: bytes, recipient: bytes) -> bytes:
    secret = own.exchange(X25519PublicKey.from_public_bytes(other))
    return _derived(secret, share + recipient, b"age-encryption.org/v1/X25519")


def _header_mac(file_key: bytes, header: bytes) -> bytes:
    return hmac.digest(_derived(file_key, b"", b"header"), header, "sha256")


def _derived(secret: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt, info).derive(secret)


def _exactly(stream: BinaryIO, size: int) -> bytes:
    found = stream.read(size)
    if len(found) != size:
        raise CannotBeRead("the file was cut short")
    return found


def _base64(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")


def _unbase64(text: bytes) -> bytes:
    try:
        found = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        raise CannotBeRead("the header of the file is malformed") from None
    if _base64(found) != text:
        raise CannotBeRead("the header of the file is malformed")
    return found


def _parsed(text: str, prefix: str) -> bytes:
    found, data = bech32.decode(text)
    if found != prefix or len(data) != 32:
        raise ValueError(f"this is no key that begins with {prefix}1")
    return data
