"""What people and keys may be called."""

from __future__ import annotations

import re

from tutela.events.envelope import SYSTEM

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")


def is_name(name: str) -> bool:
    """Return whether a person or a key may be called so: it stands in the record beside `system` and `key:NAME`."""
    return bool(_NAME.fullmatch(name)) and name != SYSTEM
