"""What a worker process of `tutela scan` does. It imports little, so that it starts fast."""

from __future__ import annotations

import multiprocessing
import os
import threading
from pathlib import Path

from tutela.content.item import Kind, Limits, Outcome
from tutela.content.sniff import SNIFF_BYTES, kind_of
from tutela.detection.fingerprinting import Fingerprinted, fingerprint, too_long
from tutela.detection.fingerprints.embedding import EmbeddingSettings
from tutela.detection.fingerprints.registry import installed_kinds


def end_with_parent() -> None:
    """Watch the parent: a worker whose parent was killed would otherwise wait for work for ever."""
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def fingerprint_file(
    path: Path, limits: Limits, excludes: frozenset[str], embedding: EmbeddingSettings | None, reduced: bool
) -> Fingerprinted:
    """Return what is known of a file, `reduced` or in full. Never raises for what the file is or does."""
    try:
        with path.open("rb") as stream:
            size = path.stat().st_size
            if size > limits.max_bytes:
                return too_long(kind_of(stream.read(SNIFF_BYTES)), size, limits)
            # A file may grow while it is read; one byte more than the limit shows it.
            data = stream.read(limits.max_bytes + 1)
    except OSError as error:
        return Fingerprinted(Kind.OTHER, 0, (), Outcome.ERROR, error.strerror or str(error))
    return fingerprint(data, installed_kinds(embedding).values(), limits, excludes, reduced=reduced)
