"""Notices to users, the links in them, their deferral, and users' access to their data after a suspension."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from tutela.events.catalogue.base import Payload, event

NoticeKind = Literal["action_taken", "complaint_decided", "access_answered"]
Authority = Literal["police", "prosecutor", "court", "other"]
AccessOutcome = Literal["provided", "partly", "nothing_held", "refused", "withdrawn"]


@event("notice.issued")
class NoticeIssued(Payload):
    """A notice to the user is there for the platform to hand over. Its text is made from records when it is read.

    `about` is the action, the complaint or the request that it tells of; there is one notice about each. `link` is
    the random id of the link in it, if one goes with it, which lasts until `link_expires_at`.
    """

    about: str
    kind: NoticeKind
    action: str
    language: str
    link: str | None = None
    link_expires_at: datetime | None = None


@event("notice.handed_over")
class NoticeHandedOver(Payload):
    """The platform took the text of a notice in a language, for the first time."""

    about: str
    language: str


@event("notice.link_renewed")
class NoticeLinkRenewed(Payload):
    """The link in a notice was replaced by a new one; the old one opens nothing any more."""

    about: str
    link: str
    link_expires_at: datetime


@event("notice.link_revoked")
class NoticeLinkRevoked(Payload):
    """The link in a notice opens nothing any more."""

    about: str


@event("notice.deferred")
class NoticeDeferred(Payload):
    """An authority asked in writing that the user of a case be told nothing for a time.

    Who asked and under what reference is kept encrypted. `begins` is when the request says that it begins.
    """

    deferral: str
    authority: Authority
    begins: datetime
    ends: datetime


@event("notice.deferral_ended")
class NoticeDeferralEnded(Payload):
    """A deferral came to its end, or a person ended it before."""

    deferral: str
    how: Literal["expired", "lifted"]


@event("access.requested")
class AccessRequested(Payload):
    """The user of a suspended account asked for the data of the account (GDPR, Articles 15 and 20)."""

    request: str
    action: str
    via: Literal["platform", "link", "staff"]
    words: bool = False


@event("access.answered")
class AccessAnswered(Payload):
    """Staff answered a request for access. `answer`: what they wrote to the user is kept encrypted."""

    request: str
    outcome: AccessOutcome
    answer: bool = False
