"""What a server does once before its first request, so that no request waits for it."""

from __future__ import annotations

import gc

from tutela.web.console.pages import read_templates


def settle() -> None:
    """Read every template, and take what has been made so far out of the garbage collector's sight.

    All of that stays for as long as the server does; a full collection would look at each piece of it again, and let a
    page wait for a quarter of a second.
    """
    read_templates()
    gc.collect()
    gc.freeze()
