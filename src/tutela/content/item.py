"""An item, and the one enumeration of what can come of it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum

from tutela.events.catalogue.base import Region
from tutela.regimes.eu_users import Party, region_of


class Outcome(StrEnum):
    """What came of an item taken in: exactly one of these. Low quality is an attribute, not an outcome."""

    MATCH = "match"
    CLEAN = "clean"
    UNDECODABLE = "undecodable"
    UNSUPPORTED = "unsupported"
    OVER_LIMIT = "over_limit"
    ERROR = "error"


class Kind(StrEnum):
    """What an item is, told by its bytes and never by its name."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    TEXT = "text"
    """A conversation (content.conversation); any other file of letters is `other`."""
    OTHER = "other"


DEEPEST = 32
"""Containers in one another, whatever is configured: each is held in memory while the next is looked into."""


@dataclass(frozen=True, slots=True)
class VideoLimits:
    """How much of a video is looked at. What lies beyond is not, and the outcome is `over_limit` unless it matches.

    `keyframes`: only the pictures that stand for themselves are decoded, many times faster; what is shown between two
    of them is not seen. `tmk`: the value of the whole clip is made too, which takes every frame.
    """

    max_seconds: int = 4 * 3600
    max_frames: int = 1_000_000
    keyframes: bool = False
    tmk: bool = True

    def __post_init__(self) -> None:
        if self.max_seconds < 1 or self.max_frames < 1:
            raise ValueError("limits of videos are at least 1")


@dataclass(frozen=True, slots=True)
class Limits:
    """What is still decoded. Beyond it the outcome is `over_limit`, before anything is expanded.

    The first two hold for each file and picture, also for those within an item; the others for an item with all that
    is in it. `max_messages` are of a conversation, and `max_characters` of one of its messages.
    """

    max_bytes: int = 100 * 1024 * 1024
    max_pixels: int = 120_000_000
    max_depth: int = 8
    """How many containers may lie in one another."""
    max_parts: int = 10_000
    """Files, pages, frames and pictures."""
    max_expanded: int = 1024 * 1024 * 1024
    """Bytes that the files in it unpack to."""
    max_ratio: int = 1_000
    """How many times its own size it may unpack to, past the first 64 MiB."""
    max_area: int = 4_000_000_000
    """Pixels of all its pictures."""
    max_frames: int = 2_000
    """Frames of one animation."""
    max_pages: int = 500
    """Pages of one document or picture."""
    video: VideoLimits = VideoLimits()
    max_messages: int = 100_000
    max_characters: int = 100_000

    def __post_init__(self) -> None:
        if min(getattr(self, one.name) for one in fields(self) if one.name != "video") < 1:
            raise ValueError("limits are at least 1")
        if self.max_depth > DEEPEST:
            raise ValueError(f"containers are opened at most {DEEPEST} deep")


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who sent an item to whom and when, as the platform tells it. `declared_region` serves where nobody is named."""

    sender: Party | None = None
    recipients: tuple[Party, ...] = ()
    sent_at: datetime | None = None
    declared_region: Region = "unknown"
    name: str = ""

    def __post_init__(self) -> None:
        if self.sent_at is not None and self.sent_at.tzinfo is None:
            raise ValueError("sent_at needs a zone, such as 2025-03-01T12:00:00Z")

    @property
    def region(self) -> Region:
        """Whether the item concerns EU users (regimes.eu_users)."""
        return region_of(self.sender, self.recipients, self.declared_region)


NOBODY = Provenance()
