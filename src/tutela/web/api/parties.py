"""Who took part in an exchange, as the platform tells it with an item."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from tutela.events.catalogue.base import Operation
from tutela.regimes.eu_users import EuBasis, Party
from tutela.regimes.party_details import LONGEST, MOST, IpEvent, Occasion, PartyDetails


class Strict(BaseModel):
    """What a request holds: nothing beside its fields, and unchanging."""

    model_config = ConfigDict(extra="forbid", frozen=True)


_Told = Annotated[str, Field(min_length=1, max_length=LONGEST)]


class IpEventIn(Strict):
    """An IP address, when it was seen and on which occasion."""

    address: str = Field(max_length=50)
    at: AwareDatetime | None = None
    occasion: Occasion | None = None
    port: int | None = Field(default=None, ge=0, le=65535)


class DetailsIn(Strict):
    """What the platform knows of somebody; leave out what it does not. Kept of flagged items alone, encrypted."""

    first_name: _Told | None = None
    last_name: _Told | None = None
    emails: tuple[_Told, ...] = Field(default=(), max_length=MOST)
    phones: tuple[_Told, ...] = Field(default=(), max_length=MOST)
    screen_name: _Told | None = None
    display_names: tuple[_Told, ...] = Field(default=(), max_length=MOST)
    profile_urls: tuple[_Told, ...] = Field(default=(), max_length=MOST)
    ip_events: tuple[IpEventIn, ...] = Field(default=(), max_length=MOST)
    devices: tuple[tuple[_Told, _Told], ...] = Field(default=(), max_length=MOST)

    def details(self) -> PartyDetails:
        """Return it as the domain knows it; raises ValueError."""
        told = {name: getattr(self, name) for name in DetailsIn.model_fields if name != "ip_events"}
        events = tuple(IpEvent(one.address, one.at, one.occasion, one.port) for one in self.ip_events)
        return PartyDetails(**told, ip_events=events)


class PartyIn(Strict):
    """A sender or recipient as the platform names it, with the country and the basis on which it is known.

    `details` go into a report to an authority if the item is confirmed. `operation` is who acts by the account: a
    program (a bot, an account that sends in bulk), or a person; the yearly return counts the former apart.
    """

    account: str = Field(min_length=1, max_length=512)
    country: str | None = None
    basis: EuBasis = EuBasis.UNKNOWN
    details: DetailsIn | None = None
    operation: Operation = "not_stated"

    def party(self) -> Party:
        """Return it as the domain knows it; raises ValueError."""
        details = self.details.details() if self.details else None
        return Party(self.account, self.country, self.basis, details, self.operation)
