"""What users, courts, authorities and staff wrote about redress: kept encrypted under the key of the case."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

MAX_WORDS = 4000
"""How many characters a user or a member of staff may write at once."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(_Record):
    """What somebody wrote: a user with a complaint or a request, staff in an answer."""

    at: datetime
    text: str


class CourtPaper(_Record):
    """What staff entered of a complaint with a court."""

    court: str
    docket: str
    filed_on: date
    text: str = ""


class AuthorityRequest(_Record):
    """The document on which a notice is deferred."""

    authority: str
    reference: str
    text: str = ""


def words_name(event: str) -> str:
    """Return the name under which the words with an event are kept."""
    return f"{event}.words"


def paper_name(event: str) -> str:
    """Return the name under which the paper behind an event is kept."""
    return f"{event}.paper"
