"""Files in which others publish the fingerprint of one clip: the text of vPDQ, and the binary file of TMK+PDQF."""

from __future__ import annotations

import re
from pathlib import Path

from tutela.detection.fingerprints.fingerprint import BadFingerprint
from tutela.detection.fingerprints.video import frame_hashes, tmk_file
from tutela.detection.fingerprints.video.tmk_kind import TmkPdqf
from tutela.detection.fingerprints.video.vpdq import Vpdq
from tutela.detection.hashlists.hashlist import NewEntry, listed_value

_FRAME = re.compile(rb"\s*\d+,\d+,[0-9A-Fa-f]{64},[0-9.]+\s*$")
_LONGEST = 16 * 1024 * 1024


def clip_of_file(path: Path) -> NewEntry | None:
    """Return the one entry that a published file of a clip is; None for any other file, or one that is not read here.

    Raises BadFingerprint for a file that begins as one and is none, OSError if it cannot be read.
    """
    if not path.is_file():
        return None
    with path.open("rb") as file:
        head = file.read(200)
        if head.startswith(tmk_file.MAGIC):
            data = head + file.read(_LONGEST)
            tmk_file.read(data)
            named, long = listed_value(TmkPdqf(), data)
            return NewEntry(TmkPdqf.KIND, named, long=long)
        if _FRAME.match(head.split(b"\n", 1)[0]):
            written = head + file.read(_LONGEST)
            if len(written) > _LONGEST:
                raise BadFingerprint(f"the frames of one clip are at most {_LONGEST:,} characters")
            named, long = listed_value(Vpdq(), frame_hashes.read(written.decode("utf-8", "replace")))
            return NewEntry(Vpdq.KIND, named, long=long)
    return None
