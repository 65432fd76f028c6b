"""Versions of the provider's yearly return."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from tutela.events.catalogue.base import Payload, event

ReturnCause = Literal["first", "later_events", "mistake", "authority_asked", "records_changed"]
"""The first version; what happened since changes it; something was wrong; the authority asked; the records changed."""


class KeptFigure(BaseModel):
    """A figure of a version. `text` is the SHA-256 of a text, or of the reason why there is no value."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    status: str
    value: int | float | None
    at_most: int | None
    text: str | None
    event_count: int = Field(ge=0)


@event("return.kept")
class ReturnKept(Payload):
    """A version of the return of a year was kept, as it was or is to be published; the subject is `return:YEAR`.

    It is made from the events up to number `up_to`, and can be made from them again. `digest` is the SHA-256 of its
    figures.
    """

    year: int
    version: int = Field(ge=1)
    cause: ReturnCause
    up_to: int = Field(ge=0)
    digest: str
    figures: tuple[KeptFigure, ...]
