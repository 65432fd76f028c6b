"""Hash lists and their entries."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tutela.events.catalogue.base import Payload, event


@event("hashlist.created")
class HashListCreated(Payload):
    """A hash list was created. Entries of a `harmless` one flag nothing, and overrule matches that are no nearer.

    Entries of an `own` one come from confirmed cases, and match once two people have verified them.
    """

    VERSION = 2
    owner: str
    source: str
    jurisdiction: str
    role: Literal["match", "harmless"] = "match"
    own: bool = False


@event("hashlist.imported")
class HashListImported(Payload):
    """Entries were imported into a list. Counts of rows; `added + already_there + rejected` are what was read."""

    added: int = Field(ge=0)
    already_there: int = Field(ge=0)
    rejected: int = Field(ge=0)


@event("hashlist.switched")
class HashListSwitched(Payload):
    """A list, or one entry of it, was enabled or disabled."""

    enabled: bool
    entry_id: int | None = None


@event("hashlist.entry_removed")
class HashListEntryRemoved(Payload):
    """An entry was taken off its list. It is kept, so that past detections still open to it."""

    entry_id: int
