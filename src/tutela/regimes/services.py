"""The provider's services. Only those in scope of the derogation enter the statutory return."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class ServiceType(StrEnum):
    """What kind of service it is. The derogation covers the first alone (Regulation 2021/1232, Article 2(1))."""

    NUMBER_INDEPENDENT_MESSAGING = "number_independent_messaging"
    NUMBER_BASED_MESSAGING = "number_based_messaging"
    HOSTING = "hosting"
    ONLINE_PLATFORM = "online_platform"
    OWN_FILES = "own_files"


class Encryption(StrEnum):
    """How the service's communications are protected on their way."""

    NONE = "none"
    IN_TRANSIT = "in_transit"
    END_TO_END = "end_to_end"


class ServiceRegion(StrEnum):
    """Where the service is offered."""

    WORLD = "world"
    EU = "eu"
    OUTSIDE_EU = "outside_eu"


_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True, slots=True)
class Service:
    """A registered service; `id` is a short name of lower-case letters, digits and dashes."""

    id: str
    name: str
    type: ServiceType
    encryption: Encryption
    region: ServiceRegion

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.id):
            raise ValueError(f"service id {self.id!r}: use lower-case letters, digits and dashes, at most 63")

    @property
    def is_communication(self) -> bool:
        """Whether the secrecy of communications (Directive 2002/58/EC) covers its items."""
        return self.type in (ServiceType.NUMBER_INDEPENDENT_MESSAGING, ServiceType.NUMBER_BASED_MESSAGING)

    @property
    def in_scope_of_return(self) -> bool:
        """Whether its figures belong in the yearly return (Article 3(1)(g)(vii))."""
        return self.type is ServiceType.NUMBER_INDEPENDENT_MESSAGING


OWN_FILES = Service("own-files", "Own files", ServiceType.OWN_FILES, Encryption.NONE, ServiceRegion.WORLD)
"""The service of `tutela scan` without `--service`: files that the operator holds, nobody's communications."""
