"""What the operator decides about redress: limits, languages, and where users can turn to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from tutela.casework.reasons import Channel

ByLanguage = str | Mapping[str, str]
"""One text for every language, or a text by the language's code."""


@dataclass(frozen=True, slots=True)
class RedressPolicy:
    """`address` is where users reach this installation, without a slash at its end.

    `link_days`: how long the link in a notice lasts. `decide_days`, `access_days`: within how many days a complaint is
    decided and a request for access answered. `hand_over_hours`: within how many hours the platform takes a notice.
    `deferral_days`: how long a notice can be deferred on one request. `authority` and `court`, with `contact`, go into
    notices as they stand: one text for all languages, or one by language; a language that has none gets the general
    words.
    """

    address: str = "http://127.0.0.1:8600"
    language: str = "en"
    link_days: int = 183
    decide_days: int = 14
    access_days: int = 30
    hand_over_hours: int = 24
    deferral_days: int = 92
    contact: ByLanguage = ""
    authority: ByLanguage = ""
    court: ByLanguage = ""

    def __post_init__(self) -> None:
        """Refuse what no limit can be."""
        bounds = {"link_days": 730, "decide_days": 365, "access_days": 90, "hand_over_hours": 720, "deferral_days": 366}
        for name, most in bounds.items():
            if not 1 <= getattr(self, name) <= most:
                raise ValueError(f"redress.{name} is a whole number from 1 to {most}")
        if not self.address.startswith(("https://", "http://127.0.0.1", "http://localhost")):
            raise ValueError("redress.address is an address that begins with https://")
        object.__setattr__(self, "address", self.address.rstrip("/"))

    def said(self, what: Literal["contact", "authority", "court"], language: str) -> str:
        """Return whom users can turn to, in their language; empty where nobody is named in it."""
        written: ByLanguage = getattr(self, what)
        return written if isinstance(written, str) else written.get(language, "")

    @property
    def languages(self) -> frozenset[str]:
        """The codes of the languages in which something is named."""
        written = (self.contact, self.authority, self.court)
        return frozenset({self.language}.union(*(one for one in written if not isinstance(one, str))))

    @property
    def link_lasts(self) -> timedelta:
        """How long a link lasts."""
        return timedelta(days=self.link_days)

    @property
    def time_to_decide(self) -> timedelta:
        """Within which a complaint is decided."""
        return timedelta(days=self.decide_days)

    def due(self, channel: Channel, lodged_at: datetime) -> datetime | None:
        """Return by when a complaint is to be decided; none for one with a court, which decides in its own time."""
        return lodged_at + self.time_to_decide if channel == "internal" else None

    @property
    def time_for_access(self) -> timedelta:
        """Within which a request for access is answered."""
        return timedelta(days=self.access_days)

    @property
    def time_to_hand_over(self) -> timedelta:
        """Within which the platform takes a notice."""
        return timedelta(hours=self.hand_over_hours)

    @property
    def longest_deferral(self) -> timedelta:
        """How long one request can defer a notice."""
        return timedelta(days=self.deferral_days)
