"""What a platform tells of a party besides its account, so that an authority can find out who it is.

It goes into the encrypted record of a flagged item alone; of anything else nothing of it is kept.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

LONGEST = 512
MOST = 100


class Occasion(StrEnum):
    """On which occasion an address was seen."""

    LOGIN = "login"
    REGISTRATION = "registration"
    PURCHASE = "purchase"
    UPLOAD = "upload"
    OTHER = "other"


class Known(StrEnum):
    """What kinds of things are known of somebody: this much may be said without saying what."""

    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"
    PROFILE = "profile"
    IP_ADDRESS = "ip_address"
    DEVICE = "device"


@dataclass(frozen=True, slots=True)
class IpEvent:
    """An IP address, when it was seen and on which occasion, as far as the platform tells.

    Raises ValueError for what is no address, a time without a zone, and a port outside 0 to 65,535.
    """

    address: str
    at: datetime | None = None
    occasion: Occasion | None = None
    port: int | None = None

    def __post_init__(self) -> None:
        try:
            ipaddress.ip_address(self.address)
        except ValueError:
            raise ValueError(f"{self.address[:50]!r} is no IP address") from None
        if self.at is not None and self.at.tzinfo is None:
            raise ValueError("the time of an IP event needs a zone, such as 2025-03-01T12:00:00Z")
        if self.port is not None and not 0 <= self.port <= 65535:
            raise ValueError(f"a port is from 0 to 65535, not {self.port}")


@dataclass(frozen=True, slots=True)
class PartyDetails:
    """Names, addresses, profiles, IP events and devices of a party, as the platform has them; empty where it does not.

    `devices` are pairs of a kind, such as IMEI, and a value. Raises ValueError for an empty or too long text, and for
    more than 100 of one thing.
    """

    first_name: str | None = None
    last_name: str | None = None
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    screen_name: str | None = None
    display_names: tuple[str, ...] = ()
    profile_urls: tuple[str, ...] = ()
    ip_events: tuple[IpEvent, ...] = ()
    devices: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        named = (self.first_name, self.last_name, self.screen_name)
        many = (*self.emails, *self.phones, *self.display_names, *self.profile_urls)
        texts = [*(one for one in named if one is not None), *many, *(text for pair in self.devices for text in pair)]
        if any(not text.strip() or len(text) > LONGEST for text in texts):
            raise ValueError(f"details of a party are texts of 1 to {LONGEST} characters: leave out what is not known")
        several = (self.emails, self.phones, self.display_names, self.profile_urls, self.ip_events, self.devices)
        if any(len(one) > MOST for one in several):
            raise ValueError(f"details of a party are at most {MOST} of one thing")

    def known(self) -> tuple[Known, ...]:
        """Return what kinds of things are known, in the order of `Known`."""
        found = {
            Known.NAME: self.first_name or self.last_name,
            Known.EMAIL: self.emails,
            Known.PHONE: self.phones,
            Known.PROFILE: self.screen_name or self.display_names or self.profile_urls,
            Known.IP_ADDRESS: self.ip_events,
            Known.DEVICE: self.devices,
        }
        return tuple(kind for kind in Known if found[kind])
