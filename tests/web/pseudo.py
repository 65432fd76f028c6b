"""A language in which every message stands in brackets: what stands outside them on a page was never handed over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from tutela.web import messages, translation
from tutela.web.console import pages

PSEUDO = "sv"
"""The language whose catalogue is replaced: the browser must ask for one that there is."""
_WRAPPED = re.compile(r"⟦[^⟦⟧]*⟧")


def wrapped(message: str) -> str:
    """Return a message in brackets, what is filled in left outside them: it may be a constant that nobody wrapped."""
    return "".join(part if part.startswith("%(") else f"⟦{part}⟧" for part in re.split(r"(%\(\w+\)s)", message) if part)


@contextmanager
def pseudo_language(folder: Path) -> Iterator[None]:
    """Let the catalogue of the language PSEUDO say everything in brackets."""
    catalogue = messages.extracted()
    for message in catalogue:
        if isinstance(message.id, tuple):
            message.string = tuple(wrapped(one) for one in message.id)
        elif message.id:
            message.string = wrapped(str(message.id))
    folder.mkdir()
    catalogue.locale = PSEUDO
    (folder / f"{PSEUDO}.po").write_bytes(messages.written(catalogue))
    _forget()
    with patch.object(translation, "CATALOGUES", folder):
        yield
    _forget()


def _forget() -> None:
    translation._catalogue.cache_clear()
    pages.words_of.cache_clear()


def outside(text: str) -> str:
    """Return what of a text stands in no brackets."""
    while (less := _WRAPPED.sub(" ", text)) != text:
        text = less
    return text
