"""Statements of reasons that were sent to the DSA Transparency Database."""

from __future__ import annotations

from tutela.events.catalogue.base import Payload, event


@event("statement.sent")
class StatementSent(Payload):
    """The database holds the statement of an action (Regulation (EU) 2022/2065, Article 24(5)).

    The action's id is the statement's own there (`puid`). `uuid` is the database's; nothing where only the refusal of
    a second one told that it is there.
    """

    action: str
    target: str
    uuid: str | None


@event("statement.failed")
class StatementFailed(Payload):
    """The statement of an action could not be sent. Recorded when that begins, and when it fails in another way.

    `retry`: it is tried again by itself; otherwise the record, the configuration or the database is in the way.
    """

    action: str
    code: str
    retry: bool
