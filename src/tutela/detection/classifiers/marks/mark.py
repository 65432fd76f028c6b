"""What a file says of its own making."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

LONGEST = 200
"""Characters that are kept of what a file says."""


class Source(StrEnum):
    """Where in a file it is said."""

    C2PA = "c2pa"
    """A C2PA manifest: signed, so that a change of it or of the picture shows."""
    XMP = "xmp"
    """IPTC's digital source type in XMP: anybody can write it."""
    TEXT = "text"
    """A text beside the picture, as generators leave it."""
    EXIF = "exif"
    """The EXIF tag that names the software."""


class Making(StrEnum):
    """What is said."""

    GENERATED = "generated"
    """Made by a trained model."""
    COMPOSITE = "composite"
    """Put together with parts that a trained model made."""
    ALGORITHMIC = "algorithmic"
    """Made or changed by an algorithm that was not trained on samples, or by one that is not said."""
    CAPTURED = "captured"
    """Recorded by a device, or drawn or scanned by a person."""


class Validation(StrEnum):
    """How a signature was found."""

    TRUSTED = "trusted"
    """It holds, and the signer is on the operator's list of those who are trusted."""
    VALID = "valid"
    """It holds; who the signer is, only the signer says."""
    INVALID = "invalid"
    """It does not hold: the picture or the manifest was changed."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One statement of a file. `tool` is what it names as the maker, `signer` who signed; `validation` is
    of C2PA alone.

    Raises ValueError for a signature where nothing is signed.
    """

    source: Source
    making: Making
    tool: str = ""
    signer: str = ""
    validation: Validation | None = None

    def __post_init__(self) -> None:
        if (self.validation is None) == (self.source is Source.C2PA) or (self.signer and self.validation is None):
            raise ValueError(f"a mark in {self.source} and the validation {self.validation} do not go together")

    @property
    def suggests_generated(self) -> bool:
        """Whether a person may want to annotate the file as generated."""
        return self.making in (Making.GENERATED, Making.COMPOSITE)
