"""Whether an account was suspended and is kept from returning: asked by the platform when somebody signs up."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel, ConfigDict, Field

from tutela.access.ports import ApiKey
from tutela.access.roles import Permission
from tutela.web.current import KeyAllowed, Server

router = APIRouter(prefix="/v1/accounts", tags=["accounts"])
Asker = Annotated[ApiKey, Depends(KeyAllowed(Permission.LOOK_UP_ACCOUNT))]


class AccountIn(BaseModel):
    """An account as the platform names it. It is compared and forgotten."""

    model_config = ConfigDict(extra="forbid")
    service: str = Field(min_length=1, max_length=63)
    account: str = Field(min_length=1, max_length=1024)


class SuspendedOut(BaseModel):
    """`until` is when the account may return, null where it is not suspended."""

    suspended: bool
    until: datetime | None


@router.post("/suspended/lookup", responses={409: {"description": "this installation keeps no such list"}})
def look_up(server: Server, key: Asker, account: AccountIn) -> SuspendedOut:  # noqa: ARG001
    """Say whether an account was suspended and is kept from returning."""
    if server.place.suspended.ground is None:
        raise HTTPException(409, "no list is kept: [suspended_accounts] in tutela.toml names no ground")
    until = server.place.suspended.until(account.service, account.account)
    return SuspendedOut(suspended=until is not None, until=until)
