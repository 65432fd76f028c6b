"""Bech32 (BIP 173) without its limit of length: the text form of age's keys."""

from __future__ import annotations

from collections.abc import Sequence

_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def encode(prefix: str, data: bytes) -> str:
    """Return bytes under a lower-case prefix."""
    values = _regroup(data, 8, 5, pad=True)
    residue = _polymod([*_expanded(prefix), *values, 0, 0, 0, 0, 0, 0]) ^ 1
    checksum = [(residue >> 5 * (5 - i)) & 31 for i in range(6)]
    return prefix + "1" + "".join(_LETTERS[value] for value in [*values, *checksum])


def decode(text: str) -> tuple[str, bytes]:
    """Return the prefix in lower case and the bytes; raises ValueError."""
    if text not in (text.lower(), text.upper()):
        raise ValueError("a key is written in capitals or in small letters, not in both")
    prefix, separator, rest = text.lower().rpartition("1")
    if not separator or not prefix or len(rest) < 6 or any(letter not in _LETTERS for letter in rest):
        raise ValueError("this is not a key: letters are missing or wrong")
    values = [_LETTERS.index(letter) for letter in rest]
    if _polymod([*_expanded(prefix), *values]) != 1:
        raise ValueError("the key was mistyped: its checksum does not fit")
    return prefix, bytes(_regroup(values[:-6], 5, 8, pad=False))


def _expanded(prefix: str) -> list[int]:
    return [*(ord(c) >> 5 for c in prefix), 0, *(ord(c) & 31 for c in prefix)]


def _polymod(values: Sequence[int]) -> int:
    residue = 1
    for value in values:
        top = residue >> 25
        residue = (residue & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATOR):
            residue ^= generator if (top >> bit) & 1 else 0
    return residue


def _regroup(values: Sequence[int], size: int, to: int, *, pad: bool) -> list[int]:
    bits = held = 0
    found = []
    for value in values:
        held, bits = (held << size) | value, bits + size
        while bits >= to:
            bits -= to
            found.append((held >> bits) & ((1 << to) - 1))
        held &= (1 << bits) - 1
    if pad:
        return [*found, (held << (to - bits)) & ((1 << to) - 1)] if bits else found
    if bits >= size or held:
        raise ValueError("this is not a key: its last letter holds too much")
    return found
