"""The compiled part (`core/`), where it is installed. Everything works without it, only slower."""

from __future__ import annotations

import os
from importlib.util import find_spec

COMPILED = find_spec("tutela_core") is not None and not os.environ.get("TUTELA_NO_CORE")
"""Whether the compiled part is used. The environment variable TUTELA_NO_CORE turns it off, for tests."""
