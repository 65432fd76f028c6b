"""The simple values of the schema, with the rules that the service states beside it."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

LARGEST_LONG = 2**63 - 1
MAX_PLATFORM = 3000
MAX_ESCALATION = 3000
MAX_ORIGINAL_FILE_NAME = 2056
MAX_LOCATION_OF_FILE = 2083


def carried(character: str) -> bool:
    """Return whether XML 1.0 can carry a character."""
    code = ord(character)
    return code in (0x9, 0xA, 0xD) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000


def clean(text: str) -> str:
    """Return a text without what XML cannot carry: control characters and lone surrogates become U+FFFD."""
    return "".join(c if carried(c) else "\ufffd" for c in text)


def _text(text: str) -> str:
    if not all(carried(c) for c in text):
        raise ValueError("has characters that XML cannot carry: see clean()")
    return text


def _url(text: str) -> str:
    if any(c.isspace() or unicodedata.category(c) == "Cc" for c in text):
        raise ValueError("is a URL: it has no white space and no control characters")
    return text


def _token(text: str) -> str:
    if not text or text != " ".join(text.split()):
        raise ValueError("is a token: not empty, with single spaces at most")
    return text


def _moment(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("is a time outside the years 1 to 9999") from None


# pydantic asks a str whether it is valid UTF-8 before this; lone surrogates never get as far.
Text = Annotated[str, AfterValidator(_text)]
"""A text that XML can carry."""
Platform = Annotated[Text, StringConstraints(max_length=MAX_PLATFORM)]
Escalation = Annotated[Text, StringConstraints(max_length=MAX_ESCALATION)]
OriginalFileName = Annotated[Text, StringConstraints(max_length=MAX_ORIGINAL_FILE_NAME)]
Url = Annotated[Text, AfterValidator(_url)]
"""A URL without white space and control characters."""
FileUrl = Annotated[Url, StringConstraints(max_length=MAX_LOCATION_OF_FILE)]
Token = Annotated[Text, AfterValidator(_token)]
"""A text without white space around it, and with single spaces at most."""
CallingCode = Annotated[str, StringConstraints(pattern=r"^\+[0-9]{1,3}\z")]
Digits = Annotated[str, StringConstraints(pattern=r"^[0-9]+\z")]
Moment = Annotated[AwareDatetime, AfterValidator(_moment)]
"""A time with its zone, kept in UTC; it is written to the millisecond."""
ReportId = Annotated[int, Field(ge=1, le=LARGEST_LONG)]
"""The number that the service gave a report."""
Age = Annotated[int, Field(ge=0, le=150)]
"""In whole years."""
Port = Annotated[int, Field(ge=0, le=65535)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
"""In degrees, north positive."""
Longitude = Annotated[float, Field(ge=-180, le=180)]
"""In degrees, east positive."""
