"""The second factor: codes that an app shows for thirty seconds (TOTP, RFC 6238), and recovery codes on paper. Pure."""

from __future__ import annotations

import secrets
from datetime import datetime

from tutela.access.credentials import digest_of

STEP_SECONDS = 30
WINDOW = 1
"""How many steps before and after the present one are taken too, for clocks that differ (RFC 6238, section 5.2)."""
RECOVERY_CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without i, l, o, 0 and 1, which people take for each other."""
_GROUPS, _GROUP = 4, 4


def new_secret() -> str:
    """Return a fresh secret for an app: 160 random bits in base 32."""
    import pyotp

    return pyotp.random_base32(32)


def address_for_app(secret: str, person_id: str, installation: str) -> str:
    """Return the `otpauth://` address that the picture shows to an app."""
    import pyotp

    return pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=person_id, issuer_name=installation)


def step_of(secret: str, code: str, now: datetime, used: int | None) -> int | None:
    """Return the step whose code this is, or None.

    A step that is not after `used`, the last one that was used, is none: a code that somebody saw is worth nothing.
    """
    import pyotp

    digits = "".join(code.split())
    if len(digits) != 6 or not digits.isascii() or not digits.isdecimal():
        return None
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    present = int(now.timestamp()) // STEP_SECONDS
    found = None
    for step in range(present - WINDOW, present + WINDOW + 1):
        # Every step is compared, so that the time taken says nothing of which one fits.
        if secrets.compare_digest(totp.generate_otp(step), digits) and (used is None or step > used):
            found = step
    return found


def new_recovery_codes() -> list[str]:
    """Return ten fresh codes of 79 random bits, each for one use: `abcd-efgh-jkmn-pqrs`."""
    return [
        "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
        for _ in range(RECOVERY_CODES)
    ]


def digest_of_recovery_code(code: str) -> str | None:
    """Return what is kept of a recovery code however it was typed, or None for what cannot be one."""
    plain = "".join(c for c in code.lower() if c in _ALPHABET)
    return digest_of(f"recovery {plain}") if len(plain) == _GROUPS * _GROUP else None
