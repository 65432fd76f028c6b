"""Four eyes: what one person asks for and another allows."""

from __future__ import annotations

from typing import Literal

from tutela.events.catalogue.base import Payload, event

ApprovalKind = Literal["unmask", "export", "rotate_key", "destroy_key", "hold", "inspection", "hand_over", "production"]


@event("approval.asked")
class ApprovalAsked(Payload):
    """A person asks for what two must want. `facts` are de-identified: references, dates, numbers, ids."""

    approval: str
    kind: ApprovalKind
    facts: dict[str, str]


@event("approval.decided")
class ApprovalDecided(Payload):
    """Another person allowed or refused it."""

    approval: str
    allowed: bool


@event("approval.used")
class ApprovalUsed(Payload):
    """What was allowed was done, once."""

    approval: str


UnmaskPurpose = Literal["authority_request", "report_supplement", "complaint", "court_order", "data_subject_request"]
UnmaskReason = Literal["legal_obligation", "legal_claim", "vital_interest", "data_subject_right"]


@event("account.unmasked")
class AccountsUnmasked(Payload):
    """A person saw the real identifiers of the accounts of the case that is the subject, once, after two wanted it."""

    approval: str
    purpose: UnmaskPurpose
    reason: UnmaskReason
    accounts: int


@event("data.exported")
class DataExported(Payload):
    """An export went out after two wanted it: of a case, of a person under a pseudonym, or of the audit.

    `cases` is how many cases it holds data of, `events` how many events, `pictures` how many items' bytes. `digest` is
    the SHA-256 of the encrypted archive; none for the audit, which is written as it is. `content` is a case file with
    the items themselves that was preserved for an authority and is handed over to it; `answer` is what answers a legal
    request, which is the subject then.
    """

    VERSION = 3

    approval: str
    what: Literal["case", "person", "audit", "content", "answer"]
    cases: int
    events: int
    pictures: int
    digest: str | None
