"""Complaints and requests for access that users make through the platform."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel, ConfigDict, Field

from tutela.access.ports import ApiKey
from tutela.access.roles import Permission
from tutela.casework.case import NotPossible
from tutela.casework.redress_records import MAX_WORDS
from tutela.events.catalogue.redress import Claim
from tutela.web.current import KeyAllowed, Server

router = APIRouter(prefix="/v1", tags=["redress"])
Complainer = Annotated[ApiKey, Depends(KeyAllowed(Permission.LODGE_COMPLAINT))]
_NO_ACTION = "no such action"


class ComplaintIn(BaseModel):
    """A user's complaint of an action that was carried out.

    `claim` is what the user says is wrong, `words` are the user's own, at most 4,000 characters; both may be left out.
    What was lodged with a court is entered by staff.
    """

    model_config = ConfigDict(extra="forbid")
    action: str = Field(max_length=36)
    channel: Literal["internal"] = "internal"
    claim: Claim | None = None
    words: str = Field(default="", max_length=MAX_WORDS)


class ComplaintOut(BaseModel):
    """The number of a complaint."""

    complaint: str


class ComplaintState(BaseModel):
    """Where a complaint stands. `upheld`, `reason` and `decided_at` are null until it is decided."""

    complaint: str
    action: str
    lodged_at: datetime
    upheld: bool | None
    reason: str | None
    decided_at: datetime | None


class AccessIn(BaseModel):
    """A user's request for the data of a suspended account; `words` say what is asked for, if the user wrote any."""

    model_config = ConfigDict(extra="forbid")
    action: str = Field(max_length=36)
    words: str = Field(default="", max_length=MAX_WORDS)


class AccessOut(BaseModel):
    """The number of a request for access."""

    request: str


@router.post(
    "/complaints",
    status_code=201,
    responses={
        404: {"description": _NO_ACTION},
        409: {"description": "the action was not carried out, or a complaint against it waits"},
    },
)
def lodge_complaint(server: Server, key: Complainer, complaint: ComplaintIn) -> ComplaintOut:
    """Lodge a complaint. Somebody other than the reviewer decides it."""
    try:
        lodged = server.place.redress.lodge(key.actor, complaint.action, claim=complaint.claim, words=complaint.words)
    except LookupError as error:
        raise HTTPException(404, str(error)) from error
    except NotPossible as error:
        raise HTTPException(409, str(error)) from error
    return ComplaintOut(complaint=lodged)


@router.get("/complaints/{complaint}", responses={404: {"description": "no such complaint"}})
def complaint_state(server: Server, key: Complainer, complaint: str) -> ComplaintState:  # noqa: ARG001
    """Return where a complaint stands."""
    try:
        line = server.place.redress_reader.complaint(complaint)
    except LookupError as error:
        raise HTTPException(404, str(error)) from error
    return ComplaintState(
        complaint=line.id,
        action=line.action_id,
        lodged_at=line.lodged_at,
        upheld=line.upheld,
        reason=line.reason,
        decided_at=line.decided_at,
    )


@router.post(
    "/access-requests",
    status_code=201,
    responses={
        404: {"description": _NO_ACTION},
        409: {"description": "the account is not suspended, or a request waits"},
    },
)
def request_access(server: Server, key: Complainer, asked: AccessIn) -> AccessOut:
    """Ask for the data of a suspended account. Staff answer, and a notice says how."""
    try:
        return AccessOut(request=server.place.notices.request_access(key.actor, asked.action, words=asked.words))
    except LookupError as error:
        raise HTTPException(404, str(error)) from error
    except NotPossible as error:
        raise HTTPException(409, str(error)) from error
