"""People, sessions and API keys: who may come in."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from tutela.events.catalogue.base import Payload, event


@event("person.registered")
class PersonRegistered(Payload):
    """A person got access, or other roles."""

    roles: tuple[str, ...]
    active: bool = True


@event("person.signed_in")
class PersonSignedIn(Payload):
    """A person signed in to the console; with which proof, where that was recorded."""

    method: Literal["password", "code", "recovery_code", "openid"] | None = None


@event("person.refused")
class PersonRefused(Payload):
    """A sign-in failed, or a person asked for what their roles do not allow."""

    reason: str


@event("person.password_set")
class PersonPasswordSet(Payload):
    """A person has another password; `first`: one that they must change when they come in."""

    first: bool


@event("person.second_factor_enrolled")
class PersonSecondFactorEnrolled(Payload):
    """A person set an app up that shows codes; what was there before opens nothing any more."""


@event("person.second_factor_reset")
class PersonSecondFactorReset(Payload):
    """Somebody who manages access took a person's second factor and recovery codes, for them to set up anew."""


@event("person.recovery_codes_made")
class PersonRecoveryCodesMade(Payload):
    """A person got new recovery codes; the old ones open nothing any more."""

    codes: int


@event("person.sessions_ended")
class PersonSessionsEnded(Payload):
    """Sessions of a person were ended before their time."""

    sessions: int


@event("key.created")
class KeyCreated(Payload):
    """An API key was made; the subject is `key:` and its name, which is also the actor of what it does."""

    scopes: tuple[str, ...]
    expires_at: datetime | None = None


@event("key.revoked")
class KeyRevoked(Payload):
    """An API key was ended for good."""


@event("key.refused")
class KeyRefused(Payload):
    """An API key asked for what its scopes do not allow; recorded once a minute for each thing it asks for."""

    reason: str
